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

  it('are told apart by their bytes, however often and in whatever order they are read', () => {
    const unpackAgain = unpackingAgain({ tablesMax: 512, bytesMax: 65_536 });
    const packed = Array.from({ length: 1200 }, (_, i) => pack(table(BigInt(i))));
    for (let round = 0; round < 2; round++) {
      packed.forEach((bytes, i) => {
        expect(unpackAgain(bytes)).toEqual(table(BigInt(i)));
        expect(unpackAgain(Uint8Array.from(bytes))).toEqual(table(BigInt(i)));
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

  it('are read anew where a byte within them is another, whose checksum and length are the same', () => {
    const unpackAgain = unpackingAgain({ tablesMax: 512, bytesMax: 65_536 });
    const bytes = pack(table(7n));
    const remembered = unpackAgain(bytes);
    const readOrRefused = (packed: Uint8Array) => {
      try {
        return unpackAgain(packed);
      } catch {
        return undefined;
      }
    };
    for (let i = 0; i < bytes.length - 4; i++) {
      const damaged = Buffer.from(bytes);
      damaged[i]! ^= 0x10;
      expect(readOrRefused(damaged), `byte ${i}`).not.toBe(remembered);
    }
    expect(unpackAgain(bytes)).toEqual(table(7n));
  });

  it('are the very table that they were while they are remembered', () => {
    const unpackAgain = unpackingAgain({ tablesMax: 2, bytesMax: 1_000 });
    const [a, b, c] = [1n, 2n, 3n].map((sold) => pack(table(sold)));
    const before = unpackAgain(a!);
    unpackAgain(b!);
    expect(unpackAgain(Uint8Array.from(a!))).toBe(before);
    // It was wanted later than b: c drives that one out.
    unpackAgain(c!);
    expect(unpackAgain(a!)).toBe(before);
    unpackAgain(b!);
    unpackAgain(c!);
    expect(unpackAgain(a!)).not.toBe(before);
  });

  it('are remembered beside others of the same checksum and length', () => {
    const [a, b] = [121n, 202n].map((sold) => pack(table(sold)));
    expect(a!.length).toBe(b!.length);
    expect(a!.subarray(-4)).toEqual(b!.subarray(-4));
    const unpackAgain = unpackingAgain({ tablesMax: 2, bytesMax: 1_000 });
    const before = [unpackAgain(a!), unpackAgain(b!)];
    expect(before).toEqual([table(121n), table(202n)]);
    expect(unpackAgain(a!)).toBe(before[0]);
    expect(unpackAgain(b!)).toBe(before[1]);
  });

  it('are not remembered when they are longer than is wanted', () => {
    const unpackAgain = unpackingAgain({ tablesMax: 2, bytesMax: 10 });
    const bytes = pack(table(1n));
    expect(bytes.length).toBeGreaterThan(10);
    expect(unpackAgain(bytes)).not.toBe(unpackAgain(bytes));
  });
});
