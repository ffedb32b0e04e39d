/**
 * What is presented of stock by slot: what is empty soon, and where. A slot is full when the shop opens, so its stock is its
 * capacity, more what was filled in, less what was sold. It is shown below 0 too, where events were sent twice or a refill
 * never came: the sums say so. Pure.
 */
import { itemOfSlot, placeOf, slotCapacityOf } from '../machines/catalogue.js';
import { stockBySlot } from '../questions/builtin.js';
import { timeUnits } from '../questions/question.js';
import { eventTimeText, spanOf } from './event-time.js';
import { quotient } from './line.js';
import { byId, strangers } from './machine-ids.js';
import { type NamedSums, notKnown, type Presented, type PresentedTable } from './presented.js';

/** A slot is low with less left than one of so many parts of its capacity: a quarter. */
export const lowStockPart = 4n;

/** A slot of a machine that the catalogue knows. */
interface Slot {
  readonly machine: string;
  readonly slot: string;
  readonly item: string;
  readonly capacity: bigint;
  readonly sold: bigint;
  readonly stock: bigint;
}

export const emptySoon: Presented = {
  name: 'empty-soon',
  asks: 'What is empty soon, and where?',
  of: stockBySlot,
  uses: ['sold', 'refilled', 'firstMs', 'lastMs'],
  columns: [
    { name: 'machine', kind: 'text' },
    { name: 'place', kind: 'text' },
    { name: 'slot', kind: 'text' },
    { name: 'item', kind: 'text' },
    { name: 'capacity', kind: 'count' },
    { name: 'stock', kind: 'count' },
    { name: 'minutes left', kind: 'number' },
  ],
  present: presentEmptySoon,
};

/** The slots that are low, the one that is empty first, first: at the pace so far. */
function presentEmptySoon({ rows }: NamedSums): PresentedTable {
  const moved = rows.filter(({ sums }) => sums.firstMs !== undefined);
  if (moved.length === 0) return { rows: [], says: 'nothing was sold or filled yet' };
  // Of all slots and not of each: one that sold once has no time of its own to take a pace over.
  const { fromMs, untilMs } = spanOf(moved);
  const slots = moved.flatMap(knownSlot);
  const low = slots.filter(({ stock, capacity }) => stock * lowStockPart < capacity).sort(soonestFirst);
  return {
    rows: low.map((one) => {
      const { machine, slot, item, capacity, stock } = one;
      return [machine, placeOf(machine)!.name, slot, item, capacity, stock, minutesLeft(one, untilMs - fromMs)];
    }),
    says:
      `${low.length} of ${slots.length} slots${strangers(moved.length - slots.length)}; the pace is that from ` +
      `${eventTimeText(fromMs)} to ${eventTimeText(untilMs)}, the first and the last event${impossible(slots)}`,
  };
}

/**
 * Where events were sent twice or are missing, as before the origin of a version that began within the log, a slot's refills
 * and sales do not pair: then its stock is off by that for good.
 */
function impossible(slots: readonly Slot[]): string {
  const off = slots.filter(({ stock, capacity }) => stock < 0n || stock > capacity).length;
  return off === 0
    ? ''
    : `; ${off} slots have less than nothing or more than they hold: their events are not all there once`;
}

/** None of a machine that is not of this shop: nobody knows how much it holds. */
function knownSlot({ key, sums }: NamedSums['rows'][number]): readonly Slot[] {
  const { snack_automat_id: machine, slot } = key as { snack_automat_id: string; slot: string };
  const [holds, item] = [slotCapacityOf(machine), itemOfSlot(Number(slot))];
  if (holds === undefined || item === undefined) return [];
  const capacity = BigInt(holds);
  return [{ machine, slot, item, capacity, sold: sums.sold!, stock: capacity + sums.refilled! - sums.sold! }];
}

const atLeastNone = (stock: bigint) => (stock < 0n ? 0n : stock);

/** By stock for each item sold: the time over which they were sold is the same for all. A low slot has sold something. */
function soonestFirst(a: Slot, b: Slot): number {
  const difference = atLeastNone(a.stock) * b.sold - atLeastNone(b.stock) * a.sold;
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return byId(a.machine, b.machine) || Number(a.slot) - Number(b.slot);
}

/** Not known where all that happened has one time. */
function minutesLeft({ stock, sold }: Slot, overMs: number): number | string {
  if (stock <= 0n) return 0;
  return overMs === 0 ? notKnown : quotient(stock * BigInt(overMs), sold * BigInt(timeUnits.minute));
}
