// Goal: a seed's events of all kinds are always the same ones, and the bytes that are sent of them are those events.
// Method: whole blocks, counted; the same events asked for in many orders; JSON.stringify beside the writer.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  eventId,
  eventsPerBlock,
  heartbeatsPerBlock,
  refillsPerBlock,
  saleNumberUpTo,
  salesPerBlock,
} from '../../generator/event-index.js';
import { eventWriter, longestEventBytes } from '../../generator/event-json.js';
import { eventAt, eventsOf } from '../../generator/events.js';
import { saleAt } from '../../generator/purchases.js';
import { draw } from '../../generator/random.js';
import { blocksPerCycle } from '../../generator/refills.js';
import { judge } from '../../src/events/parse.js';

const timestampMs = 1_790_000_000_000;
const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const indices = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 1000 });
const readAll = (seed: number, among: readonly number[]) => {
  const read = eventsOf(seed);
  return among.map((index) => ({ ...read(index) }));
};
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('events from a seed', () => {
  it('are 120 sales, 2 refills and 6 heartbeats a block, spread over it', () => {
    for (const block of [0, 1, 77]) {
      const kinds = upTo(eventsPerBlock).map((place) => eventAt(7, block * eventsPerBlock + place, 0).kind);
      const placesOf = (kind: string) => kinds.flatMap((other, place) => (other === kind ? [place] : []));
      expect(placesOf('sale')).toHaveLength(salesPerBlock);
      expect(placesOf('refill')).toHaveLength(refillsPerBlock);
      expect(placesOf('heartbeat')).toHaveLength(heartbeatsPerBlock);
      expect(kinds.flatMap((kind, place) => (kind === 'sale' ? [] : [place % 16]))).toEqual(new Array(8).fill(15));
    }
  });

  it('have ids that are never the same', () => {
    const ids = upTo(1000).map((index) => eventAt(12, index, 0).event_id);
    expect(new Set(ids).size).toBe(1000);
    expect(ids[345]).toBe(eventId(12, 345));
    expect(eventId(1, 23)).not.toBe(eventId(12, 3));
  });

  it('have the sales of the seed, one after the other', () => {
    const sales = upTo(1000).flatMap((index) => {
      const event = eventAt(5, index, timestampMs);
      return event.kind === 'sale' ? [event] : [];
    });
    expect(sales).toEqual(sales.map((_, n) => saleAt(5, n, timestampMs)));
  });

  it('have a last sale at or before each of them', () => {
    let last = -1;
    for (const index of upTo(1000)) {
      if (eventAt(5, index, 0).kind === 'sale') last++;
      expect(saleNumberUpTo(index)).toBe(last);
    }
  });

  it('are the same asked for in order, backwards, by leaps, only some of them, and one at a time', () => {
    const cycle = blocksPerCycle * eventsPerBlock;
    const inOrder = readAll(99, upTo(3 * cycle));
    const texts = inOrder.map((event) => JSON.stringify(event));
    const expectSame = (among: readonly number[]) => {
      const read = readAll(99, among).map((event) => JSON.stringify(event));
      expect(among.filter((index, i) => read[i] !== texts[index])).toEqual([]);
    };
    const refills = upTo(3 * cycle).filter((index) => inOrder[index]!.kind === 'refill');
    expectSame(upTo(2000).map((i) => 2 * cycle + 1000 - i));
    expectSame(upTo(3000).map((i) => (i * 997) % (3 * cycle)));
    expectSame(upTo(60).map((i) => refills[draw(1, i, 0) % refills.length]!));
    expectSame(refills.filter((_, i) => i % 3 === 0));
    expectSame(refills.flatMap((index) => (index % 5 === 0 ? [index, index] : [])).slice(0, 60));
    expectSame(upTo(3 * cycle).filter((index) => inOrder[index]!.kind !== 'refill' || index > 2.5 * cycle));
    for (const index of [0, 63, cycle - 1, cycle + 63, 2 * cycle + 127]) expectSame([index]);
  });
});

describe('events as JSON', () => {
  it('are the bytes that JSON.stringify makes, and valid, for any seed, index and time', () => {
    const bytes = new Uint8Array(longestEventBytes + 8).fill(0x7a);
    const into = { bytes, view: new DataView(bytes.buffer) };
    const kinds = new Set<string>();
    fc.assert(
      fc.property(seeds, indices, fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (seed, index, time) => {
        const end = eventWriter(seed)(into, 4, eventsOf(seed)(index), time);
        expect(end - 4).toBeLessThanOrEqual(longestEventBytes);
        const written = bytes.slice(4, end);
        const event = eventAt(seed, index, time);
        kinds.add(event.kind);
        expect(Buffer.from(written).toString()).toBe(JSON.stringify(event));
        expect(judge(written)).toEqual({ event });
      }),
      { numRuns: 2000 },
    );
    expect(kinds.size).toBe(3);
  });

  it('are so in order too, in all kinds and states', () => {
    const bytes = new Uint8Array(longestEventBytes);
    const into = { bytes, view: new DataView(bytes.buffer) };
    const [write, read] = [eventWriter(1), eventsOf(1)];
    for (const index of upTo(20_000)) {
      const written = bytes.subarray(0, write(into, 0, read(index), timestampMs));
      expect(Buffer.from(written).toString()).toBe(JSON.stringify(eventAt(1, index, timestampMs)));
    }
  });

  it.each([0, 9, 10, 999_999_999, 1_000_000_000, 2_147_483_648, 1e15, Number.MAX_SAFE_INTEGER])(
    'hold %d whole',
    (n) => {
      const bytes = new Uint8Array(longestEventBytes);
      const into = { bytes, view: new DataView(bytes.buffer) };
      for (const index of [0, 15, 63]) {
        const end = eventWriter(5)(into, 0, eventsOf(5)(index), n);
        expect(JSON.parse(Buffer.from(bytes.subarray(0, end)).toString())).toMatchObject({ timestamp: n });
      }
    },
  );
});
