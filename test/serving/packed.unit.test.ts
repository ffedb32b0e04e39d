import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pack, unpack, unpackingAgain } from '../../src/serving/packed.js';

const table = (sold: bigint) => new Map([['["apple"]', [sold, null]]]);

describe('packed sums', () => {
  it('keep 64-bit sums, "no event" and keys of any kind', () => {
    const sums = new Map([
      ['["apple",3600000,true]', [2n ** 63n - 1n, null]],
      ['["\\"\\\\ é"]', [-(2n ** 63n), 0n]],
    ]);
    expect(unpack(pack(sums))).toEqual(sums);
    expect(unpack(pack(new Map()))).toEqual(new Map());
  });

  it('are never a number when they are damaged', () => {
    const bytes = pack(table(7n));
    expect(() => unpack(bytes.subarray(0, bytes.length - 3))).toThrow();
    expect(() => unpack(deflateSync('[[["apple"],["1.5"]]]'))).toThrow();
    expect(() => unpack(deflateSync('[[["apple"],["9223372036854775808"]]]'))).toThrow(RangeError);
  });
});

describe('packed sums that are read again and again', () => {
  const slices = (...values: readonly bigint[]) =>
    values.map((value, i) => ({ id: `${i}`, bytes: pack(table(value)) }));

  it('are the very tables that they were where the bytes are, and are unpacked where they are not', () => {
    const unpackAgain = unpackingAgain();
    const before = unpackAgain('a', slices(1n, 2n));
    const after = unpackAgain('a', slices(1n, 3n, 4n));
    expect([...before, ...after]).toEqual([1n, 2n, 1n, 3n, 4n].map(table));
    expect(after[0]).toBe(before[0]);
  });

  it('are told apart by name and id: those of another are unpacked', () => {
    const unpackAgain = unpackingAgain();
    const [one, two] = unpackAgain('a', slices(1n, 1n));
    expect(one).not.toBe(two);
    expect(unpackAgain('b', slices(1n))[0]).not.toBe(one);
    expect(unpackAgain('a', slices(1n))[0]).toBe(one);
  });

  it('are kept until the next read, not longer', () => {
    const unpackAgain = unpackingAgain();
    const [one] = unpackAgain('a', slices(1n));
    unpackAgain('a', []);
    expect(unpackAgain('a', slices(1n))[0]).not.toBe(one);
  });

  it('are never a number when they are damaged, also after they were read whole', () => {
    const unpackAgain = unpackingAgain();
    const [slice] = slices(7n);
    unpackAgain('a', [slice!]);
    const damaged = { ...slice!, bytes: slice!.bytes.subarray(0, slice!.bytes.length - 3) };
    expect(() => unpackAgain('a', [damaged])).toThrow();
  });
});
