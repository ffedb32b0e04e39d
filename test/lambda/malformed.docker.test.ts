/**
 * Goal: bad input is accounted for in all layers alike: each malformed message is dead-lettered once with its reason,
 * counted by the stream job, the batch job and the validation view, and nothing else is lost.
 * Method: 10,000 malformed messages, with the corpus of hard cases and 900 KB values, go into the shared lab's log
 * between the generator's; then a base that covers them is published, and the outside judge compares everything.
 */
import { setTimeout } from 'node:timers/promises';
import { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { judge } from '../../src/events/parse.js';
import { covers, equal, type Position } from '../../src/positions/position.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { readDeadLetters } from '../../src/runtimes/docker/checker-log.js';
import { kafkaLog } from '../../src/runtimes/docker/kafka-log.js';
import { realClock } from '../../src/runtimes/service-scope.js';
import { eventTopic } from '../../src/runtimes/topics.js';
import { readAnswer } from '../../src/serving/read-answer.js';
import { corpus } from '../events/corpus.js';
import { malformedMessages } from '../events/malformed.js';
import { runCli } from '../lab/cli.js';
import { waitFor } from '../lab/lab.js';
import { brokerAddress, expectExact, liveHead, openStore, waitForHead } from '../lab/lambda.js';

const partition = 2;
const seed = 20_261_120;
const messages = [...corpus.map((one) => one.value), ...malformedMessages(seed, 10_000)];

describe.runIf(inject('docker'))(`10,000 malformed messages (seed ${seed})`, () => {
  let first: number;
  let end: Position;

  beforeAll(async () => {
    // Alone, so that their offsets follow each other.
    await runCli(['lambda', 'generator', 'pause']);
    await waitFor('a log at rest', logAtRest);
    first = await produce(messages);
    await runCli(['lambda', 'generator', 'resume']);
    end = await kafkaLog({ broker: brokerAddress }).ends();
  });

  it('are counted and rejected alike by stream, batch and validation', async () => {
    await using store = await openStore();
    // A base that covers them: the batch job has judged each of them too. Its cut is no further than the slices.
    await waitFor('slices that cover them', async () => covers((await liveHead()).position, end));
    await waitForHead('a base that covers them', ({ baseCut }) => covers(baseCut, end));
    for (const question of builtinQuestions) {
      const answer = await readAnswer(store, question.name, realClock());
      if ('unknown' in answer) throw new Error(answer.unknown);
      const base = await store.readBase('base', answer.incarnation, answer.baseId, question.name);
      expect(base!.rejected).toBeGreaterThanOrEqual(rejectedOf(messages).length);
      const truth = await waitFor('the truth there', () =>
        store.readTruth(answer.incarnation, answer.number, question.name),
      );
      expect(answer).toMatchObject({ messages: truth.messages, rejected: truth.rejected });
      expect(answer.merged).toEqual(truth.sums);
    }
    await expectExact();
  });

  it('are each kept as a dead letter, with partition, offset and the reason', async () => {
    const expected = rejectedOf(messages).map(({ index, reason }) => `${partition}:${first + index} ${reason}`);
    const letters = await deadLettersOf(partition, first, first + messages.length);
    expect([...letters].map(([place, reason]) => `${place} ${reason}`).sort()).toEqual(expected.sort());
  });
});

async function logAtRest(): Promise<boolean> {
  const log = kafkaLog({ broker: brokerAddress });
  const before = await log.ends();
  await setTimeout(1_000);
  return equal(await log.ends(), before);
}

function rejectedOf(values: readonly (Uint8Array | null)[]): { index: number; reason: string }[] {
  return values.flatMap((value, index) => {
    const judged = judge(value);
    return 'reason' in judged ? [{ index, reason: judged.reason }] : [];
  });
}

/** Produces the messages in order into one partition; returns the first one's offset. */
async function produce(values: readonly (Uint8Array | null)[]): Promise<number> {
  const kafka = new Kafka({ brokers: [brokerAddress], logLevel: logLevel.ERROR });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
  await producer.connect();
  try {
    let firstOffset: number | undefined;
    let next: number | undefined;
    for (const group of groupsOf(values)) {
      const [sent] = await producer.send({
        topic: eventTopic,
        acks: -1,
        compression: CompressionTypes.None,
        messages: group.map((value) => ({ partition, value: value === null ? null : Buffer.from(value) })),
      });
      const base = Number(sent!.baseOffset);
      firstOffset ??= base;
      if (next !== undefined && base !== next)
        throw new Error(`offset ${base} after ${next}: the generator was not at rest`);
      next = base + group.length;
    }
    return firstOffset!;
  } finally {
    await producer.disconnect();
  }
}

/** Groups that fit into one request each. */
function* groupsOf(values: readonly (Uint8Array | null)[]): Generator<(Uint8Array | null)[]> {
  let group: (Uint8Array | null)[] = [];
  let bytes = 0;
  for (const value of values) {
    const size = (value?.length ?? 0) + 100;
    if (group.length > 0 && bytes + size > 950_000) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(value);
    bytes += size;
  }
  if (group.length > 0) yield group;
}

/** The reasons of the dead letters of these offsets, by `partition:offset`; one that is kept twice counts once. */
async function deadLettersOf(of: number, from: number, until: number): Promise<Map<string, string>> {
  const letters = await readDeadLetters(brokerAddress);
  const wanted = letters.filter(({ partition, offset }) => partition === of && offset >= from && offset < until);
  return new Map(wanted.map(({ partition, offset, reason }) => [`${partition}:${offset}`, reason]));
}
