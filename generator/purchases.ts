/**
 * Purchases from a seed: sale number n (from 0) of a seed is always the same, whoever asks and in which order. All but the
 * timestamp follows from (seed, n), so a restart goes on from a counter and a checker can name every event.
 * Pure: it makes sales, and neither paces nor sends them.
 */
import type { SaleEvent } from '../src/events/event.js';
import { machineId, placeOfMachine } from '../src/machines/catalogue.js';
import { catalogue } from './catalogue.js';
import { eventId, eventsPerBlock, placeOfSale, salesPerBlock } from './event-index.js';
import { forLastSeed } from './last-seed.js';
import { inEpochs, type MachineState } from './outages.js';
import { draw, keyOfSeed, lanes, scale } from './random.js';

export const customerCount = 201;

/** Purchases come in blocks that hold each size as often as its weight says: 8 of one item, 7 of two, … 1 of eight. */
export const purchasesPerBlock = 36;

/** One sale as numbers; `item` is its place in the catalogue. */
export interface Sale {
  readonly kind: 'sale';
  /** Of the event, among those of all kinds. */
  index: number;
  purchase: number;
  /** 1 to 8; 1 is the purchase itself. */
  purchaseIndex: number;
  machine: number;
  customer: number;
  item: number;
}

/** Sale number `n` (from 0) of a seed: what events of other kinds stand between sales only shows in its id. */
export function saleAt(seed: number, n: number, timestampMs: number): SaleEvent {
  const block = Math.floor(n / salesPerBlock);
  return saleEvent(seed, lastSales(seed)(block, n - block * salesPerBlock), timestampMs);
}

export function saleEvent(seed: number, sale: Sale, timestampMs: number): SaleEvent {
  const { item, slot, healthy, priceCents, costCents } = catalogue[sale.item]!;
  return {
    event_id: eventId(seed, sale.index),
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

/** Reads a block's sale by its ordinal (0 to 119). */
export type SaleReader = (block: number, ordinal: number) => Readonly<Sale>;

/**
 * A seed's sales. The reader returns one and the same object each time, for speed: read it before the next call.
 * Going through sales in order is cheapest, any order is right.
 */
export function salesOf(seed: number): SaleReader {
  const key = keyOfSeed(seed);
  const ticketsAt = inEpochs(seed, ticketsOf);
  const sale: Sale = { kind: 'sale', index: -1, purchase: -1, purchaseIndex: 0, machine: 0, customer: 0, item: 0 };
  const block = emptyBlock();
  return (number, ordinal) => {
    if (block.number !== number) fillBlock(block, key, number, ticketsAt(number));
    const inBlock = block.purchaseOf[ordinal]!;
    sale.index = number * eventsPerBlock + placeOfSale[ordinal]!;
    sale.purchase = number * purchasesPerBlock + inBlock;
    sale.purchaseIndex = ordinal - block.firstOf[inBlock]! + 1;
    sale.machine = block.machineOf[inBlock]!;
    sale.customer = block.customerOf[inBlock]!;
    sale.item = block.itemOf[ordinal]!;
    return sale;
  };
}

const lastSales = forLastSeed(salesOf);

export const purchaseId = (seed: number, purchase: number): string => `${seed}-p${purchase}`;

/**
 * As many tickets a machine as its place is popular: the one that is drawn names it. Silent machines have none, so what they
 * would have sold is spread over all others.
 */
function ticketsOf(states: readonly MachineState[]): Uint8Array {
  const tickets = new Uint8Array(placeOfMachine.reduce((sum, { popularity }) => sum + popularity, 0));
  let count = 0;
  for (const [machine, { popularity }] of placeOfMachine.entries()) {
    if (states[machine] === 'silent') continue;
    tickets.fill(machine, count, count + popularity);
    count += popularity;
  }
  return tickets.subarray(0, count);
}

/** All draws of a block's sales, made at once: that is cheaper than one at a time, and reading a sale draws nothing. */
interface Block {
  number: number;
  /** By sale of the block: which of its purchases. */
  readonly purchaseOf: Uint8Array;
  readonly itemOf: Uint8Array;
  /** By purchase of the block: its first sale. */
  readonly firstOf: Uint8Array;
  readonly machineOf: Uint8Array;
  readonly customerOf: Uint8Array;
}

/** k items with weight 9 - k. */
const sizesOfBlock = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8].flatMap((k) => new Array<number>(9 - k).fill(k)));

const emptyBlock = (): Block => ({
  number: -1,
  purchaseOf: new Uint8Array(salesPerBlock),
  itemOf: new Uint8Array(salesPerBlock),
  firstOf: new Uint8Array(purchasesPerBlock),
  machineOf: new Uint8Array(purchasesPerBlock),
  customerOf: new Uint8Array(purchasesPerBlock),
});

function fillBlock(block: Block, key: number, number: number, tickets: Uint8Array): void {
  const sizes = shuffledSizes(key, number);
  let first = 0;
  for (let inBlock = 0; inBlock < purchasesPerBlock; inBlock++) {
    const purchase = number * purchasesPerBlock + inBlock;
    block.machineOf[inBlock] = tickets[scale(draw(key, purchase, lanes.machine), tickets.length)]!;
    block.customerOf[inBlock] = scale(draw(key, purchase, lanes.customer), customerCount);
    block.firstOf[inBlock] = first;
    block.purchaseOf.fill(inBlock, first, first + sizes[inBlock]!);
    first += sizes[inBlock]!;
  }
  for (let ordinal = 0; ordinal < salesPerBlock; ordinal++) {
    block.itemOf[ordinal] = scale(draw(key, number * salesPerBlock + ordinal, lanes.item), catalogue.length);
  }
  block.number = number;
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
