/** Reads one partition of the embedded log from an offset on, each message once and without a gap. */
import { type FileHandle, open } from 'node:fs/promises';
import { LabError } from '../../errors.js';
import { readMessages } from '../docker/kafka-records.js';
import type { Message } from '../ports.js';
import type { ReadablePartition, Segment } from './partition-log.js';
import { announcedBytes, batchAt, batchesOf, damaged, isIntact, readAt } from './segment-file.js';

export interface PartitionReader {
  /** Adds the next messages, at most about `bytesMax` of them, to `into`. Resolves with the bytes that were read. */
  readonly take: (into: Message[], bytesMax: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

interface State {
  readonly log: ReadablePartition;
  next: number;
  /** Undefined until the first message is wanted. */
  open: { readonly segment: Segment; readonly file: FileHandle; at: number } | undefined;
}

export function partitionReader(log: ReadablePartition, from: number): PartitionReader {
  const state: State = { log, next: from, open: undefined };
  return {
    take: (into, bytesMax) => take(state, into, bytesMax),
    close: async () => {
      await state.open?.file.close();
      state.open = undefined;
    },
  };
}

async function take(state: State, into: Message[], bytesMax: number): Promise<number> {
  if (state.next >= state.log.end()) return 0;
  const { segment, file, at } = await openAt(state);
  const available = segment.bytes - at;
  let bytes = await readAt(file, at, Math.min(bytesMax, available));
  const announced = announcedBytes(bytes, 0);
  // One batch may be larger than what is wanted at once.
  if (announced !== undefined && announced > bytes.length && announced <= available) {
    bytes = await readAt(file, at, announced);
  }
  const whole = wholeBatches(state, bytes, segment, at);
  state.next = readMessages(state.log.partition, bytes.subarray(0, whole), state.next, into);
  state.open!.at = at + whole;
  return whole;
}

/** How many bytes of these are whole batches. Throws where none begins here, or one is not what was written. */
function wholeBatches(state: State, bytes: Buffer, { path }: Segment, at: number): number {
  let whole = 0;
  let expected: number | undefined;
  for (let batch = batchAt(bytes, whole); batch !== undefined; batch = batchAt(bytes, whole)) {
    // The first one is wanted for a message within it: its own offset is not in its checksum.
    const follows = expected === undefined ? holds(batch, state.next) : batch.first === expected;
    if (!follows) throw damaged(path, at + whole, 'an offset is missing');
    // What this process wrote itself needs no second look.
    if (batch.first < state.log.endAtOpen && !isIntact(bytes, whole, batch.bytes)) {
      throw damaged(path, at + whole, 'its checksum does not fit');
    }
    expected = batch.next;
    whole += batch.bytes;
  }
  if (whole === 0) throw damaged(path, at, 'no whole record batch begins there');
  return whole;
}

const holds = ({ first, next }: { readonly first: number; readonly next: number }, offset: number) =>
  first <= offset && offset < next;

/** The file that holds the next message, at the batch that does. */
async function openAt(state: State): Promise<NonNullable<State['open']>> {
  const segment = state.log.segments.findLast(({ base }) => base <= state.next);
  if (segment === undefined) throw forgotten(state);
  if (state.open?.segment === segment) return state.open;
  await state.open?.file.close();
  state.open = undefined;
  const file = await open(segment.path, 'r');
  state.open = { segment, file, at: 0 };
  state.open.at = await placeOf(file, segment, state.next);
  return state.open;
}

async function placeOf(file: FileHandle, segment: Segment, offset: number): Promise<number> {
  if (offset === segment.base) return 0;
  for await (const batch of batchesOf(file, segment.base, segment.bytes, false)) {
    if (offset < batch.next) return batch.at;
  }
  throw damaged(segment.path, segment.bytes, `offset ${offset} is not in it`);
}

/** What a slow reader wanted was forgotten meanwhile: said, never skipped (protocol rule 13). */
function forgotten({ log, next }: State): LabError {
  const start = log.start();
  return new LabError(`the log of partition ${log.partition} starts at ${start} now, and was to be read from ${next}`, {
    kind: 'fail',
    suggestion: 'messages are lost to this reader: begin a new directory, or forget less',
    detail: { partition: log.partition, start, next },
  });
}
