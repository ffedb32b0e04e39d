/** Switch and rollback: from the command to the first answer of the other version, as an outside reader sees it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '../src/errors.js';
import { itemsSold } from '../src/questions/builtin.js';
import type { ServingStore } from '../src/runtimes/ports.js';
import { readAnswer } from '../src/serving/read-answer.js';
import { rememberingStore } from '../src/serving/remembering-store.js';
import { type BenchLab, labOfItsOwn, openStore, repeatedly, snacklab, until, type WantedLab } from './lab.js';
import { failuresIn, firstAnswerMs, longestReadMs, type Read } from './reads.js';
import { median, type Row } from './row.js';

const rounds = 5;
const readEveryMs = 20;
/** Between two commands, so that each meets a lab at rest. */
const pauseMs = 3_000;
const msMost = 1_500;
const failuresShown = 5;

export async function switchRow(wanted: WantedLab): Promise<Row> {
  await using lab = await labOfItsOwn(wanted);
  await snacklab([lab.name, 'replay', '--as', 'v2']);
  const stop = new AbortController();
  const reads: Read[] = [];
  const reading = readOn(lab, reads, stop.signal);
  const { switched, back } = await switchToAndFro(lab, reads).finally(() => stop.abort());
  await reading;
  const failures = failuresIn(reads);
  return {
    name: 'switch',
    title: 'Switch and rollback, from the command to the first answer of the other version',
    figures: [
      { what: 'switch, the longest', value: Math.max(...switched), unit: 'ms', atMost: msMost },
      { what: 'switch, median', value: median(switched), unit: 'ms' },
      { what: 'rollback, the longest', value: Math.max(...back), unit: 'ms', atMost: msMost },
      { what: 'rollback, median', value: median(back), unit: 'ms' },
      { what: 'reads that failed or were unknown', value: failures.length, unit: 'reads', atMost: 0 },
      { what: 'reads', value: reads.length, unit: 'reads' },
      { what: 'the longest read', value: longestReadMs(reads), unit: 'ms' },
    ],
    conditions: [
      `${wanted.flags.join(' ')}; ${rounds} switches and rollbacks in turn, ${pauseMs / 1000} s apart; v2 is a replay of v1's questions that has caught up`,
      'timed from spawning the command line to the moment at which an outside reader had the first answer of the other version; the wait until it covers the live one is in it',
      `one reader of items-sold in the benchmark's process, every ${readEveryMs} ms from before the first command to after the last; it remembers slices and reads the head again as every reader does`,
      ...[...new Set(failures)].slice(0, failuresShown).map((failure) => `a read failed: ${failure}`),
    ],
  };
}

/** Milliseconds of each switch to v2 and of each rollback to v1. */
async function switchToAndFro(lab: BenchLab, reads: readonly Read[]): Promise<{ switched: number[]; back: number[] }> {
  const [switched, back]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    switched.push(await msUntilAnswered(lab, reads, ['switch', 'v2'], `${lab.name}-2`));
    back.push(await msUntilAnswered(lab, reads, ['rollback'], `${lab.name}-1`));
  }
  await sleep(pauseMs);
  return { switched, back };
}

async function msUntilAnswered(
  lab: BenchLab,
  reads: readonly Read[],
  command: readonly string[],
  pipeline: string,
): Promise<number> {
  await sleep(pauseMs);
  const fromMs = performance.now();
  const [answeredMs] = await Promise.all([
    until(`an answer of ${pipeline}`, 30_000, async () => firstAnswerMs(reads, pipeline, fromMs), readEveryMs),
    snacklab([lab.name, ...command]),
  ]);
  return answeredMs - fromMs;
}

async function readOn(lab: BenchLab, reads: Read[], stop: AbortSignal): Promise<void> {
  await using store = await openStore(lab);
  const remembering = rememberingStore(store);
  await repeatedly(readEveryMs, stop, async () => {
    reads.push(await readOnce(remembering));
  });
}

async function readOnce(store: ServingStore): Promise<Read> {
  const askedMs = performance.now();
  const outcome = await readAnswer(store, itemsSold.name, { sleep: (ms) => sleep(ms) }).catch((error) => ({
    unknown: describeError(error),
  }));
  const seenMs = performance.now();
  if ('unknown' in outcome) return { askedMs, seenMs, failure: outcome.unknown };
  return { askedMs, seenMs, pipeline: outcome.pipeline };
}
