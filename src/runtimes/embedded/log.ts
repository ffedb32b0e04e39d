/**
 * The embedded log: one folder a partition, files of Kafka's own format in it (docs/decisions/0009-embedded-runtime.md).
 * One process appends, and any number of readers in it follow; a reader at the end is woken by the next append.
 */
import { join } from 'node:path';
import type { Producer } from '../../../generator/kafka/producer.js';
import { append, newBatch } from '../../../generator/kafka/record-batch.js';
import type { Position } from '../../positions/position.js';
import type { Log } from '../ports.js';
import { eventTopic } from '../topics.js';
import { newAppended, openReader } from './log-reader.js';
import { openPartitionLog, type ReadablePartition } from './partition-log.js';

/** The log of one directory. */
export interface EmbeddedLog extends Log, AsyncDisposable {
  readonly partitions: number;
  /** What the generator sends its events with. */
  openProducer(): Producer;
  /** Adds values to a partition. Resolves with the first one's offset once they are acknowledged. */
  append(partition: number, values: readonly (Uint8Array | null)[], timestampMs: number): Promise<number>;
  /** Forgets what lies below a position. */
  forget(below: Position): Promise<void>;
  /** Its partitions as they are at any time, for a reader elsewhere. */
  readonly readable: readonly ReadablePartition[];
  /** Calls `listener` after each append and each `forget`, until the function that it gives back is called. */
  onChanged(listener: () => void): () => void;
}

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
  const appended = newAppended();
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
        appended.notice();
      }
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return {
    partitions,
    readable: logs,
    onChanged: appended.listen,
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
      // A reader elsewhere is told what has gone.
      appended.notice();
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(logs.map((log) => log.close()));
    },
  };
}

const noKey = new Uint8Array(0);
