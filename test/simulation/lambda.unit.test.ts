/**
 * Goal: Lambda, its archive, batch cycles, versions, views and validation are exact under all that a seed brings, and come
 * to rest with everything counted in a base.
 * Method: new seeds each time, and every seed that ever failed. `npm run simulate` runs as many as one likes.
 */
import { describe, expect, it } from 'vitest';
import { missingOf, mustPass, newSeeds, oldSeedsOf, runNewSeeds } from './new-seeds.js';

describe('Lambda under crashes, delays, repeats, zombies and writes in doubt', () => {
  it(`answers exactly in ${newSeeds} new seeds, and comes to rest with nothing left over`, async () => {
    const totals = await runNewSeeds('lambda');
    const often = { answers: 50, views: 3, truths: 1, kills: 2, zombies: 1, pauses: 0.5, redelivered: 0.3 };
    expect(missingOf(totals, { ...often, bases: 1, added: 0.3, gone: 0.1, switches: 0.1, forced: 0.02 })).toEqual([]);
  }, 300_000);

  it.each(oldSeedsOf('lambda'))('answers exactly in seed %i, which failed once', async (seed) => {
    await mustPass('lambda', seed);
  });
});
