/**
 * The log as the checker reads it: a bounded stretch of the events from offsets that it is given, and all dead letters.
 * It joins no group: a group's coordinator is one more thing that may be away after a kill. Every wait is bounded: a
 * topic that falls silent before its end is an error. What the messages mean is for src/checker.
 */
import { z } from 'zod';
import type { AddMessage, CheckedLog } from '../../checker/verify.js';
import { LabError } from '../../errors.js';
import type { Position } from '../../positions/position.js';
import { deadLetterTopic, eventTopic } from '../topics.js';
import { openKafkaAdmin } from './kafka-admin.js';
import { kafkaLog } from './kafka-log.js';

const silenceMsMax = 180_000;

/** Opens the log at a bootstrap server, `host:port`. Close it by `await using`. */
export async function openCheckerLog(broker: string): Promise<CheckedLog & AsyncDisposable> {
  const admin = await openKafkaAdmin(broker);
  return {
    extent: async () => {
      const [starts, ends] = await Promise.all([admin.starts(eventTopic), admin.ends(eventTopic)]);
      return { starts, ends };
    },
    readMessages: (from, ends, add) => readStretch(broker, from, ends, add),
    deadLetterKeys: async () =>
      (await readDeadLetters(broker)).map(({ partition, offset }) => `${partition}:${offset}`),
    [Symbol.asyncDispose]: () => admin[Symbol.asyncDispose](),
  };
}

/** Follows the log from a position on until `stop`: each message once, ascending within each partition. */
export async function followLog(broker: string, from: Position, add: AddMessage, stop: AbortSignal): Promise<void> {
  await using reader = await kafkaLog({ broker, bytesMin: 1 }).read(from);
  while (!stop.aborted) {
    for (const { partition, offset, value, timestampMs } of await reader.next(200)) {
      add(partition, offset, value, timestampMs);
    }
  }
}

/** Reads up to `ends`; the reader itself refuses a gap. */
async function readStretch(broker: string, from: Position, ends: Position, add: AddMessage): Promise<void> {
  let left = ends.reduce((sum, end, partition) => sum + Math.max(end - from[partition]!, 0), 0);
  if (left === 0) return;
  await using reader = await kafkaLog({ broker, patienceMs: silenceMsMax }).read(from);
  while (left > 0) {
    const messages = await reader.next(silenceMsMax);
    if (messages.length === 0) throw silent(eventTopic, `${left} messages`);
    for (const { partition, offset, value, timestampMs } of messages) {
      if (offset >= ends[partition]!) continue;
      left -= 1;
      add(partition, offset, value, timestampMs);
    }
  }
}

/** A dead letter as the stream job writes it: which message of the log it is, and why it is no event. */
export interface KeptLetter {
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
}

const letterSchema = z.object({
  partition: z.number().int().nonnegative(),
  offset: z.number().int().nonnegative(),
  reason: z.string(),
});

/** All dead letters that are in their topic now, repeats and all. Throws where one is not as the stream job writes it. */
export async function readDeadLetters(broker: string): Promise<readonly KeptLetter[]> {
  // Compacted: of letters with the same key only the last is kept for good.
  const log = kafkaLog({ broker, topic: deadLetterTopic, gaps: true, patienceMs: silenceMsMax });
  const [starts, ends] = await Promise.all([log.starts(), log.ends()]);
  const open = new Set(ends.flatMap((end, partition) => (end > starts[partition]! ? [partition] : [])));
  const letters: KeptLetter[] = [];
  if (open.size === 0) return letters;
  await using reader = await log.read(starts);
  while (open.size > 0) {
    const messages = await reader.next(silenceMsMax);
    if (messages.length === 0) throw silent(deadLetterTopic, `${open.size} partitions`);
    for (const { partition, offset, value } of messages) {
      letters.push(parseLetter(value, offset));
      if (offset >= ends[partition]! - 1) open.delete(partition);
    }
  }
  return letters;
}

function parseLetter(value: Uint8Array | null, offset: number): KeptLetter {
  try {
    return letterSchema.parse(JSON.parse(Buffer.from(value ?? []).toString('utf8')));
  } catch (cause) {
    throw new LabError(`offset ${offset} of ${deadLetterTopic} is no dead letter of a stream job`, { cause });
  }
}

function silent(topic: string, left: string): LabError {
  return new LabError(`${topic} gave nothing for ${silenceMsMax} ms, and ${left} are still to come`, {
    kind: 'unavailable',
    suggestion: 'See whether Kafka runs: snacklab {lab} logs kafka',
  });
}
