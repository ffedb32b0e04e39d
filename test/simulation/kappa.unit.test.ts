import { describe, expect, it } from 'vitest';
import { firstViolation } from './first-violation.js';
import { brokenRules } from './kappa-mutations.js';
import { type KappaResult, runKappa, settingsOf } from './kappa-run.js';

const seeds = Array.from({ length: Number(process.env.SNACKLAB_SEEDS ?? 200) }, (_, i) => i + 1);

describe('the Kappa protocol and its versions under crashes, zombies and writes in doubt', () => {
  it(`answers exactly in ${seeds.length} seeded runs, and comes to rest with nothing left over`, async () => {
    const results: KappaResult[] = [];
    for (const seed of seeds) {
      const result = await runKappa(seed);
      expect(result.violation, `seed ${seed}`).toBeUndefined();
      results.push(result);
    }
    const total = (count: (result: KappaResult) => number) => results.reduce((sum, result) => sum + count(result), 0);
    // Whatever a head names while it is read may go meanwhile; reading it again always finds the answer.
    expect(total(({ unknowns }) => unknowns)).toBe(0);
    // A run that judged nothing, switched nothing or killed nothing would prove nothing.
    expect(total(({ answers }) => answers)).toBeGreaterThan(seeds.length * 50);
    expect(total(({ kills }) => kills)).toBeGreaterThan(seeds.length);
    expect(total(({ bases }) => bases)).toBeGreaterThan(seeds.length);
    expect(total(({ added }) => added)).toBeGreaterThan(seeds.length);
    expect(total(({ gone }) => gone)).toBeGreaterThan(seeds.length / 2);
    expect(total(({ switches, forced }) => switches - forced)).toBeGreaterThan(seeds.length);
    expect(total(({ forced }) => forced)).toBeGreaterThan(seeds.length / 10);
  });
});

describe('the simulation of Kappa itself', () => {
  it.each(Object.entries(brokenRules))('finds out that %s', async (_, mutation) => {
    const found = await firstViolation((seed, harder) => runKappa(seed, { ...settingsOf(seed), ...harder }, mutation));
    expect(found, 'no seed of 500 found a wrong or an unknown answer').toBeDefined();
  });
});
