/**
 * Purchases from a seed: event number `index` of a seed is always the same sale, whoever asks and in which order.
 * All but the timestamp follows from (seed, index), so a restart goes on from a counter and a checker can name every
 * event. Event ids are `SEED-INDEX`: unique as long as an index is used once, which the ledger sees to.
 * Pure: it makes events, and neither paces nor sends them.
 */
import type { SaleEvent } from '../src/events/event.js';
import { machineId, placeOfMachine } from '../src/machines/catalogue.js';
import { catalogue } from './catalogue.js';
import { draw, keyOfSeed, scale } from './random.js';

export const customerCount = 201;

/** Purchases come in blocks that hold each size as often as its weight says: 8 of one item, 7 of two, … 1 of eight. */
export const purchasesPerBlock = 36;
/** So the events of a block have a fixed number, and any index is found without counting from the start. */
export const eventsPerBlock = 120;

/** One sale as numbers; `item` is its place in the catalogue. */
export interface Sale {
  index: number;
  purchase: number;
  /** 1 to 8; 1 is the purchase itself. */
  purchaseIndex: number;
  machine: number;
  customer: number;
  item: number;
}

/** The event's id, e.g. `42-1234567`. */
export function eventId(seed: number, index: number): string {
  return `${seed}-${index}`;
}

/** Event number `index` (from 0) of a seed. */
export function eventAt(seed: number, index: number, timestampMs: number): SaleEvent {
  const sale = salesOf(seed)(index);
  const { item, slot, healthy, priceCents, costCents } = catalogue[sale.item]!;
  return {
    event_id: eventId(seed, index),
    kind: 'sale',
    purchase_id: purchaseId(seed, sale.purchase),
    purchase_index: sale.purchaseIndex,
    snack_automat_id: machineId(sale.machine),
    item,
    slot,
    customer_id: sale.customer,
    healthy,
    price_cents: priceCents,
    cost_cents: costCents,
    timestamp: timestampMs,
  };
}

/**
 * A function from index to sale. It returns one and the same object each time, for speed: read it before the next call.
 * Going through indices in order is cheapest, any order is right.
 */
export function salesOf(seed: number): (index: number) => Sale {
  const key = keyOfSeed(seed);
  const sale: Sale = { index: -1, purchase: -1, purchaseIndex: 0, machine: 0, customer: 0, item: 0 };
  let block = emptyBlock();
  return (index) => {
    const number = Math.floor(index / eventsPerBlock);
    if (block.number !== number) block = fillBlock(key, number, block);
    const place = index - number * eventsPerBlock;
    const inBlock = block.purchaseOf[place]!;
    const purchase = number * purchasesPerBlock + inBlock;
    if (purchase !== sale.purchase) {
      sale.purchase = purchase;
      sale.machine = machineOfTicket[scale(draw(key, purchase, lanes.machine), machineOfTicket.length)]!;
      sale.customer = scale(draw(key, purchase, lanes.customer), customerCount);
    }
    sale.index = index;
    sale.purchaseIndex = place - block.firstOf[inBlock]! + 1;
    sale.item = scale(draw(key, index, lanes.item), catalogue.length);
    return sale;
  };
}

export const purchaseId = (seed: number, purchase: number): string => `${seed}-p${purchase}`;

/** One lane for each use of randomness, also for those in other files: no two may share one. */
export const lanes = {
  size: 1,
  machine: 2,
  customer: 3,
  item: 4,
  late: 5,
  lateBy: 6,
  repeat: 7,
  broken: 8,
  breakage: 9,
};

/** As many tickets a machine as its place is popular: the one that is drawn names it. */
const machineOfTicket = Uint8Array.from(
  placeOfMachine.flatMap(({ popularity }, machine) => new Array<number>(popularity).fill(machine)),
);

interface Block {
  number: number;
  /** By event of the block: which of its purchases. */
  readonly purchaseOf: Uint8Array;
  /** By purchase of the block: its first event. */
  readonly firstOf: Uint8Array;
}

/** k items with weight 9 - k. */
const sizesOfBlock = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8].flatMap((k) => new Array<number>(9 - k).fill(k)));

const emptyBlock = (): Block => ({
  number: -1,
  purchaseOf: new Uint8Array(eventsPerBlock),
  firstOf: new Uint8Array(purchasesPerBlock),
});

function fillBlock(key: number, number: number, into: Block): Block {
  const sizes = shuffledSizes(key, number);
  let first = 0;
  for (let purchase = 0; purchase < purchasesPerBlock; purchase++) {
    into.firstOf[purchase] = first;
    into.purchaseOf.fill(purchase, first, first + sizes[purchase]!);
    first += sizes[purchase]!;
  }
  into.number = number;
  return into;
}

/** Fisher and Yates' shuffle, by draws. */
function shuffledSizes(key: number, number: number): Uint8Array {
  const sizes = sizesOfBlock.slice();
  for (let last = purchasesPerBlock - 1; last > 0; last--) {
    const other = scale(draw(key, number * purchasesPerBlock + last, lanes.size), last + 1);
    const size = sizes[last]!;
    sizes[last] = sizes[other]!;
    sizes[other] = size;
  }
  return sizes;
}
