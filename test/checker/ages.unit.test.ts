import { describe, expect, it } from 'vitest';
import { AgeCount } from '../../src/checker/ages.js';

const sighting = (seenMs: number, position: number[], whileBatch = false) => ({ seenMs, position, whileBatch });

describe('the age of an event', () => {
  it('is the time from its producer to the first answer that covers it', () => {
    const ages = new AgeCount([sighting(1000, [1, 0]), sighting(1100, [3, 0]), sighting(1250, [3, 2])]);
    ages.add(0, 1, 1040);
    ages.add(0, 2, 1090);
    ages.add(1, 0, 950);
    ages.add(1, 1, 1000);
    expect(ages.percentiles().between).toEqual({ events: 4, p50Ms: 60, p95Ms: 300, p99Ms: 300, greatestMs: 300 });
  });

  it('is not counted for what was covered at the start or not at the end', () => {
    const ages = new AgeCount([sighting(0, [5]), sighting(10, [6])]);
    for (const offset of [3, 4, 5, 6, 7]) ages.add(0, offset, 4);
    expect([ages.from, ages.until]).toEqual([[5], [6]]);
    expect(ages.percentiles().between).toMatchObject({ events: 1, p50Ms: 6 });
  });

  it('is counted apart where a batch job ran', () => {
    const ages = new AgeCount([sighting(0, [0]), sighting(10, [1], true), sighting(30, [2])]);
    ages.add(0, 0, 5);
    ages.add(0, 1, 5);
    expect(ages.percentiles()).toMatchObject({
      between: { events: 1, p99Ms: 25 },
      whileBatch: { events: 1, p99Ms: 5 },
    });
  });

  it('has the percentiles of a thousand events', () => {
    const ages = new AgeCount([sighting(0, [0]), sighting(2000, [1000])]);
    for (let offset = 0; offset < 1000; offset++) ages.add(0, offset, 1999 - offset);
    expect(ages.percentiles().between).toEqual({ events: 1000, p50Ms: 500, p95Ms: 950, p99Ms: 990, greatestMs: 1000 });
  });

  it('is not known without events', () => {
    expect(new AgeCount([]).percentiles().between).toMatchObject({ events: 0, p50Ms: Number.NaN });
  });
});
