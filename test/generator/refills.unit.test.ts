// Goal: a slot is full after each visit and never empty in between. Method: the stock of every slot, kept from the events.
import { describe, expect, it } from 'vitest';
import { eventsPerBlock } from '../../generator/event-index.js';
import { eventAt } from '../../generator/events.js';
import { blocksPerCycle } from '../../generator/refills.js';
import { itemOfSlot, machineCount, slotCapacityOf } from '../../src/machines/catalogue.js';

const cycle = blocksPerCycle * eventsPerBlock;

describe('refills', () => {
  it.each([1, 11, 2 ** 40])('leave each slot as full as it can be, and none is ever empty, with seed %d', (seed) => {
    const stock = new Map<string, number>();
    let refills = 0;
    for (let index = 0; index < 3 * cycle; index++) {
      const event = eventAt(seed, index, 0);
      if (event.kind === 'heartbeat') continue;
      const slot = `${event.snack_automat_id}/${event.slot}`;
      const capacity = slotCapacityOf(event.snack_automat_id)!;
      const before = stock.get(slot) ?? capacity;
      const after = event.kind === 'sale' ? before - 1 : before + event.quantity;
      if (event.kind === 'refill') refills++;
      if (after < 0 || after > capacity || (event.kind === 'refill' && after !== capacity))
        expect.fail(`${event.event_id} leaves ${after} of ${capacity} in ${slot}`);
      stock.set(slot, after);
    }
    expect(refills).toBe(3 * 8 * machineCount);
  });

  it('visit each slot once a cycle, one machine after another, and name what it holds', () => {
    const visits = Array.from({ length: cycle }, (_, index) => eventAt(3, cycle + index, 0)).filter(
      (event) => event.kind === 'refill',
    );
    expect(new Set(visits.map((event) => `${event.snack_automat_id}/${event.slot}`)).size).toBe(8 * machineCount);
    for (const { item, slot } of visits) expect(item).toBe(itemOfSlot(slot));
    for (const [i, { snack_automat_id: id }] of visits.entries())
      expect(visits.slice(i + 1, i + 5).map((event) => event.snack_automat_id)).not.toContain(id);
  });
});
