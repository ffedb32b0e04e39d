import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pack, unpack } from '../../src/serving/packed.js';

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

  it('are told apart by their bytes, however often and in whatever order they are read', () => {
    const packed = Array.from({ length: 1200 }, (_, i) => pack(table(BigInt(i))));
    for (let round = 0; round < 2; round++) {
      packed.forEach((bytes, i) => {
        expect(unpack(bytes)).toEqual(table(BigInt(i)));
        expect(unpack(Uint8Array.from(bytes))).toEqual(table(BigInt(i)));
      });
    }
  });

  it('are never a number when they are damaged, also after they were read whole', () => {
    const bytes = pack(table(7n));
    expect(unpack(bytes)).toEqual(table(7n));
    expect(() => unpack(bytes.subarray(0, bytes.length - 3))).toThrow();
    expect(() => unpack(deflateSync('[[["apple"],["1.5"]]]'))).toThrow();
    expect(() => unpack(deflateSync('[[["apple"],["9223372036854775808"]]]'))).toThrow(RangeError);
  });
});
