/** Machines' ids in what is presented: their order, and those that are none of the shop's. Pure. */

import { byNumbers } from '../numeric-order.js';

/** `SNACK--9` before `SNACK--10`; ids that only differ in how they are written, as `07` and `7`, have an order too. */
export function byId(a: string, b: string): number {
  if (a === b) return 0;
  return byNumbers(a, b) || (a < b ? -1 : 1);
}

/** How many were left out since the catalogue does not know their machine; nothing where there is none. */
export const strangers = (count: number) => (count === 0 ? '' : `, and ${count} that are not in the catalogue`);
