/** What is presented of revenue by machine: which machines have sold as much as they may before a service. Pure. */
import { placeOf } from '../machines/catalogue.js';
import { revenueByMachine } from '../questions/builtin.js';
import { byId, strangers } from './machine-ids.js';
import type { NamedSums, Presented, PresentedTable } from './presented.js';

/** After so many items a machine needs a service, and after as many more another one. */
export const itemsPerService = 10_000n;

export const servicesDue: Presented = {
  name: 'services-due',
  asks: 'Which machines have sold as much as they may before a service?',
  of: revenueByMachine,
  uses: ['sold'],
  columns: [
    { name: 'machine', kind: 'text' },
    { name: 'place', kind: 'text' },
    { name: 'services', kind: 'count' },
    { name: 'sold', kind: 'count' },
  ],
  present: presentServices,
};

/** The machines that have passed the limit, the one that passed it most often first. */
function presentServices({ rows }: NamedSums): PresentedTable {
  const known = rows.filter(({ key }) => placeOf(key.snack_automat_id!) !== undefined);
  const due = known
    .map(({ key, sums }) => ({ id: key.snack_automat_id!, sold: sums.sold!, services: sums.sold! / itemsPerService }))
    .filter(({ services }) => services > 0n)
    .sort((a, b) => Number(b.services - a.services) || byId(a.id, b.id));
  return {
    rows: due.map(({ id, sold, services }) => [id, placeOf(id)!.name, services, sold]),
    says:
      `${due.length} of ${known.length} machines${strangers(rows.length - known.length)}; a service every ` +
      `${itemsPerService} items, of which nothing says that it was done`,
  };
}
