/**
 * The log as the checker reads it: a bounded stretch of the events from offsets that it is given, and the keys of all
 * dead letters. It commits nothing and leaves no group behind. Every wait is bounded: a topic that falls silent before
 * its end is an error. What the messages mean is for src/checker.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, type Consumer, type EachBatchPayload, Kafka, logLevel } from 'kafkajs';
import type { LogExtent } from '../../checker/history.js';
import type { AddMessage, CheckedLog } from '../../checker/verify.js';
import { LabError } from '../../errors.js';
import type { Position } from '../../positions/position.js';
import { eventTopic, kafkaLog } from './kafka-log.js';

const deadLetterTopic = 'snack_automat_dead_letter';
const silenceMsMax = 30_000;

/** Opens the log at a bootstrap server, `host:port`. Close it by `await using`. */
export async function openCheckerLog(broker: string): Promise<CheckedLog & AsyncDisposable> {
  const kafka = new Kafka({
    clientId: 'snacklab-checker',
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 5_000,
    retry: { retries: 8, initialRetryTime: 200, maxRetryTime: 2_000 },
  });
  const admin = kafka.admin();
  await admin.connect().catch((cause) => {
    throw unreachable(broker, cause);
  });
  return {
    extent: () => extentOf(admin, eventTopic),
    readMessages: (from, ends, add) => readStretch(broker, from, ends, add),
    deadLetterKeys: () => keysOf(kafka, admin, deadLetterTopic),
    [Symbol.asyncDispose]: () => admin.disconnect(),
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

async function extentOf(admin: Admin, topic: string): Promise<LogExtent> {
  const offsets = await admin.fetchTopicOffsets(topic);
  const inOrder = [...offsets].sort((a, b) => a.partition - b.partition);
  return { starts: inOrder.map(({ low }) => Number(low)), ends: inOrder.map(({ high }) => Number(high)) };
}

/** The keys are what the log's own reader leaves out, so the dead letters come through kafkajs. */
async function keysOf(kafka: Kafka, admin: Admin, topic: string): Promise<readonly string[]> {
  const { starts, ends } = await extentOf(admin, topic);
  const open = new Set(ends.flatMap((end, partition) => (end > starts[partition]! ? [partition] : [])));
  if (open.size === 0) return [];
  const groupId = `snacklab-checker-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, minBytes: 1, maxWaitTimeInMs: 100 });
  const keys: string[] = [];
  await consumer.connect();
  try {
    await consume(consumer, topic, starts, open, ({ batch }) => {
      for (const { key } of batch.messages) keys.push(key?.toString('utf8') ?? '');
      if (Number(batch.lastOffset()) >= ends[batch.partition]! - 1) open.delete(batch.partition);
    });
  } finally {
    await consumer.disconnect();
    // A group that stays behind is empty and has no offsets: Kafka forgets it by itself.
    await admin.deleteGroups([groupId]).catch(() => undefined);
  }
  return keys;
}

/** Hands on batches until no partition is open any more. */
async function consume(
  consumer: Consumer,
  topic: string,
  from: Position,
  open: ReadonlySet<number>,
  take: (payload: EachBatchPayload) => void,
): Promise<void> {
  let lastMs = performance.now();
  const crash = crashOf(consumer);
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async (payload) => {
      lastMs = performance.now();
      // A batch that was fetched before the seek took hold begins elsewhere.
      if (!payload.isStale()) take(payload);
    },
  });
  from.forEach((offset, partition) => {
    consumer.seek({ topic, partition, offset: String(offset) });
  });
  while (open.size > 0) {
    await Promise.race([sleep(50), crash]);
    if (performance.now() - lastMs > silenceMsMax) throw silent(topic, `${open.size} partitions`);
  }
}

/** Rejects when the consumer gives up; it repeats by itself what may be repeated. */
function crashOf(consumer: Consumer): Promise<never> {
  const crash = new Promise<never>((_, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload: { restart, error } }) => {
      if (!restart) reject(new LabError(`reading the dead letters failed: ${error.message}`, { cause: error }));
    });
  });
  crash.catch(() => undefined);
  return crash;
}

function silent(topic: string, left: string): LabError {
  return new LabError(`${topic} gave nothing for ${silenceMsMax} ms, and ${left} are still to come`, {
    kind: 'unavailable',
    suggestion: 'See whether Kafka runs: snacklab lambda logs kafka',
  });
}

function unreachable(broker: string, cause: unknown): LabError {
  return new LabError(`Kafka at ${broker} did not answer`, {
    kind: 'unavailable',
    suggestion: 'See whether it runs: snacklab lambda status, snacklab lambda logs kafka',
    cause,
  });
}
