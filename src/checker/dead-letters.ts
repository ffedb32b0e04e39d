/**
 * Nothing silent: below an answer's position the dead-letter topic names exactly the messages that are no events.
 * Dead letters are counted as distinct (partition, offset): a stream job that ran twice may have sent one twice. Pure.
 */
import type { Position } from '../positions/position.js';
import type { LogFold } from './fold.js';
import { positionText } from './history.js';
import type { Flaw } from './judge.js';

/** The distinct offsets of each partition that the dead-letter topic names, ascending. */
export type DeadLetters = readonly (readonly number[])[];

/** Sorts what the dead-letter topic holds, its keys being `partition:offset`. Throws on any other key. */
export function deadLettersFrom(keys: Iterable<string>, partitions: number): DeadLetters {
  const offsets = Array.from({ length: partitions }, () => new Set<number>());
  for (const key of keys) {
    const [, partition, offset] = /^(\d+):(\d+)$/.exec(key) ?? [];
    const found = partition === undefined ? undefined : offsets[Number(partition)];
    if (found === undefined) throw new Error(`the dead-letter topic has the key "${key}", not partition:offset`);
    found.add(Number(offset));
  }
  return offsets.map((found) => [...found].sort((a, b) => a - b));
}

/** Where the dead letters and the log disagree, from one origin on. */
export class DeadLetterFlaws {
  /** The lowest offset of each partition that is in one of the two only. */
  readonly #first: readonly (number | undefined)[];
  readonly #fold: LogFold;
  readonly #letters: DeadLetters;

  constructor(fold: LogFold, letters: DeadLetters) {
    this.#fold = fold;
    this.#letters = letters.map((offsets, partition) => offsets.filter((offset) => offset >= fold.origin[partition]!));
    this.#first = this.#letters.map((offsets, partition) => firstDifference(fold.rejectedOffsets(partition), offsets));
  }

  /** The flaw of an answer at this position, if one of the differences is below it. */
  below(position: Position): readonly Flaw[] {
    const partition = this.#first.findIndex((offset, i) => offset !== undefined && offset < position[i]!);
    if (partition < 0) return [];
    const count = (all: readonly number[], i: number) => all.filter((offset) => offset < position[i]!).length;
    const rejected = position.reduce((sum, _, i) => sum + count(this.#fold.rejectedOffsets(i), i), 0);
    const letters = position.reduce((sum, _, i) => sum + count(this.#letters[i]!, i), 0);
    const first = `${partition}:${this.#first[partition]}`;
    return [
      {
        invariant: 'nothing-silent',
        what: `dead letters below ${positionText(position)}, first difference at ${first}`,
        expected: `${rejected}`,
        got: `${letters}`,
      },
    ];
  }
}

function firstDifference(a: readonly number[], b: readonly number[]): number | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] !== b[i]) return Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[i] ?? Number.POSITIVE_INFINITY);
  }
  return undefined;
}
