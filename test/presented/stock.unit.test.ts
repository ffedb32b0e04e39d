/**
 * Goal: what is empty soon equals what is reckoned by hand: capacity + refilled − sold, at the pace of all the answer's time.
 * Method: slots written out with what is left in them, in any order; and what is hostile or missing.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemOfSlot, placeOf, slotCapacityOf } from '../../src/machines/catalogue.js';
import { lacks, type NamedSums, namedSums } from '../../src/presented/presented.js';
import { emptySoon } from '../../src/presented/stock.js';
import { stockBySlot } from '../../src/questions/builtin.js';

type Row = NamedSums['rows'][number];

const startMs = Date.UTC(2026, 9, 5, 8);
const hourMs = 3_600_000;

/** A slot that has so much left; its events came in the hour after the start. */
function slot(machine: string, number: number, left: number, refilled = 0, times = [startMs, startMs + hourMs]): Row {
  return moved(machine, number, (slotCapacityOf(machine) ?? 100) + refilled - left, refilled, times);
}

function moved(machine: string, number: number, sold: number, refilled: number, [first, last]: readonly number[]): Row {
  return {
    key: { snack_automat_id: machine, slot: String(number) },
    sums: { sold: BigInt(sold), refilled: BigInt(refilled), firstMs: BigInt(first!), lastMs: BigInt(last!) },
  };
}

const present = (...rows: readonly Row[]) => emptySoon.present({ rows });
const namesOf = (...rows: readonly Row[]) => present(...rows).rows.map(([machine, , number]) => `${machine}/${number}`);

