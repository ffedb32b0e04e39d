/**
 * Goal: Kappa, its versions, archive, views and validation are exact under all that a seed brings, and come to rest.
 * Method: new seeds each time, and every seed that ever failed. `npm run simulate` runs as many as one likes.
 */
import { describe, expect, it } from 'vitest';
import { missingOf, mustPass, newSeeds, oldSeedsOf, runNewSeeds } from './new-seeds.js';

describe('Kappa under crashes, delays, repeats, zombies and writes in doubt', () => {
  it(`answers exactly in ${newSeeds} new seeds, and comes to rest with nothing left over`, async () => {
    const totals = await runNewSeeds('kappa');
    const often = { answers: 50, views: 3, truths: 1, kills: 2, zombies: 1, pauses: 0.5, redelivered: 0.5 };
    expect(missingOf(totals, { ...often, bases: 1, added: 1, gone: 0.5, switches: 0.5, forced: 0.1 })).toEqual([]);
  }, 300_000);

  it.each(oldSeedsOf('kappa'))('answers exactly in seed %i, which failed once', async (seed) => {
    await mustPass('kappa', seed);
  });
});
