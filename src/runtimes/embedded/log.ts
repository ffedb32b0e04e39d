/**
 * The embedded log: one folder a partition, files of Kafka's own format in it (docs/decisions/0009-embedded-runtime.md).
 * One process appends, and any number of readers in it follow; a reader at the end is woken by the next append.
 */
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { Producer } from '../../../generator/kafka/producer.js';
import { append, newBatch } from '../../../generator/kafka/record-batch.js';
import { LabError } from '../../errors.js';
import { formatPosition, type Position } from '../../positions/position.js';
import type { Log, LogReader, Message } from '../ports.js';
import { eventTopic } from '../topics.js';
import { openPartitionLog, type PartitionLog } from './partition-log.js';
import { partitionReader } from './partition-reader.js';

/** The log of one directory. */
export interface EmbeddedLog extends Log, AsyncDisposable {
  readonly partitions: number;
  /** What the generator sends its events with. */
  openProducer(): Producer;
  /** Adds values to a partition. Resolves with the first one's offset once they are acknowledged. */
  append(partition: number, values: readonly (Uint8Array | null)[], timestampMs: number): Promise<number>;
  /** Forgets what lies below a position. */
  forget(below: Position): Promise<void>;
}

/** A reader is given about so many bytes at once. */
const answerBytesMax = 8 << 20;
const sendsInFlight = 4;

export async function openEmbeddedLog(
  folder: string,
  partitions: number,
  segmentBytesMax?: number,
): Promise<EmbeddedLog> {
  const logs = await Promise.all(
    Array.from({ length: partitions }, (_, partition) =>
      openPartitionLog(join(folder, `${eventTopic}-${partition}`), partition, segmentBytesMax),
    ),
  );
  const appended: Appended = { count: 0, events: new EventEmitter().setMaxListeners(0) };
  const ends = () => logs.map((log) => log.end());
  const producer: Producer = {
    partitions,
    sendsInFlight,
    send: async (batches) => {
      try {
        return await Promise.all(
          batches.map(async (batch) => {
            const baseOffset = await logs[batch.partition]!.append(batch);
            return { partition: batch.partition, baseOffset };
          }),
        );
      } finally {
        // Where one partition failed, the others have theirs.
        appended.count++;
        appended.events.emit('messages');
      }
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return {
    partitions,
    starts: async () => logs.map((log) => log.start()),
    ends: async () => ends(),
    read: async (from) => openReader(logs, appended, from),
    openProducer: () => producer,
    append: async (partition, values, timestampMs) => {
      const batch = newBatch(partition, timestampMs, 1024);
      for (const value of values) append(batch, noKey, value);
      const [placed] = await producer.send([batch]);
      return placed!.baseOffset;
    },
    forget: async (below) => {
      await Promise.all(logs.map((log, partition) => log.forget(below[partition]!)));
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(logs.map((log) => log.close()));
    },
  };
}

const noKey = new Uint8Array(0);

/** How often something was appended: who counts before it looks cannot miss an append between looking and waiting. */
interface Appended {
  count: number;
  readonly events: EventEmitter;
}

function openReader(logs: readonly PartitionLog[], appended: Appended, from: Position): LogReader {
  const ends = logs.map((log) => log.end());
  const starts = logs.map((log) => log.start());
  refuseOutside(from, starts, ends);
  const readers = logs.map((log, partition) => partitionReader(log, from[partition]!));
  const isClosed = new AbortController();
  let turn = 0;
  return {
    async next(maxWaitMs) {
      const before = appended.count;
      const messages = await takeAll(readers, turn++);
      if (messages.length > 0 || maxWaitMs <= 0) return messages;
      if (appended.count === before) await wakened(appended.events, maxWaitMs, isClosed.signal);
      return takeAll(readers, turn++);
    },
    [Symbol.asyncDispose]: async () => {
      isClosed.abort();
      await Promise.all(readers.map((reader) => reader.close()));
    },
  };
}

/** No partition waits for ever behind others: each answer begins with another one. */
async function takeAll(readers: readonly ReturnType<typeof partitionReader>[], turn: number): Promise<Message[]> {
  const messages: Message[] = [];
  const share = Math.ceil(answerBytesMax / readers.length);
  for (const i of readers.keys()) await readers[(turn + i) % readers.length]!.take(messages, share);
  return messages;
}

function wakened(appended: EventEmitter, maxWaitMs: number, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      appended.off('messages', end);
      closed.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, maxWaitMs);
    appended.on('messages', end);
    closed.addEventListener('abort', end);
  });
}

function refuseOutside(from: Position, starts: Position, ends: Position): void {
  if (from.length !== starts.length) {
    throw new LabError(`the log has ${starts.length} partitions, not the ${from.length} of ${formatPosition(from)}`, {
      kind: 'fail',
      detail: { from, starts },
    });
  }
  const lost = from.findIndex((offset, partition) => offset < starts[partition]!);
  const ahead = from.findIndex((offset, partition) => offset > ends[partition]!);
  if (lost === -1 && ahead === -1) return;
  const partition = Math.max(lost, ahead);
  const why = lost !== -1 ? `starts at ${starts[partition]}` : `ends at ${ends[partition]}`;
  throw new LabError(`the log of partition ${partition} ${why}, and was to be read from ${from[partition]}`, {
    kind: 'fail',
    suggestion: 'messages are lost: restore the directory from a copy, or begin a new one',
    detail: { from, starts, ends },
  });
}
