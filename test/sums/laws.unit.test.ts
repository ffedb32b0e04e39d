/**
 * Goal: each kind of sum keeps the laws that merging rests on, up to the last of its 64 bits, where it ends in an error.
 * Method: one question for each kind, over random events that include the rule's bounds, and over random tables with
 * values around ±2^63; what they must come to is added up here, in BigInt and without any limit.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventFields } from '../../src/events/event.js';
import {
  count,
  greatest,
  least,
  type Question,
  type Sum,
  total,
  totalOfProduct,
} from '../../src/questions/question.js';
import { pack, unpack } from '../../src/serving/packed.js';
import { foldEvents } from '../../src/sums/fold.js';
import { plus, type SumTable, zero } from '../../src/sums/table.js';

const kinds: Readonly<Record<Sum['sum'], Sum>> = {
  count: count(),
  total: total('customer_id'),
  'total-of-product': totalOfProduct('customer_id', 'slot'),
  least: least('customer_id'),
  greatest: greatest('customer_id'),
};

const questionOf = (sum: Sum): Question => ({
  ...{ name: 'of-one-kind', asks: 'What does it come to?', where: {}, key: ['machine'], sums: { one: sum } },
});

const most = Number.MAX_SAFE_INTEGER;
const [least64, greatest64] = [-(2n ** 63n), 2n ** 63n - 1n];

// `oneof` gives the bounds as often as everything between them: there it is where arithmetic goes wrong.
const integer = fc.oneof(fc.constantFrom(0, 1, most - 1, most), fc.integer({ min: 0, max: 1_000 }), fc.maxSafeNat());
const machine = fc.constantFrom('a', 'A', '\u00e9', 'e\u0301', '\u{1f600}', '"', '\\', '\u2028', '\u0000', '__proto__');
const event = fc.record({ machine, customer_id: integer, slot: fc.integer({ min: 1, max: 8 }) });
/** Products of these leave 64 bits. */
const largeEvents = fc.array(fc.record({ machine, customer_id: integer, slot: integer }), { maxLength: 40 });

/** A value of a stored sum: anywhere in its 64 bits, and often at their ends. */
const sum64 = fc.oneof(
  fc.bigInt({ min: least64, max: greatest64 }),
  fc.bigInt({ min: greatest64 - 3n, max: greatest64 }),
  fc.bigInt({ min: least64, max: least64 + 3n }),
  fc.bigInt({ min: -3n, max: 3n }),
);
const isExtreme = ({ sum }: Sum) => sum === 'least' || sum === 'greatest';
/** Tables of one kind; only least and greatest may have met no event. */
const tableOf = (sum: Sum, value = sum64): fc.Arbitrary<SumTable> =>
  fc
    .array(fc.tuple(machine, isExtreme(sum) ? fc.option(value, { freq: 4 }) : value), { maxLength: 6 })
    .map((rows) => new Map(rows.map(([name, one]) => [JSON.stringify([name]), [one]])));

/** What two values come to, without a limit. */
function joined({ sum }: Sum, a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return a ?? b;
  if (sum === 'least') return a < b ? a : b;
  if (sum === 'greatest') return a > b ? a : b;
  return a + b;
}

/** What an event adds to a sum. */
function termOf(sum: Sum, fields: EventFields): bigint {
  if (sum.sum === 'count') return 1n;
  const [a, b] = sum.sum === 'total-of-product' ? sum.fields : [sum.field];
  return BigInt(fields[a] as number) * (b === undefined ? 1n : BigInt(fields[b] as number));
}

type Reference = ReadonlyMap<string, bigint | null>;

/** Values by key, added up without a limit. */
function added(sum: Sum, values: Iterable<readonly [key: string, value: bigint | null]>): Reference {
  const all = new Map<string, bigint | null>();
  for (const [key, value] of values) all.set(key, joined(sum, all.get(key) ?? null, value));
  return all;
}

const valuesOf = (table: SumTable) => [...table].map(([key, [value]]) => [key, value!] as const);
const fits = (reference: Reference) =>
  [...reference.values()].every((value) => value === null || (value >= least64 && value <= greatest64));
