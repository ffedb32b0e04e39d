/** Where two tables of sums differ, key by key and sum by sum. Pure. */
import type { Question } from '../questions/question.js';
import type { SeenAnswer } from './history.js';
import type { Flaw } from './judge.js';
import type { Totals } from './tally.js';

/** The differing sums, in the order of the keys. A key that one of the two lacks differs, even if it says 0. */
export function differences(question: Question, ofWhat: string, expected: Totals, got: Totals): readonly Flaw[] {
  const names = Object.keys(question.sums);
  const keys = [...new Set([...expected.keys(), ...got.keys()])].sort();
  const flaws: Flaw[] = [];
  for (const key of keys) {
    const [right, found] = [expected.get(key), got.get(key)];
    names.forEach((name, i) => {
      if (right !== undefined && found !== undefined && right[i] === found[i]) return;
      const text = (sums: typeof right) => (sums === undefined ? 'no such key' : String(sums[i]));
      flaws.push({ invariant: 'prefix', what: `${name}${ofWhat}`, key, expected: text(right), got: text(found) });
    });
  }
  return flaws;
}

/** An answer's base and its real-time part added up, plainly: what its merged part ought to be. */
export function sumsOfParts(question: Question, { base, realTime }: SeenAnswer): Totals {
  const kinds = Object.values(question.sums).map((sum) => sum.sum);
  const added = new Map(base);
  for (const [key, sums] of realTime) {
    const other = added.get(key);
    added.set(key, other === undefined ? sums : sums.map((sum, i) => added64(kinds[i]!, other[i]!, sum)));
  }
  return added;
}

function added64(kind: string, a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return a ?? b;
  if (kind === 'least') return a < b ? a : b;
  if (kind === 'greatest') return a > b ? a : b;
  return a + b;
}
