/**
 * Goal: what is presented of revenue by machine equals what plain arithmetic over the same events gives.
 * Method: events of a seed, folded by the project and, beside it, added up by hand; and what is hostile or missing.
 */
import { describe, expect, it } from 'vitest';
import { saleAt } from '../../generator/purchases.js';
import { machineId, placeOf } from '../../src/machines/catalogue.js';
import { coordinatesOf } from '../../src/machines/city.js';
import { presentedAnswers } from '../../src/presented/all.js';
import { machinesOnTheMap, unprofitableMachines, whereMostIsSold } from '../../src/presented/machines.js';
import { lacks, namedSums, type Presented } from '../../src/presented/presented.js';
import { revenueByMachine, shopQuestions } from '../../src/questions/builtin.js';
import { count, total } from '../../src/questions/question.js';
import type { SumTable } from '../../src/sums/table.js';

const startMs = Date.UTC(2026, 9, 1);
/** Fifty a second for forty minutes. */
const events = Array.from({ length: 120_000 }, (_, i) => saleAt(5, i, startMs + i * 20));

/** By plain adding, as the sums of the question are declared. */
function sumsOf(some: readonly (typeof events)[number][]): SumTable {
  const table = new Map<string, [bigint, bigint, bigint, bigint, bigint]>();
  for (const { snack_automat_id: id, price_cents: price, cost_cents: cost, timestamp } of some) {
    const at = BigInt(timestamp);
    const [sold, revenue, goods, first, last] = table.get(JSON.stringify([id])) ?? [0n, 0n, 0n, at, at];
    const sums = [sold + 1n, revenue + BigInt(price), goods + BigInt(cost)] as const;
    table.set(JSON.stringify([id]), [...sums, at < first ? at : first, at > last ? at : last]);
  }
  return table;
}

/** As an answer shows them. */
function present(presented: Presented, table: SumTable) {
  const names = Object.keys(revenueByMachine.sums);
  const rows = [...table].map(([key, sums]) => ({
    key: { snack_automat_id: JSON.parse(key)[0] as string },
    sums: Object.fromEntries(names.map((name, i) => [name, { merged: sums[i]!.toString() }])),
  }));
  return presented.present(namedSums(rows));
}

describe('unprofitable machines', () => {
  const { rows, says } = present(unprofitableMachines, sumsOf(events));

  it('are those whose goods and running cost exceed their revenue, the greatest loss first', () => {
    const hours = (events.length - 1) * 20;
    const losses = Array.from({ length: 126 }, (_, machine) => {
      const id = machineId(machine);
      const own = events.filter((event) => event.snack_automat_id === id);
      const margin = own.reduce((sum, { price_cents, cost_cents }) => sum + price_cents - cost_cents, 0);
      const costs = placeOf(id)!.runningCosts;
      return { id, profit: margin - Math.floor((costs[costs.length - 1]!.centsPerHour * hours) / 3_600_000) };
    }).filter(({ profit }) => profit < 0);
    expect(losses.length).toBeGreaterThan(3);
    expect(losses.length).toBeLessThan(126 / 2);
    expect(new Map(rows.map((row) => [row[0], row[6]]))).toEqual(
      new Map(losses.map(({ id, profit }) => [id, BigInt(profit)])),
    );
    const profits = rows.map((row) => Number(row[6]));
    expect(profits).toEqual(profits.toSorted((a, b) => a - b));
    for (const [, , , revenue, goods, running, profit] of rows as bigint[][])
      expect(profit).toBe(revenue! - goods! - running!);
  });

  it('are told with the time over which the machines cost', () => {
    expect(says).toContain(`${rows.length} of 126 machines`);
    expect(says).toContain(`from 2026-10-01T00:00:00.000Z to ${new Date(events.at(-1)!.timestamp).toISOString()}`);
  });

  it('are none before anything was sold', () => {
    expect(present(unprofitableMachines, new Map())).toEqual({ rows: [], says: 'nothing was sold yet' });
  });

  it('may be machines that nobody knows, and events may come from the end of time', () => {
    const strange = { ...events[0]!, snack_automat_id: 'SNACK--x', price_cents: 0, cost_cents: 5 };
    const last = { ...events[1]!, timestamp: Number.MAX_SAFE_INTEGER };
    const { rows: losing, says: told } = present(unprofitableMachines, sumsOf([strange, last]));
    expect(losing.map(([id]) => id)).toEqual([last.snack_automat_id]);
    expect(told).toContain('1 of 1 machines, and 1 that are not in the catalogue;');
    expect(told).toContain(`${Number.MAX_SAFE_INTEGER} ms`);
    expect(present(whereMostIsSold, sumsOf([strange])).rows).toEqual([]);
  });

  it('cost nothing before the shop was opened', () => {
    const [early] = events.map((event) => ({ ...event, timestamp: 5 }));
    const { rows: losing, says: told } = present(unprofitableMachines, sumsOf([early!]));
    expect(losing).toEqual([]);
    expect(told).toContain('from 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:00.000Z');
  });

  it('are not those that only the truth knows', () => {
    const none = { merged: '0' };
    const sums = {
      sold: none,
      revenueCents: none,
      costCents: none,
      firstMs: { merged: null },
      lastMs: { merged: null },
    };
    const rows = namedSums([{ key: { snack_automat_id: 'SNACK--1' }, sums }]);
    expect(unprofitableMachines.present(rows)).toEqual({ rows: [], says: 'nothing was sold yet' });
    expect(whereMostIsSold.present(rows).rows).toEqual([]);
  });
});