const asTable = (reference: Reference): SumTable => new Map([...reference].map(([key, value]) => [key, [value]]));

/** Gives what it must, or the error where that does not fit into 64 bits. */
function expectExact(compute: () => SumTable, reference: Reference): void {
  if (fits(reference)) expect(compute()).toEqual(asTable(reference));
  else expect(compute).toThrow('the sum one of of-one-kind left 64 bits');
}

describe.each(Object.values(kinds).map((sum) => [sum.sum, sum] as const))('%s', (_, sum) => {
  const question = questionOf(sum);
  const fold = (list: readonly EventFields[]) => foldEvents(question, list);
  const add = (a: SumTable, b: SumTable) => plus(question, a, b);
  // So many of these stay within 64 bits: the laws are about sums that there are.
  const small = tableOf(sum, fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }));

  it('of two tables is what BigInt makes of them, or an error', () => {
    fc.assert(
      fc.property(tableOf(sum), tableOf(sum), (a, b) => {
        expectExact(() => add(a, b), added(sum, [...valuesOf(a), ...valuesOf(b)]));
      }),
      { numRuns: 500 },
    );
  });

  it('of events is what BigInt makes of them, or an error', () => {
    fc.assert(
      fc.property(largeEvents, (list) => {
        const reference = added(
          sum,
          list.map((one) => [JSON.stringify([one.machine]), termOf(sum, one)] as const),
        );
        expectExact(() => fold(list), reference);
      }),
      { numRuns: 500 },
    );
  });

  it('is associative and commutative, and zero changes nothing', () => {
    fc.assert(
      fc.property(small, small, small, (a, b, c) => {
        expect(add(add(a, b), c)).toEqual(add(a, add(b, c)));
        expect(add(a, b)).toEqual(add(b, a));
        expect(add(a, zero)).toEqual(a);
        expect(add(zero, a)).toEqual(a);
      }),
    );
  });

  it('of all events is that of their parts, however they are split and in whatever order these are merged', () => {
    const marked = fc.array(fc.tuple(event, fc.nat({ max: 4 })), { maxLength: 60 });
    fc.assert(
      fc.property(marked, fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (list, order) => {
        const parts = order.map((part) => fold(list.filter(([, of]) => of === part).map(([one]) => one)));
        expect(parts.reduce(add, zero)).toEqual(fold(list.map(([one]) => one)));
      }),
    );
  });

  it('is the same after it was packed and unpacked', () => {
    fc.assert(
      fc.property(tableOf(sum), (table) => {
        expect(unpack(pack(table))).toEqual(table);
      }),
    );
  });

  it('never changes what it is made of', () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        const before = [new Map(a), new Map(b)];
        add(a, b);
        expect([a, b]).toEqual(before);
      }),
    );
  });
});

describe('the end of 64 bits', () => {
  const cases: readonly (readonly [bigint, bigint, bigint | undefined])[] = [
    [greatest64, 0n, greatest64],
    [greatest64 - 1n, 1n, greatest64],
    [greatest64, 1n, undefined],
    [2n ** 62n, 2n ** 62n, undefined],
    [greatest64, greatest64, undefined],
    [least64, 0n, least64],
    [least64 + 1n, -1n, least64],
    [least64, -1n, undefined],
    [least64, greatest64, -1n],
  ];
  it.each(cases)('%i and %i', (a, b, both) => {
    const question = questionOf(kinds.total);
    const merge = () => plus(question, new Map([['["x"]', [a]]]), new Map([['["x"]', [b]]])).get('["x"]')![0];
    if (both === undefined) expect(merge).toThrow(`left 64 bits: ${a + b}`);
    else expect(merge()).toBe(both);
  });

  it('is reached by 1,024 of the greatest field values and 1,023, and passed by one more', () => {
    const question = questionOf(kinds.total);
    const list = [...new Array<number>(1_024).fill(most), 1_023].map((customer_id) => ({ machine: 'x', customer_id }));
    expect(foldEvents(question, list).get('["x"]')).toEqual([greatest64]);
    expect(() => foldEvents(question, [...list, { machine: 'x', customer_id: 1 }])).toThrow(
      `left 64 bits: ${2n ** 63n}`,
    );
  });
});
