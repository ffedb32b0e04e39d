/** Goal: the naive merge loses exactly what came between a batch's cut and its publishing. Method: sums by hand. */
import { describe, expect, it } from 'vitest';
import { itemsSold } from '../../src/questions/builtin.js';
import type { Base, Slice } from '../../src/runtimes/ports.js';
import { naiveMerge } from '../../src/serving/naive-merge.js';

const sums = (sold: bigint) => new Map([['["apple"]', [sold, sold * 10n]]]);
const base = { sums: sums(100n) } as unknown as Base;
const head = { segments: [{ epoch: 1, after: 0 }] };
/** The last one was left behind by a job that was replaced: no merge may count it. */
const slices = [
  { epoch: 1, number: 11, committedMs: 1_000, sums: sums(5n) },
  { epoch: 1, number: 12, committedMs: 2_000, sums: sums(7n) },
  { epoch: 1, number: 13, committedMs: 3_000, sums: sums(9n) },
  { epoch: 0, number: 13, committedMs: 3_000, sums: sums(1_000n) },
] as unknown as Slice[];

describe('the naive merge', () => {
  it('forgets the slices that were written before the base was published', () => {
    expect(naiveMerge(head, itemsSold, { base, slices }, 2_000)).toEqual(sums(109n));
  });

  it('has all slices while there is no base', () => {
    expect(naiveMerge(head, itemsSold, { base: undefined, slices }, undefined)).toEqual(sums(21n));
  });
});
