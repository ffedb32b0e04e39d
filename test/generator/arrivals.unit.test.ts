// Goal: events arrive at the wanted rate, smoothly, and a held-up producer is not drowned. Method: a clock by hand.
import { describe, expect, it } from 'vitest';
import { catchUpMs, due, nextPortionInMs, portionEveryMs, startArrivals, take } from '../../generator/arrivals.js';

/** Takes all that is due, portion by portion; returns the portions by their time. */
function portions(ratePerSecond: number, forMs: number): { atMs: number; events: number }[] {
  let arrivals = startArrivals(ratePerSecond, 0);
  const taken: { atMs: number; events: number }[] = [];
  for (let nowMs = 0; nowMs <= forMs; nowMs += nextPortionInMs(arrivals, nowMs)) {
    const now = due(arrivals, nowMs);
    arrivals = take(now.arrivals, now.events);
    if (now.events > 0) taken.push({ atMs: nowMs, events: now.events });
  }
  return taken;
}

describe('arrivals', () => {
  it.each([1, 7, 50, 1000, 30_000, 333_333])('at %d per second are exactly so many after ten seconds', (rate) => {
    const total = portions(rate, 10_000).reduce((sum, { events }) => sum + events, 0);
    expect(total).toBeGreaterThanOrEqual(rate * 10 - Math.ceil((rate * portionEveryMs) / 1000));
    expect(total).toBeLessThanOrEqual(rate * 10);
  });

  it('at 1,000 per second come ten at a time, every ten milliseconds', () => {
    const taken = portions(1000, 1000);
    expect(taken).toHaveLength(100);
    expect(new Set(taken.map(({ events }) => events))).toEqual(new Set([10]));
  });

  it('at 50 per second come one by one, when they are due', () => {
    expect(portions(50, 100)).toEqual([20, 40, 60, 80, 100].map((atMs) => ({ atMs, events: 1 })));
  });

  it('at no rate never come', () => {
    const arrivals = startArrivals(0, 0);
    expect(due(arrivals, 1e9).events).toBe(0);
    expect(nextPortionInMs(arrivals, 1e9)).toBe(Number.POSITIVE_INFINITY);
  });

  it('are caught up with for one second of a pause, and the rest is counted as forgone', () => {
    const late = due(startArrivals(1000, 0), 60_000);
    expect(late).toMatchObject({ events: (1000 * catchUpMs) / 1000, forgone: 59_000 });
    const taken = take(late.arrivals, late.events);
    expect(due(taken, 60_010)).toMatchObject({ events: 10, forgone: 0 });
  });

  it('below one per second are not forgone while they wait', () => {
    expect(due(startArrivals(0.1, 0), 10_000)).toMatchObject({ events: 1, forgone: 0 });
  });

  it('of a smaller portion than was due stay due', () => {
    const now = due(startArrivals(1000, 0), 500);
    expect(due(take(now.arrivals, 200), 500).events).toBe(300);
  });

  it('go on at once when the clock is set back', () => {
    const arrivals = take(startArrivals(1000, 1_000_000), 0);
    const now = due(arrivals, 500_000);
    expect(now.events).toBe(0);
    expect(due(now.arrivals, 500_010).events).toBe(10);
  });
});
