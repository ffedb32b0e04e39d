// Goal: a seed's events are the design's purchases, and always the same ones. Method: whole blocks, counted.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../generator/catalogue.js';
import { eventWriter, longestEventBytes } from '../../generator/event-json.js';
import {
  customerCount,
  eventAt,
  eventId,
  eventsPerBlock,
  purchasesPerBlock,
  salesOf,
} from '../../generator/purchases.js';
import { judge } from '../../src/events/parse.js';
import { placeOf, places } from '../../src/machines/catalogue.js';

const blocks = 50;
const events = blocks * eventsPerBlock;
const timestampMs = 1_790_000_000_000;
const firstEvents = (seed: number) => Array.from({ length: events }, (_, i) => eventAt(seed, i, timestampMs));
const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const indices = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 1000 });

describe('purchases from a seed', () => {
  it('have k items with weight 9 - k, in every block', () => {
    const sizes = new Map<string, number>();
    for (const event of firstEvents(7)) sizes.set(event.purchase_id, (sizes.get(event.purchase_id) ?? 0) + 1);
    expect(sizes.size).toBe(blocks * purchasesPerBlock);
    const counts = [1, 2, 3, 4, 5, 6, 7, 8].map((k) => [...sizes.values()].filter((size) => size === k).length);
    expect(counts).toEqual([8, 7, 6, 5, 4, 3, 2, 1].map((weight) => weight * blocks));
  });

  it('come in an order that differs from block to block', () => {
    const firstSizes = Array.from({ length: blocks }, (_, block) => {
      const from = block * eventsPerBlock;
      const { purchase_id } = eventAt(7, from, timestampMs);
      return [0, 1, 2, 3, 4, 5, 6, 7].filter((i) => eventAt(7, from + i, timestampMs).purchase_id === purchase_id)
        .length;
    });
    expect(new Set(firstSizes).size).toBeGreaterThan(5);
  });

  it('count their events from 1, at one machine and by one customer', () => {
    let before = eventAt(7, 0, timestampMs);
    expect(before.purchase_index).toBe(1);
    for (const event of firstEvents(7).slice(1)) {
      if (event.purchase_id === before.purchase_id) {
        expect(event.purchase_index).toBe(before.purchase_index + 1);
        expect(event.snack_automat_id).toBe(before.snack_automat_id);
        expect(event.customer_id).toBe(before.customer_id);
      } else {
        expect(event.purchase_index).toBe(1);
      }
      before = event;
    }
  });

  it('use places as they are popular, and the machines of a place, customers and items about evenly', () => {
    const purchases = [...new Map(firstEvents(3).map((event) => [event.purchase_id, event])).values()];
    const atPlace = (name: string) => purchases.filter((event) => placeOf(event.snack_automat_id)!.name === name);
    const weights = places.map(({ machines, popularity }) => machines * popularity);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const chiSquared = places.reduce((sum, { name }, i) => {
      const expected = (purchases.length * weights[i]!) / total;
      return sum + (atPlace(name).length - expected) ** 2 / expected;
    }, 0);
    expect(chiSquared / (places.length - 1)).toBeLessThan(1 + 5 * Math.sqrt(2 / (places.length - 1)));
    const machines = spread(atPlace('main station').map((event) => event.snack_automat_id));
    const customers = spread(purchases.map((event) => event.customer_id));
    const items = spread(firstEvents(3).map((event) => event.item));
    expect(machines.kinds).toBe(places[0]!.machines);
    expect(customers.kinds).toBe(customerCount);
    expect(items.kinds).toBe(catalogue.length);
    // Chi squared over its degrees of freedom is near 1 for an even spread; these bounds are five deviations away.
    expect(machines.chiSquaredPerDegree).toBeLessThan(1 + 5 * Math.sqrt(2 / places[0]!.machines));
    expect(customers.chiSquaredPerDegree).toBeLessThan(1 + 5 * Math.sqrt(2 / customerCount));
    expect(items.chiSquaredPerDegree).toBeLessThan(1 + 5 * Math.sqrt(2 / 7));
  });

  it('take item, slot, healthy and prices from the catalogue', () => {
    for (const event of firstEvents(1).slice(0, 500)) {
      expect(catalogue[event.slot - 1]).toEqual({
        item: event.item,
        slot: event.slot,
        healthy: event.healthy,
        priceCents: event.price_cents,
        costCents: event.cost_cents,
      });
    }
  });

  it('have ids that are never the same', () => {
    const ids = firstEvents(12).map((event) => event.event_id);
    expect(new Set(ids).size).toBe(events);
    expect(ids[345]).toBe(eventId(12, 345));
    expect(eventId(1, 23)).not.toBe(eventId(12, 3));
  });

  it('are the same whether asked in order, backwards or one at a time', () => {
    const sales = salesOf(99);
    const inOrder = Array.from({ length: events }, (_, i) => ({ ...sales(i) }));
    const backwards = Array.from({ length: events }, (_, i) => ({ ...sales(events - 1 - i) })).reverse();
    expect(backwards).toEqual(inOrder);
    expect(salesOf(99)(4321)).toEqual(inOrder[4321]);
  });

  it('differ from seed to seed, also where only the upper half of the seed differs', () => {
    const items = (seed: number) => Array.from({ length: 60 }, (_, i) => eventAt(seed, i, 0).item).join();
    expect(new Set([0, 1, 2, 2 ** 32, 2 ** 33, 2 ** 32 + 1].map(items)).size).toBe(6);
  });
});

describe('events as JSON', () => {
  it('are the bytes that JSON.stringify makes, and valid, for any seed, index and time', () => {
    const bytes = new Uint8Array(longestEventBytes + 8).fill(0x7a);
    const into = { bytes, view: new DataView(bytes.buffer) };
    fc.assert(
      fc.property(seeds, indices, fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (seed, index, time) => {
        const end = eventWriter(seed)(into, 4, salesOf(seed)(index), time);
        expect(end - 4).toBeLessThanOrEqual(longestEventBytes);
        const written = bytes.slice(4, end);
        expect(Buffer.from(written).toString()).toBe(JSON.stringify(eventAt(seed, index, time)));
        expect(judge(written)).toEqual({ event: eventAt(seed, index, time) });
      }),
      { numRuns: 2000 },
    );
  });

  it.each([0, 9, 10, 999_999_999, 1_000_000_000, 2_147_483_648, 1e15, Number.MAX_SAFE_INTEGER])(
    'hold %d whole',
    (n) => {
      const bytes = new Uint8Array(longestEventBytes);
      const end = eventWriter(5)({ bytes, view: new DataView(bytes.buffer) }, 0, salesOf(5)(0), n);
      expect(JSON.parse(Buffer.from(bytes.subarray(0, end)).toString())).toMatchObject({ timestamp: n });
    },
  );
});

function spread(values: readonly unknown[]) {
  const counts = new Map<unknown, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const expected = values.length / counts.size;
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return { kinds: counts.size, chiSquaredPerDegree: chiSquared / (counts.size - 1) };
}
