/** How far the head is behind the log, in time, from samples of both. Pure. */
import type { Position } from '../src/positions/position.js';

export interface LagSample {
  /** When the log's ends were read, and what they were. */
  readonly atMs: number;
  readonly ends: Position;
  /** When the head was read, and where it was. */
  readonly headAtMs: number;
  readonly head: Position;
}

/**
 * The longest time by which the head was behind: at each sample, the time since the newest earlier sample of the log
 * that the head covers. Where it covers none, since the first sample.
 */
export function longestLag(samples: readonly LagSample[]): number {
  let covered = 0;
  let longest = 0;
  samples.forEach((sample, index) => {
    while (covered < index && covers(sample.head, samples[covered + 1]!.ends)) covered++;
    longest = Math.max(longest, sample.headAtMs - samples[covered]!.atMs);
  });
  return longest;
}

/** Messages a second that came to the log. */
export function rateOf(samples: readonly LagSample[]): number {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const messages = last.ends.reduce((sum, end, partition) => sum + end - first.ends[partition]!, 0);
  return (messages * 1000) / (last.atMs - first.atMs);
}

function covers(a: Position, b: Position): boolean {
  return a.every((offset, partition) => offset >= b[partition]!);
}
