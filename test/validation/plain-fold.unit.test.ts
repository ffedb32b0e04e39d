/**
 * Goal: the truth is the fold of the events, exactly, in any size.
 * Method: totals written by hand, and a comparison with the other fold, which was written apart, over random events.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventFields } from '../../src/events/event.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { count, greatest, least, type Question, total, totalOfProduct } from '../../src/questions/question.js';
import { foldEvents } from '../../src/sums/fold.js';
import { sameTable, zero } from '../../src/sums/table.js';
import { PlainFold } from '../../src/validation/plain-fold.js';

const everySum: Question = {
  name: 'every-sum',
  asks: 'Each kind of sum, by item and hour',
  where: { kind: 'sale', healthy: true },
  key: ['item', { hour: 'timestamp' }],
  sums: {
    events: count(),
    cents: total('price_cents'),
    product: totalOfProduct('price_cents', 'slot'),
    cheapest: least('price_cents'),
    dearest: greatest('price_cents'),
  },
};

describe('PlainFold', () => {
  it('gives totals that were added by hand', () => {
    const fold = new PlainFold([everySum], [zero]);
    fold.add(sale({ item: 'apple', price_cents: 120, slot: 2, timestamp: 3_600_000 }));
    fold.add(sale({ item: 'apple', price_cents: 80, slot: 3, timestamp: 7_199_999 }));
    fold.add(sale({ item: 'apple', price_cents: 5, slot: 1, timestamp: 7_200_000 }));
    fold.add(sale({ item: 'mars', price_cents: 99, healthy: false }));
    expect(fold.tables()).toEqual([
      new Map([
        ['["apple",3600000]', [2n, 200n, 480n, 80n, 120n]],
        ['["apple",7200000]', [1n, 5n, 5n, 5n, 5n]],
      ]),
    ]);
  });

  it('goes on from sums that are known, beyond what a double holds', () => {
    const question: Question = { ...everySum, where: {}, key: ['item'], sums: { all: total('customer_id') } };
    const fold = new PlainFold([question], [new Map([['["apple"]', [9_007_199_254_740_991n]]])]);
    fold.add(sale({ customer_id: Number.MAX_SAFE_INTEGER }));
    fold.add(sale({ customer_id: 1 }));
    expect(fold.tables()[0]!.get('["apple"]')).toEqual([18_014_398_509_481_983n]);
  });

  it('throws where a sum leaves 64 bits, instead of saying a wrong one', () => {
    const question: Question = { ...everySum, where: {}, key: ['item'], sums: { all: total('price_cents') } };
    const fold = new PlainFold([question], [new Map([['["apple"]', [2n ** 63n - 1n]]])]);
    fold.add(sale({ price_cents: 1 }));
    expect(() => fold.tables()).toThrow(/^the sum \w+ of [\w-]+ left 64 bits: \d+$/);
  });

  it('agrees with the fold of the batch', () => {
    const questions = [...builtinQuestions, everySum];
    fc.assert(
      fc.property(fc.array(anySale, { maxLength: 60 }), (events) => {
        const fold = new PlainFold(
          questions,
          questions.map(() => zero),
        );
        for (const event of events) fold.add(event);
        const theirs = questions.map((question) => foldEvents(question, events));
        expect(fold.tables().every((table, i) => sameTable(table, theirs[i]!))).toBe(true);
      }),
    );
  });
});

const anySale = fc
  .record({
    item: fc.constantFrom('apple', 'mars', 'twix'),
    snack_automat_id: fc.constantFrom('SNACK--0', 'SNACK--1'),
    price_cents: fc.integer({ min: 0, max: 1_000_000_000 }),
    slot: fc.integer({ min: 1, max: 8 }),
    healthy: fc.boolean(),
    timestamp: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  })
  .map(sale);

function sale(fields: Partial<EventFields>): EventFields {
  return {
    event_id: 'e',
    kind: 'sale',
    purchase_id: 'p',
    purchase_index: 1,
    snack_automat_id: 'SNACK--7',
    item: 'apple',
    slot: 1,
    customer_id: 5,
    healthy: true,
    price_cents: 100,
    cost_cents: 50,
    timestamp: 0,
    ...fields,
  } as EventFields;
}
