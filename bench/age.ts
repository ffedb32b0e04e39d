/** The age of an event when its answer can be read, by an outside reader: while a batch job runs and between, if one does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Percentiles, readAges, type Sighting } from '../src/checker/ages.js';
import { itemsSold } from '../src/questions/builtin.js';
import type { Question } from '../src/questions/question.js';
import { openCheckerLog } from '../src/runtimes/docker/checker-log.js';
import { readAnswer } from '../src/serving/read-answer.js';
import { rememberingStore } from '../src/serving/remembering-store.js';
import { watchCycle } from './batches.js';
import { type BenchLab, labWith, liveHead, openStore, repeatedly, untilFirstBase, type WantedLab } from './lab.js';
import type { Figure, Row } from './row.js';

const seconds = 240;
const askEveryMs = 40;

/** What is asked of ages, milliseconds at most. */
export interface AgeBounds {
  readonly p50?: number;
  readonly p99?: number;
}

/** Which row, and the question that its reader asks. */
export interface AgeOf {
  readonly name: string;
  readonly title: string;
  readonly question: Question;
}

const ages: AgeOf = {
  name: 'ages',
  title: 'Age of an event when its answer can be read, at 1,000 events/s',
  question: itemsSold,
};
const reader = ({ question }: AgeOf) =>
  `per event: first answer read that covers it, less Kafka's CreateTime; one reader of ${question.name}, every ${askEveryMs} ms, ` +
  'which remembers slices and shares the machine';

/** In a lab with a batch layer: between batch jobs and while one runs. */
export async function batchAgeRow(
  wanted: WantedLab,
  bounds: { readonly between: AgeBounds; readonly whileBatch: AgeBounds },
  of = ages,
): Promise<Row> {
  const lab = await labWith(wanted);
  const { pipeline } = await untilFirstBase(lab);
  const stop = new AbortController();
  const watch = await watchCycle(lab, pipeline, stop.signal);
  const sightings = await lookAtAnswers(lab, of, () => watch.running).finally(() => stop.abort());
  watch.check();
  const { between, whileBatch } = await agesOf(lab, sightings);
  return {
    name: of.name,
    title: of.title,
    figures: [
      ...figures('between batch jobs: ', between, bounds.between),
      ...figures('while a batch job runs: ', whileBatch, bounds.whileBatch),
    ],
    conditions: [
      `${wanted.flags.join(' ')}; ${seconds} s, ${watch.published} bases published meanwhile, ${sightings.length} answers read`,
      reader(of),
      'a batch job "runs" from the choice of its cut to the end of its cycle',
    ],
  };
}

/** In a lab without one. */
export async function ageRow(wanted: WantedLab, bounds: AgeBounds, of = ages): Promise<Row> {
  const lab = await labWith(wanted);
  const before = await untilFirstBase(lab);
  const sightings = await lookAtAnswers(lab, of, () => false);
  const after = await liveHead(lab);
  const { between } = await agesOf(lab, sightings);
  return {
    name: of.name,
    title: of.title,
    figures: figures('', between, bounds),
    conditions: [
      `${wanted.flags.join(' ')}; ${seconds} s, ${after.baseId - before.baseId} compactions meanwhile, ${sightings.length} answers read`,
      reader(of),
    ],
  };
}

function figures(when: string, ages: Percentiles, bounds: AgeBounds): readonly Figure[] {
  const limit = (atMost: number | undefined) => (atMost === undefined ? {} : { atMost });
  return [
    { what: `${when}p50`, value: ages.p50Ms, unit: 'ms', ...limit(bounds.p50) },
    { what: `${when}p95`, value: ages.p95Ms, unit: 'ms' },
    { what: `${when}p99`, value: ages.p99Ms, unit: 'ms', ...limit(bounds.p99) },
    { what: `${when}events`, value: ages.events, unit: 'events' },
  ];
}

async function lookAtAnswers(
  lab: BenchLab,
  { question }: AgeOf,
  whileBatch: () => boolean,
): Promise<readonly Sighting[]> {
  await using store = await openStore(lab);
  const clock = { sleep: (ms: number) => sleep(ms) };
  const remembering = rememberingStore(store);
  const sightings: Sighting[] = [];
  await repeatedly(askEveryMs, AbortSignal.timeout(seconds * 1000), async () => {
    const answer = await readAnswer(remembering, question.name, clock);
    if ('unknown' in answer) return;
    sightings.push({ seenMs: Date.now(), position: answer.position, whileBatch: whileBatch() });
  });
  return sightings;
}

async function agesOf(lab: BenchLab, sightings: readonly Sighting[]): ReturnType<typeof readAges> {
  await using log = await openCheckerLog(lab.kafka);
  return await readAges(log, sightings);
}
