/** Memory and processor time of a lab's containers, sampled through the engine twice a second or more. */
import { usageOf } from '../src/runtimes/docker/container-usage.js';
import { projectOf } from '../src/runtimes/docker/containers.js';
import { type BenchLab, repeatedly } from './lab.js';

export interface Usage {
  readonly atMs: number;
  /** By service, bytes without page cache: the cgroup's usage less its file pages. */
  readonly memory: ReadonlyMap<string, number>;
  /** By service, seconds of processor time since the container began. */
  readonly cpu: ReadonlyMap<string, number>;
}

const everyMs = 400;
const gib = 2 ** 30;

/** Samples until `stop`. */
export async function sampleUsage(lab: BenchLab, stop: AbortSignal): Promise<readonly Usage[]> {
  const samples: Usage[] = [];
  await repeatedly(everyMs, stop, async () => {
    samples.push(await usageNow(lab));
  });
  return samples;
}

/** One sample. */
export async function usageNow(lab: BenchLab): Promise<Usage> {
  const running = lab.containers.filter((container) => !container.oneShot);
  const atMs = Date.now();
  const usages = await Promise.all(running.map((container) => usageOf(lab.docker, container)));
  const services = running.map(({ name }) => name.replace(`${projectOf(lab.name)}-`, '').replace(/-1$/, ''));
  return {
    atMs,
    memory: new Map(services.map((service, i) => [service, usages[i]!.memoryBytes])),
    cpu: new Map(services.map((service, i) => [service, usages[i]!.cpuSeconds])),
  };
}

/** Memory of all containers together in one sample. */
export function totalMemory(usage: Usage): number {
  return [...usage.memory.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** The sample in which all containers together had the most memory. */
export function highestMemory(samples: readonly Usage[]): Usage {
  return samples.reduce((most, sample) => (totalMemory(sample) > totalMemory(most) ? sample : most));
}

/** A sample's memory by service, the greatest first: `kafka 0.61, cassandra 0.55`. */
export function memoryText(usage: Usage): string {
  return [...usage.memory]
    .sort((a, b) => b[1] - a[1])
    .map(([service, bytes]) => `${service} ${(bytes / gib).toFixed(2)}`)
    .join(', ');
}

/** Samples a second over a series of them. */
export function samplesPerSecond(samples: readonly Usage[]): number {
  return ((samples.length - 1) * 1000) / (samples.at(-1)!.atMs - samples[0]!.atMs);
}

/** Processor cores that each service used between two samples, the busiest first, without the idle ones. */
export function coresText(first: Usage, last: Usage): string {
  const seconds = (last.atMs - first.atMs) / 1000;
  return [...last.cpu]
    .map(([service, cpu]) => [service, (cpu - (first.cpu.get(service) ?? 0)) / seconds] as const)
    .filter(([, cores]) => cores >= 0.02)
    .sort((a, b) => b[1] - a[1])
    .map(([service, cores]) => `${service} ${cores.toFixed(2)}`)
    .join(', ');
}
