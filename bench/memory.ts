/** The most memory that all containers use together, without page cache, while a batch job runs at 1,000 events/s. */
import { setTimeout as sleep } from 'node:timers/promises';
import { watchCycle } from './batches.js';
import { labWith, liveHead, snacklab, until } from './lab.js';
import type { Row } from './row.js';
import { sampleUsage, totalMemory, type Usage } from './usage.js';

const jobs = 2;
const gib = 2 ** 30;

export async function memoryRow(settings: readonly string[]): Promise<Row> {
  const lab = await labWith(settings);
  const head = await until('a published base', 180_000, async () => {
    const live = await liveHead(lab);
    return live.baseId > 0 && live;
  });
  const stop = new AbortController();
  const watch = await watchCycle(lab, head.pipeline, stop.signal);
  const sampling = sampleUsage(lab, stop.signal);
  const ran: { fromMs: number; untilMs: number }[] = [];
  for (let job = 0; job < jobs; job++) {
    const fromMs = Date.now();
    await snacklab(['lambda', 'batch']);
    ran.push({ fromMs, untilMs: Date.now() });
    await sleep(5_000);
  }
  stop.abort();
  watch.check();
  const samples = await sampling;
  const inJob = samples.filter(({ atMs }) => ran.some(({ fromMs, untilMs }) => atMs >= fromMs && atMs <= untilMs));
  const peak = highest(inJob);
  const idle = highest(samples.filter((sample) => !inJob.includes(sample)));
  const parts = [...peak.memory]
    .sort((a, b) => b[1] - a[1])
    .map(([name, bytes]) => `${name} ${(bytes / gib).toFixed(2)}`);
  const perSecond = (samples.length - 1) / ((samples.at(-1)!.atMs - samples[0]!.atMs) / 1000);
  return {
    name: 'memory',
    title: 'Memory of all containers at 1,000 events/s while a batch job runs, without page cache',
    figures: [
      { what: 'peak while a batch job runs', value: totalMemory(peak) / gib, unit: 'GiB', atMost: 5.5 },
      { what: 'peak between', value: totalMemory(idle) / gib, unit: 'GiB' },
      { what: 'samples a second', value: perSecond, unit: '/s', atLeast: 2 },
    ],
    conditions: [
      `${settings.join(' ')}; ${jobs} batch jobs, ${samples.length} samples, cgroup usage less active and inactive file pages`,
      `at the peak, in GiB: ${parts.join(', ')}`,
    ],
  };
}

function highest(samples: readonly Usage[]): Usage {
  return samples.reduce((most, sample) => (totalMemory(sample) > totalMemory(most) ? sample : most));
}
