/**
 * Refills: every slot of every machine is visited once a cycle, in an order that is always the same, and what was sold from
 * it since its last visit is put in, repeats in the log and indices that were skipped aside. So a slot that began full is full after each visit. Pure.
 */
import type { RefillEvent } from '../src/events/event.js';
import { machineCount, machineId } from '../src/machines/catalogue.js';
import { catalogue } from './catalogue.js';
import { eventId, eventsPerBlock, kindOfPlace, ordinalOfPlace, placeOfRefill, refillsPerBlock } from './event-index.js';
import type { Heartbeat } from './heartbeats.js';
import type { Sale, SaleReader } from './purchases.js';

const slotsPerMachine = catalogue.length;
const slotCount = machineCount * slotsPerMachine;
/** After so many blocks each slot was visited once. */
export const blocksPerCycle = slotCount / refillsPerBlock;
const eventsPerCycle = blocksPerCycle * eventsPerBlock;

/** From visit to visit so many slots on: without a common divisor with their number, so that none is left out. */
const stride = 625;

/** One refill as numbers; `item` is its place in the catalogue. */
export interface Refill {
  readonly kind: 'refill';
  index: number;
  machine: number;
  item: number;
  /** 0 where nothing was sold. */
  quantity: number;
}

export interface Refills {
  /** Tells of an event of another kind that was read, so that the next refill need not read it again. */
  pass(event: Readonly<Sale> | Readonly<Heartbeat>): void;
  /** Reads a block's refill by its ordinal (0 or 1); one and the same object each time, as `salesOf` does. */
  read(block: number, ordinal: number): Readonly<Refill>;
}

/**
 * The refills of the seed whose sales these are. Where events are left out, a refill reads the sales of up to one cycle
 * (60,480) again: some milliseconds.
 */
export function refillsOf(saleOf: SaleReader): Refills {
  const refill: Refill = { kind: 'refill', index: -1, machine: 0, item: 0, quantity: 0 };
  /** By slot: what was sold before `next` and after the slot's last visit before `next`. */
  const sold = new Int32Array(slotCount);
  let next = 0;

  function catchUp(index: number): void {
    if (index < next || index - next > eventsPerCycle) {
      // Within a cycle each slot is visited, and what is counted before its visit is of no matter.
      next = Math.max(0, index - eventsPerCycle);
      sold.fill(0);
    }
    for (; next < index; next++) {
      const block = Math.floor(next / eventsPerBlock);
      const place = next - block * eventsPerBlock;
      if (kindOfPlace[place] === 'sale') sold[slotOfSale(saleOf(block, ordinalOfPlace[place]!))]!++;
      else if (kindOfPlace[place] === 'refill') sold[slotOfVisit(block, ordinalOfPlace[place]!)] = 0;
    }
  }

  return {
    pass(event) {
      if (event.index !== next) return;
      if (event.kind === 'sale') sold[slotOfSale(event)]!++;
      next++;
    },
    read(block, ordinal) {
      const slot = slotOfVisit(block, ordinal);
      refill.index = block * eventsPerBlock + placeOfRefill[ordinal]!;
      refill.machine = Math.floor(slot / slotsPerMachine);
      refill.item = slot % slotsPerMachine;
      catchUp(refill.index);
      refill.quantity = sold[slot]!;
      sold[slot] = 0;
      next++;
      return refill;
    },
  };
}

export function refillEvent(seed: number, refill: Refill, timestampMs: number): RefillEvent {
  const { item, slot } = catalogue[refill.item]!;
  return {
    event_id: eventId(seed, refill.index),
    kind: 'refill',
    snack_automat_id: machineId(refill.machine),
    item,
    slot,
    quantity: refill.quantity,
    timestamp: timestampMs,
  };
}

const slotOfSale = ({ machine, item }: Readonly<Sale>): number => machine * slotsPerMachine + item;

const slotOfVisit = (block: number, ordinal: number): number =>
  (((block * refillsPerBlock + ordinal) % slotCount) * stride) % slotCount;
