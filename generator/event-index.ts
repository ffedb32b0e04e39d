/**
 * What the index of an event says by itself: its id, and which event of which kind it is. Events come in blocks in which
 * each kind has fixed places, so any index is found without counting from the start. Pure.
 */
import type { Kind } from '../src/events/rule.js';

export const salesPerBlock = 120;
export const refillsPerBlock = 2;
export const heartbeatsPerBlock = 6;
export const eventsPerBlock = salesPerBlock + refillsPerBlock + heartbeatsPerBlock;

/** By place in the block: fifteen sales and one event of another kind, eight times. */
export const kindOfPlace: readonly Kind[] = (
  ['heartbeat', 'heartbeat', 'heartbeat', 'refill', 'heartbeat', 'heartbeat', 'heartbeat', 'refill'] as const
).flatMap((other) => [...new Array<Kind>(15).fill('sale'), other]);

/** By place in the block: which of the block's events of its kind stands there, from 0. */
export const ordinalOfPlace = Uint8Array.from(kindOfPlace, (kind, place) => before(kind, place));

/** By sale of the block: its place. */
export const placeOfSale = placesOf('sale');
export const placeOfRefill = placesOf('refill');
export const placeOfHeartbeat = placesOf('heartbeat');

/** The event's id, e.g. `42-1234567`: unique as long as an index is used once, which the ledger sees to. */
export function eventId(seed: number, index: number): string {
  return `${seed}-${index}`;
}

/** The number (from 0) of the sale at an index, and of the last one before it where an event of another kind is there. */
export function saleNumberUpTo(index: number): number {
  const block = Math.floor(index / eventsPerBlock);
  // Each block begins with a sale, so there is one.
  return block * salesPerBlock + before('sale', index - block * eventsPerBlock + 1) - 1;
}

function before(kind: Kind, place: number): number {
  return kindOfPlace.slice(0, place).filter((other) => other === kind).length;
}

function placesOf(wanted: Kind): Uint8Array {
  return Uint8Array.from(kindOfPlace.flatMap((kind, place) => (kind === wanted ? [place] : [])));
}
