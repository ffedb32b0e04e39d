/** What is presented of revenue by machine: which machines lose money, and at which places most is sold. Pure. */
import { type Place, placeOf, places, runningCents } from '../machines/catalogue.js';
import { revenueByMachine } from '../questions/builtin.js';
import type { NamedSums, Presented, PresentedTable } from './presented.js';

/** Where a machine that is not in the catalogue stands: it is sold at, but what it costs to run nobody knows. */
const nowhere: Place = { name: 'not in the catalogue', machines: 0, popularity: 0, runningCosts: [] };

export const unprofitableMachines: Presented = {
  name: 'unprofitable-machines',
  asks: 'Which machines cost more than they earn?',
  of: revenueByMachine.name,
  needs: { key: ['snack_automat_id'], sums: ['sold', 'revenueCents', 'costCents', 'firstMs', 'lastMs'] },
  columns: [
    { name: 'machine', kind: 'text' },
    { name: 'place', kind: 'text' },
    { name: 'sold', kind: 'count' },
    { name: 'revenue', kind: 'cents' },
    { name: 'goods', kind: 'cents' },
    { name: 'running', kind: 'cents' },
    { name: 'profit', kind: 'cents' },
  ],
  present: presentProfits,
};

/** The machines whose profit is below zero, the greatest loss first. */
function presentProfits({ rows }: NamedSums): PresentedTable {
  const time = timeOf(rows);
  if (time === undefined) return { rows: [], says: 'nothing was sold yet' };
  const machines = rows.map(({ key, sums }) => {
    const id = key.snack_automat_id!;
    const place = placeOf(id) ?? nowhere;
    const running = runningCents(place, time.fromMs, time.untilMs);
    const profit = sums.revenueCents! - sums.costCents! - running;
    return { id, place: place.name, sums, running, profit };
  });
  const losing = machines.filter(({ profit }) => profit < 0n).sort((a, b) => Number(a.profit - b.profit));
  return {
    rows: losing.map(({ id, place, sums, running, profit }) => {
      return [id, place, sums.sold!, sums.revenueCents!, sums.costCents!, running, profit];
    }),
    says: `${losing.length} of ${machines.length} machines; running costs from ${iso(time.fromMs)} to ${iso(time.untilMs)}, the first and the last sale`,
  };
}

/** From the first sale of any machine to the last: so long the shop is known to have been open. */
function timeOf(rows: NamedSums['rows']): { readonly fromMs: number; readonly untilMs: number } | undefined {
  if (rows.length === 0) return undefined;
  const fromMs = Math.min(...rows.map(({ sums }) => Number(sums.firstMs)));
  return { fromMs, untilMs: Math.max(...rows.map(({ sums }) => Number(sums.lastMs))) };
}

/** A valid event's time may lie beyond what a date can hold. */
const iso = (ms: number) => (ms <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`);

export const whereMostIsSold: Presented = {
  name: 'where-most-is-sold',
  asks: 'At which places is most sold?',
  of: revenueByMachine.name,
  needs: { key: ['snack_automat_id'], sums: ['sold', 'revenueCents'] },
  columns: [
    { name: 'place', kind: 'text' },
    { name: 'machines', kind: 'count' },
    { name: 'sold', kind: 'count' },
    { name: 'share', kind: 'share' },
    { name: 'revenue', kind: 'cents' },
  ],
  present: presentPlaces,
};

/** A row a place at which anything was sold, the one with most first. */
function presentPlaces({ rows }: NamedSums): PresentedTable {
  const all = rows.reduce((sum, { sums }) => sum + sums.sold!, 0n);
  const found = [...places, nowhere].map((place) => {
    const here = rows.filter(({ key }) => (placeOf(key.snack_automat_id!) ?? nowhere) === place);
    const add = (sum: string) => here.reduce((total, { sums }) => total + sums[sum]!, 0n);
    return { place, machines: BigInt(here.length), sold: add('sold'), revenue: add('revenueCents') };
  });
  const selling = found.filter(({ sold }) => sold > 0n).sort((a, b) => Number(b.sold - a.sold));
  return {
    rows: selling.map(({ place, machines, sold, revenue }) => [
      place.name,
      machines,
      sold,
      Number(sold) / Number(all),
      revenue,
    ]),
    says: `${all} items at ${selling.length} places`,
  };
}
