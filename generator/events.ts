/**
 * All events of a seed: event number `index` (from 0) is always the same, whoever asks and in which order. All but the
 * timestamp follows from (seed, index). What happens is in purchases.ts, refills.ts and heartbeats.ts. Pure.
 */
import type { LabEvent } from '../src/events/event.js';
import { eventsPerBlock, kindOfPlace, ordinalOfPlace } from './event-index.js';
import { type Heartbeat, heartbeatEvent, heartbeatsOf } from './heartbeats.js';
import { forLastSeed } from './last-seed.js';
import { type Sale, saleEvent, salesOf } from './purchases.js';
import { type Refill, refillEvent, refillsOf } from './refills.js';

/** One event as numbers. */
export type EventNumbers = Readonly<Sale> | Readonly<Refill> | Readonly<Heartbeat>;

/** Event number `index` (from 0) of a seed. */
export function eventAt(seed: number, index: number, timestampMs: number): LabEvent {
  const event = lastEvents(seed)(index);
  switch (event.kind) {
    case 'sale':
      return saleEvent(seed, event, timestampMs);
    case 'refill':
      return refillEvent(seed, event, timestampMs);
    case 'heartbeat':
      return heartbeatEvent(seed, event, timestampMs);
  }
}

/**
 * A function from index to event. It returns one and the same object for all events of a kind, for speed: read it before the
 * next call. Going through indices in order is cheapest, any order is right.
 */
export function eventsOf(seed: number): (index: number) => EventNumbers {
  const saleOf = salesOf(seed);
  const heartbeatOf = heartbeatsOf(seed);
  const refills = refillsOf(saleOf);
  return (index) => {
    const block = Math.floor(index / eventsPerBlock);
    const place = index - block * eventsPerBlock;
    const kind = kindOfPlace[place]!;
    const ordinal = ordinalOfPlace[place]!;
    if (kind === 'refill') return refills.read(block, ordinal);
    const event = kind === 'sale' ? saleOf(block, ordinal) : heartbeatOf(block, ordinal);
    refills.pass(event);
    return event;
  };
}

const lastEvents = forLastSeed(eventsOf);
