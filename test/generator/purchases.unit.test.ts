// Goal: a seed's sales are the design's purchases, and always the same ones. Method: whole blocks, counted.
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../generator/catalogue.js';
import { salesPerBlock } from '../../generator/event-index.js';
import { machineStates } from '../../generator/outages.js';
import { customerCount, purchasesPerBlock, saleAt, salesOf } from '../../generator/purchases.js';
import { machineId, placeOf, placeOfMachine, places } from '../../src/machines/catalogue.js';

const blocks = 50;
const sales = blocks * salesPerBlock;
const timestampMs = 1_790_000_000_000;
const firstSales = (seed: number) => Array.from({ length: sales }, (_, n) => saleAt(seed, n, timestampMs));

describe('purchases from a seed', () => {
  it('have k items with weight 9 - k, in every block', () => {
    const sizes = new Map<string, number>();
    for (const sale of firstSales(7)) sizes.set(sale.purchase_id, (sizes.get(sale.purchase_id) ?? 0) + 1);
    expect(sizes.size).toBe(blocks * purchasesPerBlock);
    const counts = [1, 2, 3, 4, 5, 6, 7, 8].map((k) => [...sizes.values()].filter((size) => size === k).length);
    expect(counts).toEqual([8, 7, 6, 5, 4, 3, 2, 1].map((weight) => weight * blocks));
  });

  it('come in an order that differs from block to block', () => {
    const firstSizes = Array.from({ length: blocks }, (_, block) => {
      const from = block * salesPerBlock;
      const { purchase_id } = saleAt(7, from, timestampMs);
      return [0, 1, 2, 3, 4, 5, 6, 7].filter((i) => saleAt(7, from + i, timestampMs).purchase_id === purchase_id)
        .length;
    });
    expect(new Set(firstSizes).size).toBeGreaterThan(5);
  });

  it('count their sales from 1, at one machine and by one customer', () => {
    let before = saleAt(7, 0, timestampMs);
    expect(before.purchase_index).toBe(1);
    for (const event of firstSales(7).slice(1)) {
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
    const purchases = [...new Map(firstSales(3).map((event) => [event.purchase_id, event])).values()];
    const atPlace = (name: string) => purchases.filter((event) => placeOf(event.snack_automat_id)!.name === name);
    const states = machineStates(3, 0);
    const working = placeOfMachine.filter((_, machine) => states[machine] !== 'silent');
    const weights = places.map((place) => working.filter((other) => other === place).length * place.popularity);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const chiSquared = places.reduce((sum, { name }, i) => {
      const expected = (purchases.length * weights[i]!) / total;
      return sum + (atPlace(name).length - expected) ** 2 / expected;
    }, 0);
    expect(chiSquared / (places.length - 1)).toBeLessThan(1 + 5 * Math.sqrt(2 / (places.length - 1)));
    const machines = spread(atPlace('main station').map((event) => event.snack_automat_id));
    const customers = spread(purchases.map((event) => event.customer_id));
    const items = spread(firstSales(3).map((event) => event.item));
    expect(machines.kinds).toBe(places[0]!.machines);
    expect(customers.kinds).toBe(customerCount);
    expect(items.kinds).toBe(catalogue.length);
    // Chi squared over its degrees of freedom is near 1 for an even spread; these bounds are five deviations away.
    expect(machines.chiSquaredPerDegree).toBeLessThan(1 + 5 * Math.sqrt(2 / places[0]!.machines));
    expect(customers.chiSquaredPerDegree).toBeLessThan(1 + 5 * Math.sqrt(2 / customerCount));
    expect(items.chiSquaredPerDegree).toBeLessThan(1 + 5 * Math.sqrt(2 / 7));
  });

  it('take item, slot, healthy and prices from the catalogue', () => {
    for (const event of firstSales(1).slice(0, 500)) {
      expect(catalogue[event.slot - 1]).toEqual({
        item: event.item,
        slot: event.slot,
        healthy: event.healthy,
        priceCents: event.price_cents,
        costCents: event.cost_cents,
      });
    }
  });

  it('have no sale at a machine that is silent, and some at each busy one that is not', () => {
    const states = machineStates(11, 0);
    const sold = new Set(firstSales(11).map((sale) => sale.snack_automat_id));
    const [silent, busy] = [states.map((state) => state === 'silent'), placeOfMachine.map((p) => p.popularity >= 30)];
    expect(silent.filter(Boolean).length).toBeGreaterThan(1);
    for (const [machine, isSilent] of silent.entries()) {
      if (isSilent || busy[machine]) expect(sold.has(machineId(machine)), machineId(machine)).toBe(!isSilent);
    }
  });

  it('are the same whether asked in order, backwards or one at a time', () => {
    const at = (n: number, read: ReturnType<typeof salesOf>) => ({
      ...read(Math.floor(n / salesPerBlock), n % salesPerBlock),
    });
    const reader = salesOf(99);
    const inOrder = Array.from({ length: sales }, (_, n) => at(n, reader));
    const backwards = Array.from({ length: sales }, (_, n) => at(sales - 1 - n, reader)).reverse();
    expect(backwards).toEqual(inOrder);
    expect(at(4321, salesOf(99))).toEqual(inOrder[4321]);
  });

  it('differ from seed to seed, also where only the upper half of the seed differs', () => {
    const items = (seed: number) => Array.from({ length: 60 }, (_, n) => saleAt(seed, n, 0).item).join();
    expect(new Set([0, 1, 2, 2 ** 32, 2 ** 33, 2 ** 32 + 1].map(items)).size).toBe(6);
  });
});

function spread(values: readonly unknown[]) {
  const counts = new Map<unknown, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const expected = values.length / counts.size;
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return { kinds: counts.size, chiSquaredPerDegree: chiSquared / (counts.size - 1) };
}