describe('machines on the map', () => {
  const { rows } = present(machinesOnTheMap, sumsOf(events));

  it('are all that sold something, by their number, each with what it earns', () => {
    expect(rows.map(([id]) => id)).toEqual(Array.from({ length: 126 }, (_, machine) => machineId(machine)));
    const losing = new Map(present(unprofitableMachines, sumsOf(events)).rows.map((row) => [row[0], row[6]]));
    expect(new Map(rows.filter((row) => (row[5] as bigint) < 0n).map((row) => [row[0], row[5]]))).toEqual(losing);
    expect(rows.reduce((sum, row) => sum + (row[4] as bigint), 0n)).toBe(BigInt(events.length));
  });

  it('stand each at a point of its own, near the others of its place', () => {
    expect(new Set(rows.map(([, , latitude, longitude]) => `${latitude} ${longitude}`)).size).toBe(126);
    for (const [id, place, latitude, longitude] of rows) {
      expect({ latitude, longitude }).toEqual(coordinatesOf(id as string));
      const [, , north, east] = rows.find((row) => row[1] === place) as number[];
      expect(Math.hypot((latitude as number) - north!, (longitude as number) - east!)).toBeLessThan(0.002);
    }
    expect(coordinatesOf('SNACK--126')).toBeUndefined();
  });

  it('are none before anything was sold, and no strangers', () => {
    expect(present(machinesOnTheMap, new Map()).rows).toEqual([]);
    const strange = { ...events[0]!, snack_automat_id: 'SNACK--x' };
    expect(present(machinesOnTheMap, sumsOf([strange])).rows).toEqual([]);
  });
});

describe('where most is sold', () => {
  it('has a row a place, with all that its machines sold', () => {
    const { rows, says } = present(whereMostIsSold, sumsOf(events));
    expect(rows.reduce((sum, row) => sum + (row[2] as bigint), 0n)).toBe(BigInt(events.length));
    expect(rows.reduce((sum, row) => sum + (row[3] as number), 0)).toBeCloseTo(1, 9);
    const stations = events.filter(({ snack_automat_id: id }) => placeOf(id)!.name === 'main station');
    expect(rows[0]!.slice(0, 3)).toEqual(['main station', 14n, BigInt(stations.length)]);
    expect(says).toBe('120000 items at 12 places, of 126 machines');
  });

  it('has no row before anything was sold', () => {
    expect(present(whereMostIsSold, new Map()).rows).toEqual([]);
  });
});

describe('what is presented', () => {
  it('has names of its own, and is made of what the declared questions say', () => {
    const names = [...presentedAnswers, ...shopQuestions].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const presented of presentedAnswers) {
      expect(shopQuestions).toContain(presented.of);
      expect(lacks(presented, presented.of)).toBeUndefined();
    }
  });

  it.each([
    ['costCents', { sums: { ...revenueByMachine.sums, costCents: undefined } }],
    ['costCents', { sums: { ...revenueByMachine.sums, costCents: count() } }],
    ['key', { key: ['item'] }],
    ['key', { key: ['snack_automat_id', 'item'] }],
    ['key', { key: ['snack_automat_id', { hour: 'timestamp' }] }],
    ['where', { where: { kind: 'sale', healthy: true } }],
    ['key and where and sold', { key: ['slot'], where: {}, sums: { ...revenueByMachine.sums, sold: total('slot') } }],
  ])('is not made of a question whose %s a version declares otherwise', (what, change) => {
    const question = { ...revenueByMachine, ...change } as typeof revenueByMachine;
    expect(lacks(unprofitableMachines, question)).toContain(`whose ${what} this version declares otherwise`);
  });

  it('is made of sums beside which there are others', () => {
    const question = { ...revenueByMachine, sums: { more: count(), ...revenueByMachine.sums } };
    expect(lacks(unprofitableMachines, question)).toBeUndefined();
  });
});
