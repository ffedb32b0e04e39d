/**
 * Goal: where most buy equals what plain counting of the same purchases gives, each customer once a place.
 * Method: sales of a seed, folded by the project and, beside it, put into sets by hand; and machines of nobody's.
 */
import { describe, expect, it } from 'vitest';
import { saleAt } from '../../generator/purchases.js';
import { placeOf } from '../../src/machines/catalogue.js';
import { whereMostBuy } from '../../src/presented/customers.js';
import { namedSumsOf } from '../../src/presented/presented.js';
import { customersByPlace } from '../../src/questions/builtin.js';
import { foldEvents } from '../../src/sums/fold.js';

/** So few that no place has had all customers. */
const sales = Array.from({ length: 4_000 }, (_, i) => saleAt(5, i, 1_800_000_000_000 + i));
const present = (some: typeof sales) =>
  whereMostBuy.present(
    namedSumsOf(
      customersByPlace,
      foldEvents(
        customersByPlace,
        some.map((sale) => ({ ...sale })),
      ),
    ),
  );

describe('where most buy', () => {
  const { rows, says } = present(sales);

  it('has the purchases and the different customers of each place, the one with most purchases first', () => {
    const purchases = new Map<string, Set<string>>();
    const customers = new Map<string, Set<number>>();
    for (const { snack_automat_id: id, purchase_id, customer_id } of sales) {
      const place = placeOf(id)!.name;
      purchases.set(place, (purchases.get(place) ?? new Set()).add(purchase_id));
      customers.set(place, (customers.get(place) ?? new Set()).add(customer_id));
    }
    expect(rows.map(([place, people, bought]) => [place, people, bought])).toEqual(
      [...purchases]
        .map(([place, { size }]) => [place, BigInt(customers.get(place)!.size), BigInt(size)] as const)
        .sort(([a, , x], [b, , y]) => Number(y - x) || (a < b ? -1 : 1)),
    );
    expect(rows[0]!.slice(0, 1)).toEqual(['main station']);
    expect(rows.reduce((sum, row) => sum + (row[3] as number), 0)).toBeCloseTo(1, 9);
    const people = new Set(sales.map(({ customer_id }) => customer_id)).size;
    const all = new Set(sales.map(({ purchase_id }) => purchase_id)).size;
    expect(says).toBe(`${all} purchases at ${rows.length} places, customers in all: ${people}`);
  });

  it('counts a customer once a place and once in all, wherever they buy, also at machines of nobody’s', () => {
    const at = (snack_automat_id: string) => ({ ...sales[0]!, purchase_index: 1, customer_id: 7, snack_automat_id });
    const strange = present([at('SNACK--0'), at('SNACK--0'), at('SNACK--14'), at('KIOSK-1'), at('SNACK--126')]);
    expect(strange.rows.map((row) => row.slice(0, 3))).toEqual([
      ['elsewhere', 1n, 2n],
      ['main station', 1n, 2n],
      ['airport', 1n, 1n],
    ]);
    expect(strange.says).toBe('5 purchases at 3 places, customers in all: 1');
  });

  it('has no row before anybody bought', () => {
    expect(present([])).toEqual({ rows: [], says: 'nobody has bought anything yet' });
  });
});
