/**
 * The embedded log as another thread sees it: it is told how far the files reach, and reads them itself, so that no message
 * is copied. What it was told last is the log's end for it.
 */
import type { Log } from '../../ports.js';
import { newAppended, openReader, wakened } from '../log-reader.js';
import type { ReadablePartition, Segment } from '../partition-log.js';
import type { PartitionState, ThreadSettings } from './messages.js';

/** What there is to tell of a log, over and over: each time the files that may have changed since the time before. */
export function logTeller(partitions: readonly ReadablePartition[]): () => readonly PartitionState[] {
  const told = partitions.map(() => Number.NEGATIVE_INFINITY);
  return () =>
    partitions.map((partition, i) => {
      const segments = partition.segments.filter(({ base }) => base >= told[i]!).map((segment) => ({ ...segment }));
      told[i] = segments.at(-1)!.base;
      return { start: partition.start(), end: partition.end(), firstBase: partition.segments[0]!.base, segments };
    });
}

export interface LogView {
  readonly log: Log;
  /** Takes what was told. */
  update(states: readonly PartitionState[]): void;
}

/** Many times as long as it takes to be told. */
const behindMsMax = 2_000;

interface Seen {
  start: number;
  end: number;
  readonly segments: Segment[];
}

export function openLogView(states: ThreadSettings['log']): LogView {
  const seen: Seen[] = states.map(({ start, end, segments }) => ({ start, end, segments: [...segments] }));
  const partitions: readonly ReadablePartition[] = seen.map((one, partition) => ({
    ...{ partition, segments: one.segments, endAtOpen: states[partition]!.endAtOpen },
    ...{ start: () => one.start, end: () => one.end },
  }));
  const appended = newAppended();
  return {
    log: {
      starts: async () => seen.map(({ start }) => start),
      ends: async () => seen.map(({ end }) => end),
      async read(from) {
        // Somebody who was told more may have archived it: it is told here next.
        const isBehind = seen.some(({ end }, i) => end < from[i]!);
        if (isBehind) await wakened(appended, behindMsMax, new AbortController().signal);
        return openReader(partitions, appended, from);
      },
    },
    update(next) {
      for (const [i, state] of next.entries()) take(seen[i]!, state);
      appended.notice();
    },
  };
}

function take(seen: Seen, { start, end, firstBase, segments }: PartitionState): void {
  for (const segment of segments) {
    const known = seen.segments.find(({ base }) => base === segment.base);
    // The same object: a reader that has it open goes on in it.
    if (known !== undefined) known.bytes = segment.bytes;
    else seen.segments.push(segment);
  }
  while (seen.segments[0]!.base < firstBase) seen.segments.shift();
  seen.start = start;
  seen.end = end;
}
