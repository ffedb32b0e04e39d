/** What is presented of revenue by machine: which machines lose money, where each stands, and at which places most is sold. Pure. */
import { openedMs, placeOf, places, runningCents } from '../machines/catalogue.js';
import { coordinatesOf } from '../machines/city.js';
import { revenueByMachine } from '../questions/builtin.js';
import { eventTimeText, spanOf } from './event-time.js';
import { byId, strangers } from './machine-ids.js';
import type { NamedSums, Presented, PresentedTable } from './presented.js';

export const unprofitableMachines: Presented = {
  name: 'unprofitable-machines',
  asks: 'Which machines cost more than they earn?',
  of: revenueByMachine,
  uses: ['sold', 'revenueCents', 'costCents', 'firstMs', 'lastMs'],
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
  const found = profitsOf(rows);
  if (found === undefined) return nothingSold;
  const { machines, says } = found;
  const losing = machines.filter(({ profit }) => profit < 0n).sort((a, b) => Number(a.profit - b.profit));
  return {
    rows: losing.map(({ id, place, sums, running, profit }) => {
      return [id, place, sums.sold!, sums.revenueCents!, sums.costCents!, running, profit];
    }),
    says: `${losing.length} of ${says}`,
  };
}

export const machinesOnTheMap: Presented = {
  ...{ name: 'machines-on-the-map', asks: 'Where does each machine stand, and what does it earn there?' },
  ...{ of: revenueByMachine, uses: unprofitableMachines.uses },
  columns: [
    { name: 'machine', kind: 'text' },
    { name: 'place', kind: 'text' },
    { name: 'latitude', kind: 'degrees' },
    { name: 'longitude', kind: 'degrees' },
    { name: 'sold', kind: 'count' },
    { name: 'profit', kind: 'cents' },
  ],
  present: presentMap,
};

/** Every machine that has sold something, by its number. */
function presentMap({ rows }: NamedSums): PresentedTable {
  const found = profitsOf(rows);
  if (found === undefined) return nothingSold;
  return {
    rows: [...found.machines]
      .sort((a, b) => byId(a.id, b.id))
      .map(({ id, place, sums, profit }) => {
        const { latitude, longitude } = coordinatesOf(id)!;
        return [id, place, latitude, longitude, sums.sold!, profit];
      }),
    says: found.says,
  };
}

const nothingSold: PresentedTable = { rows: [], says: 'nothing was sold yet' };

/** What each machine of the shop has earned and cost; undefined before anything was sold. */
function profitsOf(rows: NamedSums['rows']) {
  const selling = rows.filter(({ sums }) => sums.sold! > 0n);
  const time = timeOf(selling);
  if (time === undefined) return undefined;
  const machines = selling.flatMap(({ key, sums }) => {
    const id = key.snack_automat_id!;
    const place = placeOf(id);
    if (place === undefined) return [];
    const running = runningCents(place, time.fromMs, time.untilMs);
    return [{ id, place: place.name, sums, running, profit: sums.revenueCents! - sums.costCents! - running }];
  });
  const says =
    `${machines.length} machines${strangers(selling.length - machines.length)}; running costs from ` +
    `${eventTimeText(time.fromMs)} to ${eventTimeText(time.untilMs)}, the first and the last sale`;
  return { machines, says };
}

/** From the first sale of any machine to the last, and not from before the shop was opened. */
function timeOf(rows: NamedSums['rows']): { readonly fromMs: number; readonly untilMs: number } | undefined {
  if (rows.length === 0) return undefined;
  const { fromMs, untilMs } = spanOf(rows);
  return { fromMs: Math.max(fromMs, openedMs), untilMs: Math.max(untilMs, openedMs) };
}

export const whereMostIsSold: Presented = {
  name: 'where-most-is-sold',
  asks: 'At which places is most sold?',
  of: revenueByMachine,
  uses: ['sold', 'revenueCents'],
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
  const selling = rows.filter(({ sums }) => sums.sold! > 0n);
  const known = selling.filter(({ key }) => placeOf(key.snack_automat_id!) !== undefined);
  const all = known.reduce((sum, { sums }) => sum + sums.sold!, 0n);
  const found = places.map((place) => {
    const here = known.filter(({ key }) => placeOf(key.snack_automat_id!) === place);
    const add = (sum: string) => here.reduce((total, { sums }) => total + sums[sum]!, 0n);
    return { name: place.name, machines: BigInt(here.length), sold: add('sold'), revenue: add('revenueCents') };
  });
  const shown = found.filter(({ sold }) => sold > 0n).sort((a, b) => Number(b.sold - a.sold));
  return {
    rows: shown.map(({ name, machines, sold, revenue }) => [name, machines, sold, Number(sold) / Number(all), revenue]),
    says: `${all} items at ${shown.length} places, of ${known.length} machines${strangers(selling.length - known.length)}`,
  };
}
