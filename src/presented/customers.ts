/** What is presented of customers by place: at which places most people buy, each customer counted once a place. Pure. */
import { customersByPlace } from '../questions/builtin.js';
import type { NamedSums, Presented, PresentedTable } from './presented.js';

export const whereMostBuy: Presented = {
  name: 'where-most-buy',
  asks: 'At which places do most people buy?',
  of: customersByPlace,
  uses: ['purchases'],
  columns: [
    { name: 'place', kind: 'text' },
    { name: 'customers', kind: 'count' },
    { name: 'purchases', kind: 'count' },
    { name: 'share', kind: 'share' },
  ],
  present: presentCustomers,
};

/**
 * A row a place, the one with most purchases first. Whoever feeds a lab with machines of their own has all of them elsewhere:
 * people are counted there too.
 */
function presentCustomers({ rows }: NamedSums): PresentedTable {
  const buying = rows.filter(({ sums }) => sums.purchases! > 0n);
  if (buying.length === 0) return { rows: [], says: 'nobody has bought anything yet' };
  const all = buying.reduce((sum, { sums }) => sum + sums.purchases!, 0n);
  const places = new Map<string, { customers: bigint; purchases: bigint }>();
  for (const { key, sums } of buying) {
    const name = key.snack_automat_id_place!;
    const { customers, purchases } = places.get(name) ?? { customers: 0n, purchases: 0n };
    places.set(name, { customers: customers + 1n, purchases: purchases + sums.purchases! });
  }
  const shown = [...places].sort(([a, { purchases: x }], [b, { purchases: y }]) => Number(y - x) || (a < b ? -1 : 1));
  const people = new Set(buying.map(({ key }) => key.customer_id)).size;
  return {
    rows: shown.map(([name, { customers, purchases }]) => {
      return [name, customers, purchases, Number(purchases) / Number(all)];
    }),
    says: `${all} purchases at ${shown.length} places, customers in all: ${people}`,
  };
}
