import { describe, expect, it } from 'vitest';
import type { EventFields } from '../../src/events/event.js';
import { count, greatest, least, type Question, total, totalOfProduct } from '../../src/questions/question.js';
import { foldEvents } from '../../src/sums/fold.js';
import { plus, type SumTable, within64Bits } from '../../src/sums/table.js';

const everySum: Question = {
  name: 'every-sum',
  asks: 'What does every kind of sum come to?',
  where: { kind: 'sale' },
  key: ['item', { hour: 'timestamp' }],
  sums: {
    n: count(),
    cents: total('price_cents'),
    product: totalOfProduct('price_cents', 'slot'),
    least: least('price_cents'),
    greatest: greatest('price_cents'),
  },
};

const sumsOf = (list: readonly EventFields[]): SumTable => foldEvents(everySum, list);

describe('sums', () => {
  it('come to hand-written totals', () => {
    const table = sumsOf([
      { kind: 'sale', item: 'apple', slot: 2, price_cents: 150, timestamp: 3_600_000 },
      { kind: 'sale', item: 'apple', slot: 3, price_cents: 50, timestamp: 7_199_999 },
      { kind: 'refill', item: 'apple', slot: 3, price_cents: 50, timestamp: 7_199_999 },
      { kind: 'sale', item: 'apple', slot: 1, price_cents: 10, timestamp: 7_200_000 },
    ]);
    expect([...table]).toEqual([
      ['["apple",3600000]', [2n, 200n, 450n, 50n, 150n]],
      ['["apple",7200000]', [1n, 10n, 10n, 10n, 10n]],
    ]);
  });

  it('stay exact beyond what a double holds', () => {
    const big = { kind: 'sale', item: 'a', slot: 1, price_cents: Number.MAX_SAFE_INTEGER, timestamp: 0 };
    expect(foldEvents(everySum, [big, big, big]).get('["a",0]')![1]).toBe(3n * BigInt(Number.MAX_SAFE_INTEGER));
  });

  it('that leave 64 bits are an error, never a rounding', () => {
    for (const value of [2n ** 63n, -(2n ** 63n) - 1n]) expect(() => within64Bits(value)).toThrow(RangeError);
    expect(within64Bits(2n ** 63n - 1n)).toBe(2n ** 63n - 1n);
    const big = { kind: 'sale', item: 'a', slot: Number.MAX_SAFE_INTEGER, price_cents: 4_096, timestamp: 0 };
    expect(() => foldEvents(everySum, [big])).toThrow(
      `the sum product of every-sum left 64 bits: ${4_096n * BigInt(Number.MAX_SAFE_INTEGER)}`,
    );
    const half = new Map([['["a"]', [0n, 2n ** 62n, 0n, 0n, 0n]]]);
    expect(() => plus(everySum, half, half)).toThrow(`the sum cents of every-sum left 64 bits: ${2n ** 63n}`);
    const most = { ...big, slot: 0, price_cents: Number.MAX_SAFE_INTEGER };
    const tooMany = Array.from({ length: 1_025 }, () => most);
    expect(() => foldEvents(everySum, tooMany)).toThrow('the sum cents of every-sum left 64 bits');
  });
});
