/** Memory and processor time of a lab's containers, sampled through the engine twice a second or more. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchLab } from './lab.js';

export interface Usage {
  readonly atMs: number;
  /** By service, bytes without page cache: the cgroup's usage less its file pages. */
  readonly memory: ReadonlyMap<string, number>;
  /** By service, seconds of processor time since the container began. */
  readonly cpu: ReadonlyMap<string, number>;
}

const everyMs = 400;

/** Samples until `stop`. */
export async function sampleUsage(lab: BenchLab, stop: AbortSignal): Promise<readonly Usage[]> {
  const running = lab.containers.filter((container) => !container.oneShot);
  const samples: Usage[] = [];
  while (!stop.aborted) {
    const startedMs = Date.now();
    const stats = await Promise.all(running.map((container) => statsOf(lab, container.id)));
    const services = running.map(({ name }) => name.replace(/^.*lambda-/, '').replace(/-1$/, ''));
    samples.push({
      atMs: startedMs,
      memory: new Map(services.map((service, i) => [service, stats[i]!.memory])),
      cpu: new Map(services.map((service, i) => [service, stats[i]!.cpu])),
    });
    await sleep(Math.max(0, everyMs - (Date.now() - startedMs)));
  }
  return samples;
}

/** Memory of all containers together in one sample. */
export function totalMemory(usage: Usage): number {
  return [...usage.memory.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Processor cores that each service used between two samples, the busiest first. */
export function coresUsed(first: Usage, last: Usage): readonly (readonly [service: string, cores: number])[] {
  const seconds = (last.atMs - first.atMs) / 1000;
  return [...last.cpu]
    .map(([service, cpu]) => [service, (cpu - (first.cpu.get(service) ?? 0)) / seconds] as const)
    .sort((a, b) => b[1] - a[1]);
}

interface EngineStats {
  readonly memory_stats?: {
    readonly usage?: number;
    readonly stats?: Readonly<Record<string, number>>;
  };
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
}

async function statsOf(lab: BenchLab, id: string): Promise<{ memory: number; cpu: number }> {
  const stats = (await lab.docker.getContainer(id).stats({ stream: false, 'one-shot': true })) as EngineStats;
  const { usage = 0, stats: kinds = {} } = stats.memory_stats ?? {};
  // cgroup v2 names, then v1's. File pages on both lists: what the kernel may drop. Shared memory is on neither.
  const active = kinds.active_file ?? kinds.total_active_file ?? 0;
  const inactive = kinds.inactive_file ?? kinds.total_inactive_file ?? 0;
  return { memory: usage - active - inactive, cpu: (stats.cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e9 };
}
