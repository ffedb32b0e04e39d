/** Goal: the naive merge loses exactly what came between a batch's cut and its publishing. Method: sums by hand. */
import { describe, expect, it } from 'vitest';
import { itemsSold } from '../../src/questions/builtin.js';
import type { Base, Slice } from '../../src/runtimes/ports.js';
import { naiveMerge } from '../../src/serving/naive-merge.js';

const sums = (sold: bigint) => new Map([['["apple"]', [sold, sold * 10n]]]);
const base = { sums: sums(100n) } as unknown as Base;
const slices = [
  { number: 11, committedMs: 1_000, sums: sums(5n) },
  { number: 12, committedMs: 2_000, sums: sums(7n) },
  { number: 13, committedMs: 3_000, sums: sums(9n) },
] as unknown as Slice[];

describe('the naive merge', () => {
  it('forgets the slices that were written before the base was published', () => {
    expect(naiveMerge(itemsSold, { base, fold: undefined, slices }, 2_000)).toEqual(sums(109n));
  });

  it('has all slices while there is no base', () => {
    expect(naiveMerge(itemsSold, { base: undefined, fold: undefined, slices }, undefined)).toEqual(sums(21n));
  });
});
