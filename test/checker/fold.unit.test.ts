// Goal: the checker's count of the log is exact at every position. Method: totals written by hand, and sums past 2^53.
import { describe, expect, it } from 'vitest';
import { LogFold } from '../../src/checker/fold.js';
import { itemsSold } from '../../src/questions/builtin.js';
import { count, greatest, least, type Question, total, totalOfProduct } from '../../src/questions/question.js';
import { bytes, sale } from './small-lab.js';

const hourly: Question = {
  name: 'hourly',
  asks: 'What happened each hour at each healthy item?',
  where: { kind: 'sale', healthy: true },
  key: ['item', { hour: 'timestamp' }],
  sums: {
    sold: count(),
    customers: total('customer_id'),
    area: totalOfProduct('customer_id', 'price_cents'),
    cheapest: least('price_cents'),
    dearest: greatest('price_cents'),
  },
};

describe('the count of the log', () => {
  it('has the totals that a person adds up', () => {
    const fold = new LogFold(
      [0, 0],
      [itemsSold],
      [
        [2, 1],
        [1, 3],
        [3, 3],
      ],
    );
    fold.add(0, 0, bytes(sale(1, { item: 'apple', price_cents: 120 })));
    fold.add(0, 1, bytes(sale(2, { item: 'mars', price_cents: 80 })));
    fold.add(1, 0, bytes(sale(3, { item: 'apple', price_cents: 30 })));
    fold.add(1, 1, bytes('{}'));
    fold.add(0, 2, bytes(sale(4, { item: 'apple', price_cents: 1 })));
    fold.add(1, 2, bytes(sale(2, { item: 'mars', price_cents: 80 })));
    fold.finish([3, 3]);

    expect(fold.prefix([2, 1])).toMatchObject({ messages: 3, rejected: 0 });
    expect(fold.prefix([2, 1])!.totals(itemsSold)).toEqual(
      new Map([
        ['["apple"]', [2n, 150n]],
        ['["mars"]', [1n, 80n]],
      ]),
    );
    expect(fold.prefix([1, 3])).toMatchObject({ messages: 4, rejected: 1 });
    expect(fold.prefix([1, 3])!.totals(itemsSold)).toEqual(
      new Map([
        ['["apple"]', [2n, 150n]],
        ['["mars"]', [1n, 80n]],
      ]),
    );
    expect(fold.prefix([3, 3])!.totals(itemsSold)).toEqual(
      new Map([
        ['["apple"]', [3n, 151n]],
        ['["mars"]', [2n, 160n]],
      ]),
    );
    expect(fold.rejectedOffsets(1)).toEqual([1]);
  });

  it('knows nothing of a position that it has not reached', () => {
    const fold = new LogFold([0], [itemsSold], [[5]]);
    fold.add(0, 0, bytes(sale(1)));
    fold.finish([1]);
    expect(fold.prefix([5])).toBeUndefined();
  });

  it('counts from its origin only', () => {
    const fold = new LogFold([2], [itemsSold], [[2], [3]]);
    for (const offset of [0, 1, 2]) fold.add(0, offset, bytes(sale(1, { item: 'twix', price_cents: 5 })));
    fold.finish([3]);
    expect(fold.prefix([2])!.messages).toBe(0);
    expect(fold.prefix([3])!.totals(itemsSold)).toEqual(new Map([['["twix"]', [1n, 5n]]]));
  });

  it('refuses a message that comes twice, since the log has it once', () => {
    const fold = new LogFold([0], [itemsSold], []);
    fold.add(0, 4, bytes(sale(1)));
    expect(() => fold.add(0, 4, bytes(sale(1)))).toThrow('read twice');
  });

  it('stays exact beyond 2^53, and finds least and greatest over all partitions', () => {
    const large = Number.MAX_SAFE_INTEGER;
    const fold = new LogFold([0, 0], [hourly], [[2, 2]]);
    const events = [
      { healthy: true, customer_id: large, price_cents: 3 },
      { healthy: true, customer_id: large, price_cents: 1_000_000_000 },
      { healthy: true, customer_id: 7, price_cents: 2 },
      { healthy: false, customer_id: 9, price_cents: 1 },
    ].map((change) => bytes(sale(1, { item: 'apple', timestamp: 7_199_999, ...change })));
    fold.add(0, 0, events[0]!);
    fold.add(0, 1, events[1]!);
    fold.add(1, 0, events[2]!);
    fold.add(1, 1, events[3]!);
    fold.finish([2, 2]);
    const customers = 2n * BigInt(large) + 7n;
    const area = BigInt(large) * 1_000_000_003n + 14n;
    expect(fold.prefix([2, 2])!.totals(hourly)).toEqual(
      new Map([['["apple",3600000]', [3n, customers, area, 2n, 1_000_000_000n]]]),
    );
  });
});
