import { describe, expect, it } from 'vitest';
import type { HeadColumns } from '../../src/runtimes/ports.js';
import { firstViolation } from './first-violation.js';
import { runLambda, settingsOf } from './lambda-run.js';
import type { Mutation } from './simulated-lab.js';

const seeds = Array.from({ length: Number(process.env.SNACKLAB_SEEDS ?? 200) }, (_, i) => i + 1);

describe('the Lambda protocol and its versions under crashes, zombies and writes in doubt', () => {
  it(`answers exactly in ${seeds.length} seeded runs, and comes to rest with nothing left over`, async () => {
    let answers = 0;
    let bases = 0;
    let kills = 0;
    let unknowns = 0;
    let added = 0;
    let gone = 0;
    let switches = 0;
    for (const seed of seeds) {
      const result = await runLambda(seed);
      expect(result.violation, `seed ${seed}`).toBeUndefined();
      answers += result.answers;
      bases += result.bases;
      kills += result.kills;
      unknowns += result.unknowns;
      added += result.added;
      gone += result.gone;
      switches += result.switches;
    }
    // Whatever a head names while it is read may be retired meanwhile; reading it again always finds the answer.
    expect(unknowns).toBe(0);
    // A run that judged nothing, published nothing or killed nothing would prove nothing.
    expect(answers).toBeGreaterThan(seeds.length * 10);
    expect(bases).toBeGreaterThan(seeds.length);
    expect(kills).toBeGreaterThan(seeds.length);
    expect(added).toBeGreaterThan(seeds.length / 2);
    expect(gone).toBeGreaterThan(seeds.length / 10);
    expect(switches).toBeGreaterThan(seeds.length / 4);
  });
});

/** A store whose conditional writes of the head forget these conditions. */
const forgetting =
  (...columns: (keyof HeadColumns)[]): Mutation =>
  (store) => ({
    ...store,
    changeHead: (pipeline, expected, change) =>
      store.changeHead(pipeline, Object.fromEntries(without(expected, columns)) as HeadColumns, change),
  });

function without(expected: HeadColumns, columns: readonly (keyof HeadColumns)[]) {
  return Object.entries(expected).filter(([column]) => !columns.includes(column as keyof HeadColumns));
}

const broken: Readonly<Record<string, Mutation>> = {
  'a commit does not look at the epoch and number': forgetting('epoch', 'number'),
  'a publish does not look at the base it followed': forgetting('baseId', 'foldId'),
  'slices of every epoch are kept under one key': (store) => ({
    ...store,
    writeSlice: (slice) => store.writeSlice({ ...slice, epoch: 1 }),
  }),
  'retiring goes one slice too far': (store) => ({
    ...store,
    deleteSlices: (incarnation, question, upTo) => store.deleteSlices(incarnation, question, upTo + 1),
  }),
};

describe('the simulation of Lambda itself', () => {
  it.each(Object.entries(broken))('finds out that %s', async (_, mutation) => {
    const found = await firstViolation((seed, harder) => runLambda(seed, { ...settingsOf(seed), ...harder }, mutation));
    expect(found, 'no seed of 500 found a wrong or an unknown answer').toBeDefined();
  });
});
