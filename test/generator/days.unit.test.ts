// Goal: a day has its shape and its mean, wherever it begins, for arrivals and for timestamps. Method: laws for any time, and whole days by a clock by hand.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { due, nextPortionInMs, startArrivals, take } from '../../generator/arrivals.js';
import { timestampOf } from '../../generator/chunk.js';
import { paceOf, partsOfHours } from '../../generator/days.js';

const dayMs = 24 * 3_600_000;
const midnightMs = Date.UTC(2026, 5, 1);
const lengths = fc.integer({ min: 60_000, max: dayMs });
const times = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
/** Of the day's events, per hour. */
const parts = partsOfHours.map((part) => part / partsOfHours.reduce((sum, other) => sum + other));

describe('a pace', () => {
  it('has an inverse', () => {
    fc.assert(
      fc.property(lengths, times, fc.integer({ min: 0, max: 3 * dayMs }), (length, ms, laterMs) => {
        const pace = paceOf(length);
        const passedMs = pace.clockAfter(ms, pace.evened(ms + laterMs) - pace.evened(ms));
        expect(Math.abs(passedMs - laterMs)).toBeLessThan(0.1);
        expect(pace.clockAfter(ms, 0)).toBeCloseTo(0, 6);
      }),
    );
  });

  it('never goes back', () => {
    fc.assert(
      fc.property(lengths, times, fc.integer({ min: 1, max: dayMs }), (length, ms, laterMs) => {
        const pace = paceOf(length);
        expect(pace.evened(ms + laterMs)).toBeGreaterThanOrEqual(pace.evened(ms));
      }),
    );
  });

  it('is as fast as it says', () => {
    const factors = partsOfHours.map((_, hour) => paceOf(dayMs).factorAt(midnightMs + (hour + 0.5) * 3_600_000));
    for (const [hour, factor] of factors.entries()) expect(factor).toBeCloseTo(parts[hour]! * 24, 9);
    expect(sum(factors)).toBeCloseTo(24, 9);
  });

  it('has caught up with the clock after each whole day, wherever it began', () => {
    fc.assert(
      fc.property(lengths, times, (length, ms) => {
        const pace = paceOf(length);
        expect(pace.evened(ms + length) - pace.evened(ms)).toBeCloseTo(length, 1);
      }),
    );
  });
});

describe('arrivals by days', () => {
  it('come by the hours, and as many a day as at an even rate', () => {
    const perHour = arrivalsPerHour(1, dayMs);
    expect(sum(perHour)).toBeGreaterThanOrEqual(86_400 - 1);
    expect(sum(perHour)).toBeLessThanOrEqual(86_400);
    for (const [hour, events] of perHour.entries()) expect(Math.abs(events - 86_400 * parts[hour]!)).toBeLessThan(2);
  });

  it('come so in a day of ten minutes, too', () => {
    const perHour = arrivalsPerHour(1000, 600_000);
    expect(Math.abs(sum(perHour) - 600_000)).toBeLessThan(20);
    // A portion may hold what came on both sides of an hour.
    for (const [hour, events] of perHour.entries()) expect(Math.abs(events - 600_000 * parts[hour]!)).toBeLessThan(100);
  });

  it('are caught up with for one second of a stall, in whichever hour that was', () => {
    const length = 60_000;
    const startMs = Math.ceil(midnightMs / length) * length;
    // From the busiest hour into one with fewer.
    const atMs = startMs + (13 / 24) * length;
    const arrivals = startArrivals(1000, atMs - 900, paceOf(length));
    expect(due(arrivals, atMs + 100).forgone).toBe(0);
    expect(due(arrivals, atMs + 2000).forgone).toBeGreaterThan(0);
  });

  it.each([null, dayMs])('go on at once when the clock is set back to after their beginning (day %s)', (length) => {
    const pace = paceOf(length);
    const far = take(startArrivals(1000, midnightMs, pace), pace.evened(midnightMs + 3_600_000) - midnightMs);
    const back = due(far, midnightMs + 3_590_000);
    expect(back).toMatchObject({ events: 0, forgone: 0 });
    expect(due(back.arrivals, midnightMs + 3_591_000).events).toBeGreaterThan(100);
  });
});

describe('timestamps by days', () => {
  it('begin at the start time, whichever it is', () => {
    fc.assert(
      fc.property(lengths, times, (length, startTimeMs) => {
        const timeline = { startTimeMs, ratePerSecond: 1000, pace: paceOf(length) };
        expect(timestampOf(timeline, 0, 0)).toBe(startTimeMs);
      }),
    );
  });

  it('come by the hours, and go on in order', () => {
    const ratePerSecond = 0.5;
    const timeline = { startTimeMs: midnightMs, ratePerSecond, pace: paceOf(dayMs) };
    const stamps = Array.from({ length: 43_200 }, (_, index) => timestampOf(timeline, index, 0));
    expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
    const perHour = new Array<number>(24).fill(0);
    for (const ms of stamps) perHour[Math.floor((ms - midnightMs) / 3_600_000)]! += 1;
    for (const [hour, events] of perHour.entries()) expect(Math.abs(events - 43_200 * parts[hour]!)).toBeLessThan(2);
  });
});

/** One day's, portion by portion, from a midnight of days of this length on. */
function arrivalsPerHour(ratePerSecond: number, length: number): readonly number[] {
  const startMs = Math.ceil(midnightMs / length) * length;
  const perHour = new Array<number>(24).fill(0);
  let arrivals = startArrivals(ratePerSecond, startMs, paceOf(length));
  for (let nowMs = startMs; nowMs < startMs + length; nowMs += nextPortionInMs(arrivals, nowMs)) {
    const now = due(arrivals, nowMs);
    expect(now.forgone).toBe(0);
    arrivals = take(now.arrivals, now.events);
    perHour[Math.floor(((nowMs - startMs) / length) * 24)]! += now.events;
  }
  return perHour;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
