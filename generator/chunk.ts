/** The messages of a run of events, as the record batches of one send, with what the knobs make of them. Pure. */
import { machineCount, machineId } from '../src/machines/catalogue.js';
import { brokenMessage } from './broken.js';
import type { Pace } from './days.js';
import { saleNumberUpTo } from './event-index.js';
import { eventWriter, longestEventBytes } from './event-json.js';
import { eventsOf } from './events.js';
import { partitionOf } from './kafka/partitioner.js';
import { append, beginInPlace, endInPlace, newBatch, type RecordBatch } from './kafka/record-batch.js';
import { type Knobs, mishapsOf } from './knobs.js';
import { saleAt } from './purchases.js';

export interface ChunkOptions {
  readonly seed: number;
  readonly knobs: Knobs;
  readonly partitions: number;
  /** Undefined: events carry the time of their send. */
  readonly timeline: Timeline | undefined;
}

/** The first event's timestamp, the events per second after it, and how those go with the hour. */
export interface Timeline {
  readonly startTimeMs: number;
  readonly ratePerSecond: number;
  readonly pace: Pace;
}

/** Events `from` up to `until`, with one batch for each partition that any of their messages goes to. */
export interface Chunk {
  readonly from: number;
  readonly until: number;
  readonly batches: readonly RecordBatch[];
  /** Messages beyond one for each event. */
  readonly repeats: number;
  readonly broken: number;
}

/** A batch takes no further event beyond this: brokers refuse batches over 1 MB, and smaller ones travel better. */
const fullBatchBytes = 512 * 1024;
const usualMessageBytes = 270;

/** Makes the chunk of at most `events` events from an index on; it ends earlier when a batch is full. */
export type ChunkMaker = (from: number, events: number, nowMs: number) => Chunk;

export function chunkMaker({ seed, knobs, partitions, timeline }: ChunkOptions): ChunkMaker {
  const eventOf = eventsOf(seed);
  const write = eventWriter(seed);
  const mishaps = mishapsOf(seed, knobs);
  const machines = machinesOf(partitions);
  return (from, events, nowMs) => {
    const open = new Array<RecordBatch | undefined>(partitions).fill(undefined);
    let index = from;
    let repeats = 0;
    let broken = 0;
    for (let full = false; index < from + events && !full; index++) {
      const event = eventOf(index);
      const { key, partition } = machines[event.machine]!;
      open[partition] ??= newBatch(partition, nowMs, roomFor(events, partitions));
      const batch = open[partition];
      const timestampMs = Math.max(0, timestampOf(timeline, index, nowMs) - mishaps.lateByMs(index));
      const at = beginInPlace(batch, key, longestEventBytes);
      const end = write(batch, at, event, timestampMs);
      endInPlace(batch, at, end);
      if (mishaps.isRepeated(index)) {
        append(batch, key, batch.bytes.slice(at, end));
        repeats++;
      }
      if (mishaps.isBroken(index)) {
        append(batch, key, brokenMessage(seed, index, saleAt(seed, saleNumberUpTo(index), timestampMs)));
        broken++;
      }
      full = batch.length > fullBatchBytes;
    }
    return { from, until: index, batches: open.filter((batch) => batch !== undefined), repeats, broken };
  };
}

/** An event's own time: a function of its index alone where there is a timeline, so that a run can be made again. */
export function timestampOf(timeline: Timeline | undefined, index: number, nowMs: number): number {
  if (timeline === undefined) return nowMs;
  const { startTimeMs, ratePerSecond, pace } = timeline;
  return startTimeMs + Math.floor(pace.clockAfter(startTimeMs, (index * 1000) / ratePerSecond));
}

/** Each machine's key, and the partition that it belongs to. */
function machinesOf(partitions: number) {
  return Array.from({ length: machineCount }, (_, machine) => {
    const key = new TextEncoder().encode(machineId(machine));
    return { key, partition: partitionOf(key, partitions) };
  });
}

/** Machines are not spread evenly, so some partitions get more than their share; a batch that needs more grows. */
function roomFor(events: number, partitions: number): number {
  const share = Math.ceil((events * 1.5) / partitions) * usualMessageBytes + 1024;
  return Math.min(share, fullBatchBytes + 4096);
}
