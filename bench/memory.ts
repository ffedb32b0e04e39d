/** The most memory that all containers use together, without page cache, at 1,000 events/s. */
import { setTimeout as sleep } from 'node:timers/promises';
import { watchCycle } from './batches.js';
import { labWith, snacklab, untilFirstBase, type WantedLab } from './lab.js';
import type { Figure, Row } from './row.js';
import { highestMemory, memoryText, samplesPerSecond, sampleUsage, totalMemory, type Usage } from './usage.js';

const jobs = 2;
const seconds = 60;
const gib = 2 ** 30;

/** Of a lab with a batch layer: while a batch job runs, and between. */
export async function batchMemoryRow(wanted: WantedLab, gibMost: number): Promise<Row> {
  const lab = await labWith(wanted);
  const head = await untilFirstBase(lab);
  const stop = new AbortController();
  const watch = await watchCycle(lab, head.pipeline, stop.signal);
  const sampling = sampleUsage(lab, stop.signal);
  const ran = await runJobs().finally(() => stop.abort());
  watch.check();
  const samples = await sampling;
  const inJob = samples.filter(({ atMs }) => ran.some(({ fromMs, untilMs }) => atMs >= fromMs && atMs <= untilMs));
  const peak = highestMemory(inJob);
  const idle = highestMemory(samples.filter((sample) => !inJob.includes(sample)));
  return {
    name: 'memory',
    title: 'Memory of all containers at 1,000 events/s while a batch job runs, without page cache',
    figures: [
      { what: 'peak while a batch job runs', value: totalMemory(peak) / gib, unit: 'GiB', atMost: gibMost },
      { what: 'peak between', value: totalMemory(idle) / gib, unit: 'GiB' },
      sampleRate(samples),
    ],
    conditions: conditions(wanted, `${jobs} batch jobs`, samples, peak),
  };
}

/** Of a lab without one, whose only pipeline is the first. */
export async function memoryRow(wanted: WantedLab, gibMost: number): Promise<Row> {
  const lab = await labWith(wanted);
  await untilFirstBase(lab);
  const samples = await sampleUsage(lab, AbortSignal.timeout(seconds * 1000));
  const peak = highestMemory(samples);
  return {
    name: 'memory',
    title: 'Memory of all containers at 1,000 events/s with one version, without page cache',
    figures: [{ what: 'peak', value: totalMemory(peak) / gib, unit: 'GiB', atMost: gibMost }, sampleRate(samples)],
    conditions: conditions(wanted, `${seconds} s after the first compaction`, samples, peak),
  };
}

function sampleRate(samples: readonly Usage[]): Figure {
  return { what: 'samples a second', value: samplesPerSecond(samples), unit: '/s', atLeast: 2 };
}

function conditions({ flags }: WantedLab, meanwhile: string, samples: readonly Usage[], peak: Usage): string[] {
  return [
    `${flags.join(' ')}; ${meanwhile}, ${samples.length} samples, cgroup usage less active and inactive file pages`,
    `at the peak, in GiB: ${memoryText(peak)}`,
  ];
}

/** Runs batch jobs one after the other, and says when each ran. */
async function runJobs(): Promise<readonly { fromMs: number; untilMs: number }[]> {
  const ran: { fromMs: number; untilMs: number }[] = [];
  for (let job = 0; job < jobs; job++) {
    const fromMs = Date.now();
    await snacklab(['lambda', 'batch']);
    ran.push({ fromMs, untilMs: Date.now() });
    await sleep(5_000);
  }
  return ran;
}
