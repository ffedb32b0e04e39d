/**
 * Replaying five million retained events beside the live version, against what Spark reaches when it only reads and
 * parses the same log with the same neighbours: first while the generator runs, then while it is paused.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findResources } from '../src/resources.js';
import {
  type BenchLab,
  execIn,
  labOfItsOwn,
  liveHead,
  say,
  snacklab,
  until,
  untilCaughtUp,
  type WantedLab,
} from './lab.js';
import type { Figure, Row } from './row.js';
import { coresText, usageNow } from './usage.js';

const retained = 5_000_000;
const fillRate = 100_000;
const fillTimeoutMs = 900_000;
/** The generator, the stream job and the validation view look at what is wanted once a second or more often. */
const settleMs = 3_000;
const shareLeast = 0.6;

interface Replayed {
  readonly messages: number;
  readonly perSecond: number;
  readonly tookSeconds: number;
  readonly cores: string;
  /** Spark into nothing. */
  readonly nothing: { readonly messages: number; readonly perSecond: number };
}

export async function replayRow(wanted: WantedLab): Promise<Row> {
  await using lab = await labOfItsOwn(wanted);
  await fill(lab);
  const beside = await replay(lab);
  await snacklab([lab.name, 'generator', 'pause']);
  const alone = await replay(lab);
  return {
    name: 'replay',
    title: `Replay of ${retained.toLocaleString('en')} retained events`,
    figures: [...figures('beside v1 and 1,000 events/s', beside, 120_000), ...figures('alone', alone, 250_000)],
    conditions: [
      `${wanted.flags.join(' ')}; a fresh log, filled by the lab's generator at up to ${fillRate.toLocaleString('en')} events/s; nothing is measured before v1 has caught up and the validation view with it`,
      'replay: `kappa replay --as v2` of the questions of v1, messages from its first slice on until it covers v1, its start-up apart; the validation view reads the log for v2 meanwhile, which is in it',
      'Spark into nothing: just before, while there is no v2; an application with the stream job’s settings, cores, memory, Kafka reader and parser, counting what is no event; after a warm-up over as many messages as a slice may have, its start-up apart',
      'alone: the generator is paused, v1 has caught up and idles',
      ...[beside, alone].map((one, i) => `${i === 0 ? 'beside' : 'alone'}: ${conditionOf(one)}`),
    ],
  };
}

function figures(when: string, { perSecond, nothing }: Replayed, atLeast: number): readonly Figure[] {
  return [
    { what: `${when}: replay`, value: perSecond, unit: 'events/s', atLeast },
    { what: `${when}: Spark into nothing`, value: nothing.perSecond, unit: 'events/s' },
    { what: `${when}: replay / into nothing`, value: perSecond / nothing.perSecond, unit: '', atLeast: shareLeast },
  ];
}

function conditionOf({ messages, tookSeconds, nothing, cores }: Replayed): string {
  const [replayed, read] = [messages, nothing.messages].map((count) => count.toLocaleString('en'));
  return `${replayed} messages replayed, ${tookSeconds.toFixed(1)} s with its start-up, ${read} read into nothing; cores used from the command to its end: ${cores}`;
}

/** Fills the log as fast as the lab takes events; the generator then goes on at the rate that is measured at. */
async function fill(lab: BenchLab): Promise<void> {
  say(`filling the log with ${retained.toLocaleString('en')} events`);
  await snacklab([lab.name, 'generator', 'fill', String(retained), '--rate', String(fillRate)]);
}

/** Spark into nothing, then the replay, with the neighbours that the lab has now; v2 is gone again afterwards. */
async function replay(lab: BenchLab): Promise<Replayed> {
  await untilSettled(lab);
  const nothing = await readIntoNothing(lab);
  say(`Spark into nothing: ${Math.round(nothing.perSecond).toLocaleString('en')} events/s`);
  const before = await usageNow(lab);
  const { document } = await snacklab([lab.name, 'replay', '--as', 'v2']);
  const cores = coresText(before, await usageNow(lab));
  const { messages, messagesPerSecond: perSecond, tookMs } = document;
  if (typeof perSecond !== 'number' || messages < retained) {
    throw new Error(`the replay counted ${messages} messages, ${perSecond} a second`);
  }
  say(`replay: ${Math.round(perSecond).toLocaleString('en')} events/s`);
  await snacklab([lab.name, 'drop', 'v2']);
  return { messages, perSecond, tookSeconds: tookMs / 1000, cores, nothing };
}

/** Until v1 has caught up with the log and the validation view with v1: what lags behind would take part. */
async function untilSettled(lab: BenchLab): Promise<void> {
  say('waiting until v1 and the validation view have caught up');
  await sleep(settleMs);
  await untilCaughtUp(lab, fillTimeoutMs);
  await until('the truth of a current answer', fillTimeoutMs, async () => {
    const { document } = await snacklab([lab.name, 'query', 'items-sold'], { anyExit: true });
    if (document?.answer?.compared === 'different') throw new Error('the answer differs from the truth');
    return document?.answer?.compared === 'equal';
  });
}

async function readIntoNothing(lab: BenchLab): Promise<Replayed['nothing']> {
  const script = await readFile(join(findResources().root, 'bench', 'spark-into-nothing.py'), 'utf8');
  const { questions } = await liveHead(lab);
  const application = ['--architecture', lab.name, '--pipeline', 'into-nothing'];
  const engines = ['--brokers', 'kafka:29092', '--cassandra', 'unused'];
  const environment = ['PYTHONPATH=/opt/snacklab', `QUESTIONS=${JSON.stringify(questions)}`];
  const python = ['/opt/py/bin/python', '-', ...application, ...engines];
  const printed = await execIn(lab, 'stream-runner', python, { environment, input: script });
  const { messages, rejected, seconds } = JSON.parse(printed.trim().split('\n').at(-1)!);
  if (rejected !== 0 || !(messages >= retained) || !(seconds > 0)) {
    throw new Error(`Spark into nothing read ${messages} messages, ${rejected} of them no events, in ${seconds} s`);
  }
  return { messages, perSecond: messages / seconds };
}
