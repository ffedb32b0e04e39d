/** The age of an event when its answer can be read, by an outside reader, while a batch job runs and between. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AgeCount, type Percentiles, type Sighting } from '../src/checker/ages.js';
import { itemsSold } from '../src/questions/builtin.js';
import { openCheckerLog } from '../src/runtimes/docker/checker-log.js';
import { readAnswer } from '../src/serving/read-answer.js';
import { withSliceCache } from '../src/serving/slice-cache.js';
import { watchCycle } from './batches.js';
import { type BenchLab, labWith, liveHead, openStore, until } from './lab.js';
import type { Figure, Row } from './row.js';

const seconds = 240;
const askEveryMs = 40;

export async function ageRow(settings: readonly string[]): Promise<Row> {
  const lab = await labWith(settings);
  await until('a published base', 180_000, async () => (await liveHead(lab)).baseId > 0);
  const { sightings, published } = await lookAtAnswers(lab);
  const ages = new AgeCount(sightings);
  await using log = await openCheckerLog(lab.kafka);
  await log.readMessages(ages.from, ages.until, (partition, offset, _value, producedMs) => {
    ages.add(partition, offset, producedMs);
  });
  const { between, whileBatch } = ages.percentiles();
  return {
    name: 'ages',
    title: 'Age of an event when its answer can be read, at 1,000 events/s',
    figures: [
      ...figures('between batch jobs', between, { p50: 500, p99: 1000 }),
      ...figures('while a batch job runs', whileBatch, { p99: 1500 }),
    ],
    conditions: [
      `${settings.join(' ')}; ${seconds} s, ${published} bases published meanwhile, ${sightings.length} answers read`,
      `per event: first answer read that covers it, less Kafka's CreateTime; one reader of items-sold, every ${askEveryMs} ms, which remembers slices`,
      'a batch job "runs" from the choice of its cut to the end of its cycle; the reader shares the machine',
    ],
  };
}

function figures(when: string, ages: Percentiles, bounds: { p50?: number; p99?: number }): readonly Figure[] {
  const limit = (atMost: number | undefined) => (atMost === undefined ? {} : { atMost });
  return [
    { what: `${when}: p50`, value: ages.p50Ms, unit: 'ms', ...limit(bounds.p50) },
    { what: `${when}: p95`, value: ages.p95Ms, unit: 'ms' },
    { what: `${when}: p99`, value: ages.p99Ms, unit: 'ms', ...limit(bounds.p99) },
    { what: `${when}: events`, value: ages.events, unit: 'events' },
  ];
}

async function lookAtAnswers(lab: BenchLab): Promise<{ sightings: readonly Sighting[]; published: number }> {
  await using store = await openStore(lab);
  const stop = new AbortController();
  const watch = await watchCycle(lab, (await liveHead(lab)).pipeline, stop.signal);
  const clock = { sleep: (ms: number) => sleep(ms) };
  const reader = withSliceCache(store);
  const sightings: Sighting[] = [];
  const endMs = Date.now() + seconds * 1000;
  while (Date.now() < endMs) {
    const askedMs = Date.now();
    const answer = await readAnswer(reader, itemsSold, clock);
    if (!('unknown' in answer)) {
      sightings.push({ seenMs: Date.now(), position: answer.position, whileBatch: watch.running });
    }
    await sleep(Math.max(0, askEveryMs - (Date.now() - askedMs)));
  }
  stop.abort();
  watch.check();
  return { sightings, published: watch.published };
}
