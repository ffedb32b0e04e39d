/**
 * A question's sums by key, and their algebra: `zero` is the empty table, `plus` is associative and commutative,
 * so slices and bases merge in any order. 64-bit: overflow throws, nothing is ever rounded. Pure.
 */
import { overflowed, type SumName } from '../questions/overflow.js';
import type { Question, Sum } from '../questions/question.js';

/** One key's sums in the order of the question's `sums`. `null` is "no event yet" for least and greatest. */
export type Sums = readonly (bigint | null)[];

/** Keys are JSON arrays of the key parts, `["apple"]`, so that a key is one text in every layer. */
export type SumTable = ReadonlyMap<string, Sums>;

const least64 = -(2n ** 63n);
const greatest64 = 2n ** 63n - 1n;

/** The sums of no events. */
export const zero: SumTable = new Map();

/** The sums of both parts' events. Throws `unknown` when a sum leaves 64 bits. */
export function plus(question: Question, a: SumTable, b: SumTable): SumTable {
  return plusAll(question, [a, b]);
}

/** The sums of the events of all parts. Throws `unknown` when a sum leaves 64 bits. */
export function plusAll(question: Question, parts: readonly SumTable[]): SumTable {
  const filled = parts.filter(({ size }) => size > 0).sort((a, b) => b.size - a.size);
  const [largest = zero, ...rest] = filled;
  if (rest.length === 0) return largest;
  const sumsOf = Object.entries(question.sums).map(([sum, kind]) => [kind, { question: question.name, sum }] as const);
  // One copy for all of them: a copy for each is most of what an answer over many slices would cost.
  const merged = new Map(largest);
  for (const part of rest) {
    for (const [key, sums] of part) {
      const other = merged.get(key);
      merged.set(
        key,
        other === undefined ? sums : sumsOf.map(([kind, name], i) => plusOne(kind, other[i]!, sums[i]!, name)),
      );
    }
  }
  return merged;
}

/** Whether both hold the same keys with the same sums. */
export function sameTable(a: SumTable, b: SumTable): boolean {
  if (a.size !== b.size) return false;
  for (const [key, sums] of a) {
    const other = b.get(key);
    if (other === undefined || other.length !== sums.length || sums.some((sum, i) => sum !== other[i])) return false;
  }
  return true;
}

/** Adds two values of one sum. Throws when the result leaves 64 bits, as `within64Bits` does. */
export function plusOne(kind: Sum, a: bigint | null, b: bigint | null, name?: SumName): bigint | null {
  if (a === null || b === null) return a ?? b;
  switch (kind.sum) {
    case 'least':
      return a < b ? a : b;
    case 'greatest':
      return a > b ? a : b;
    default:
      return within64Bits(a + b, name);
  }
}

/** The value itself, or an error that names the sum where that is known: one that left 64 bits is never rounded. */
export function within64Bits(value: bigint, name?: SumName): bigint {
  if (value >= least64 && value <= greatest64) return value;
  throw name === undefined ? new RangeError(`a sum left 64 bits: ${value}`) : overflowed(name, value);
}