describe('what is empty soon', () => {
  const capacity = slotCapacityOf('SNACK--0')!;

  it('is a slot with little left, for as long as it lasts at the pace so far', () => {
    const { rows, says } = present(slot('SNACK--0', 3, 10, 500), slot('SNACK--0', 4, capacity));
    // 10 are left, and capacity + 490 were sold in 60 minutes.
    const minutes = (10 * 60) / (capacity + 490);
    expect(rows).toEqual([
      ['SNACK--0', 'main station', '3', 'orange', BigInt(capacity), 10n, expect.closeTo(minutes, 12)],
    ]);
    expect(says).toBe(
      '1 of 2 slots; the pace is that from 2026-10-05T08:00:00.000Z to 2026-10-05T09:00:00.000Z, the first and the last event',
    );
  });

  it('has less than a quarter of its capacity left, and not just as much', () => {
    const quarters = [0, 1, 2].map((more) => slot('SNACK--0', 1 + more, Math.ceil(capacity / 4) - 1 + more));
    expect(namesOf(...quarters)).toEqual(['SNACK--0/1']);
  });

  it('is the one that is empty first, first, and not the one with least in it', () => {
    // 4 left of hundreds sold are gone before 2 left of a few.
    const few = slot('SNACK--125', 1, 2);
    const many = slot('SNACK--0', 1, 4, 10_000);
    expect(namesOf(few, many, slot('SNACK--1', 2, 0))).toEqual(['SNACK--1/2', 'SNACK--0/1', 'SNACK--125/1']);
  });

  it('is in the order of machine and slot where slots are empty at once', () => {
    const empty = [['SNACK--10', 1] as const, ['SNACK--9', 8] as const, ['SNACK--9', 2] as const];
    expect(namesOf(...empty.map(([machine, number]) => slot(machine, number, 0)))).toEqual([
      'SNACK--9/2',
      'SNACK--9/8',
      'SNACK--10/1',
    ]);
  });

  it('takes its pace over the time of all slots, not its own', () => {
    // Sold out but for one in an instant, an hour after the first event of another.
    const sudden = slot('SNACK--125', 1, 1, 0, [startMs + hourMs, startMs + hourMs]);
    const early = slot('SNACK--0', 1, capacity, 0, [startMs, startMs]);
    const sold = slotCapacityOf('SNACK--125')! - 1;
    expect(present(sudden, early).rows[0]!.at(-1)).toBeCloseTo(60 / sold, 12);
  });

  it('has a time that is not known where all that happened has one time, and none left where it is empty', () => {
    const at = [startMs, startMs];
    const { rows } = present(slot('SNACK--1', 1, 1, 0, at), slot('SNACK--2', 1, 0, 0, at));
    expect(rows.map((row) => [row[0], row.at(-1)])).toEqual([
      ['SNACK--2', 0],
      ['SNACK--1', 'unknown'],
    ]);
  });

  it('may have less than nothing left, and is shown so', () => {
    const { rows } = present(slot('SNACK--1', 1, -7), slot('SNACK--0', 1, 0));
    expect(rows.map((row) => row.slice(5))).toEqual([
      [0n, 0],
      [-7n, 0],
    ]);
  });

  it('is nothing that was filled and never sold', () => {
    expect(present(moved('SNACK--125', 1, 0, 0, [startMs, startMs])).rows).toEqual([]);
    expect(present(moved('SNACK--125', 1, 0, 1_000_000, [startMs, startMs + 1])).rows).toEqual([]);
  });

  it('is told without machines that nobody knows, but with their number', () => {
    const { rows, says } = present(slot('SNACK--126', 1, 0), slot('__proto__', 1, 0), slot('SNACK--0', 1, 0));
    expect(rows.map(([machine]) => machine)).toEqual(['SNACK--0']);
    expect(says).toContain('1 of 1 slots, and 2 that are not in the catalogue;');
    expect(present(slot('SNACK--126', 1, 0)).says).toContain('0 of 0 slots, and 1 that are');
  });

  it('bears the greatest sums and the last time that an event can have', () => {
    const end = Number.MAX_SAFE_INTEGER;
    const row = moved('SNACK--0', 1, 0, 0, [0, end]);
    const most = 2n ** 63n - 1n;
    const sums = { ...row.sums, sold: most, refilled: most - BigInt(capacity) + 1n };
    const { rows, says } = present({ ...row, sums });
    expect(rows[0]!.slice(5)).toEqual([1n, expect.closeTo(end / 60_000 / Number(most), 12)]);
    expect(says).toContain(`from 1970-01-01T00:00:00.000Z to ${end} ms`);
  });

  it('is not known before anything was sold or filled', () => {
    const nothing = { rows: [], says: 'nothing was sold or filled yet' };
    expect(present()).toEqual(nothing);
    const truthOnly = {
      ...{ sold: { merged: '0' }, refilled: { merged: '0' } },
      ...{ firstMs: { merged: null }, lastMs: { merged: null } },
    };
    const key = { snack_automat_id: 'SNACK--1', slot: '1' };
    expect(emptySoon.present(namedSums([{ key, sums: truthOnly }]))).toEqual(nothing);
  });

  it('has a place and an item in each row, and says the same in any order of the rows', () => {
    const machine = fc.integer({ min: 0, max: 127 }).map((number) => `SNACK--${number}`);
    const anySlot = fc.record({
      machine,
      number: fc.integer({ min: 1, max: 8 }),
      left: fc.integer({ min: -3, max: 60 }),
    });
    const slots = fc.uniqueArray(anySlot, { selector: (one) => `${one.machine}/${one.number}` });
    fc.assert(
      fc.property(slots, fc.infiniteStream(fc.nat()), (some, ranks) => {
        const rows = some.map(({ machine: id, number, left }) => slot(id, number, left, left + 3));
        const ranked = rows.map((row) => ({ row, rank: ranks.next().value! }));
        const shuffled = ranked.sort((a, b) => a.rank - b.rank).map(({ row }) => row);
        const shown = present(...rows);
        expect(present(...shuffled)).toEqual(shown);
        const minutes = shown.rows.map((row) => row.at(-1) as number);
        expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
        for (const [id, place, number, item] of shown.rows)
          expect([place, item]).toEqual([placeOf(id as string)!.name, itemOfSlot(Number(number))]);
      }),
    );
  });
});

describe('a question with filters', () => {
  it('is the same whatever their order', () => {
    const refilled = { where: { kind: ['refill'] }, field: 'quantity', sum: 'total' } as const;
    const question = { ...stockBySlot, where: { kind: ['refill', 'sale'] }, sums: { ...stockBySlot.sums, refilled } };
    expect(lacks(emptySoon, question)).toBeUndefined();
  });

  it('is another where a sum has another filter, or none', () => {
    for (const where of [{ kind: 'sale' }, {}]) {
      const refilled = { ...stockBySlot.sums.refilled!, where };
      const question = { ...stockBySlot, sums: { ...stockBySlot.sums, refilled } };
      expect(lacks(emptySoon, question)).toContain('whose refilled this version declares otherwise');
    }
    expect(lacks(emptySoon, { ...stockBySlot, where: { kind: 'sale' } })).toContain('whose where this version');
  });
});
