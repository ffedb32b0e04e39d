/**
 * Goal: the batch cycles of several versions go on side by side: each from its head alone, one job at a time, and all
 * get their turn.
 * Method: the coordinator's loop in the memory runtime (./batch-lab.ts), look by look.
 */
import { describe, expect, it } from 'vitest';
import { firstCycle, firstCycleVersion } from '../../lambda/cycle.js';
import { LabError } from '../../src/errors.js';
import { openBatchEngine } from '../../src/runtimes/memory/batch-engine.js';
import type { BatchJob } from '../../src/runtimes/ports.js';
import { archive, batchLab, butFor, type Changed, version } from './batch-lab.js';

const jobsGoOn: Changed = ({ engine }) => ({ engine: { ...engine, state: async () => 'running' } });

/** Two of these do not add up in 64 bits. */
const greatest = new Map([['["apple"]', [2n ** 62n, 2n ** 62n]]]);

describe('the cycle of a version', () => {
  it('is made from its head: idle where it counts from the origin', async () => {
    const live = version('lambda-1', 1, 0, 0);
    const { looks, cycle, world } = batchLab(live);
    await looks(1);
    expect(cycle(live)).toEqual(firstCycle);
    expect(world.states.get('lambda-1')!.value!.version).toBe(firstCycleVersion(1));
  });

  it('is made from its head: with its first base planned where it began at a cut', async () => {
    const [live, next] = [version('lambda-1', 1, 0, 0), version('lambda-2', 2, 9, 4)];
    const { looks, headNow, cycle } = batchLab(live, next);
    await looks(40);
    expect(headNow(next)).toMatchObject({ baseId: 1, baseNumber: 0, baseCut: [9] });
    expect(cycle(next)).toMatchObject({ name: 'idle', history: { lastPublished: { baseId: 1, messages: 9 } } });
  });

  it('is made anew above what an earlier version of its name left', async () => {
    const next = version('lambda-2', 5, 9, 0);
    const { looks, headNow, world } = batchLab(version('lambda-1', 1, 0, 0), next);
    world.states.set('lambda-2', {
      value: { version: firstCycleVersion(3) + 77, state: 'of another time' },
      parked: undefined,
    });
    await looks(40);
    expect(headNow(next)!.baseId).toBe(1);
    expect(world.states.get('lambda-2')!.value!.version).toBeGreaterThan(firstCycleVersion(5));
  });

  it('is not run twice for a request that was there before it', async () => {
    const next = version('lambda-2', 2, 9, 4);
    const { looks, headNow, world } = batchLab(version('lambda-1', 1, 0, 0), next);
    world.wanted = { ...world.wanted, batchRequests: 4 };
    await looks(80);
    expect(headNow(next)!.baseId).toBe(1);
    world.wanted = { ...world.wanted, batchRequests: 5 };
    await looks(80);
    expect(headNow(next)!.baseId).toBe(2);
  });

  it('ends the process when it is in doubt whether it was made, and never touches a later version of its name', async () => {
    const { looks, world } = batchLab(version('lambda-1', 1, 0, 0));
    const inDoubt: Changed = ({ store }) => butFor(store, { putState: async () => 'in-doubt' });
    await expect(looks(1, {}, inDoubt)).rejects.toThrow('in doubt');
    const later = { version: firstCycleVersion(2), state: JSON.stringify(firstCycle) };
    world.states.set('lambda-1', { value: later, parked: undefined });
    await looks(3);
    expect(world.states.get('lambda-1')!.value).toEqual(later);
  });

  it('waits for a job that another coordinator may be about to submit, and then makes an attempt of its own', async () => {
    const live = version('lambda-1', 1, 0, 4);
    const { looks, cycle, said, headNow } = batchLab(live);
    // As if the one that submits were slow: the engine knows nothing of the job yet.
    const onItsWay: Changed = ({ engine }) => ({ engine: { ...engine, submit: async () => {} } });
    const limits = { batchEveryMs: 1, submissionMsMax: 30_000 };
    await looks(10, limits, onItsWay);
    expect(cycle(live)).toMatchObject({ name: 'running', plan: { attempts: 1 }, history: { failures: 0 } });
    await looks(200, limits);
    expect(said.filter((line) => line.includes('was never taken over'))).toHaveLength(1);
    expect(headNow(live)!.baseId).toBeGreaterThan(0);
  });

  it('takes the job that another coordinator has submitted meanwhile', async () => {
    const live = version('lambda-1', 1, 0, 4);
    const { looks, run, world, said, headNow } = batchLab(live);
    const late: BatchJob[] = [];
    const slow: Changed = ({ engine }) => ({
      engine: { ...engine, submit: async (job) => void late.push(job) },
    });
    const limits = { batchEveryMs: 10_000_000, submissionMsMax: 30_000 };
    await looks(10, limits, slow);
    expect(late).toHaveLength(1);
    await run(async (process) => openBatchEngine(world, process).submit(late[0]!));
    await looks(40, limits);
    expect(said.filter((line) => line.includes('was never taken over'))).toEqual([]);
    expect(headNow(live)!.baseId).toBeGreaterThan(0);
  });

  it('makes another attempt at once where its own submission has failed', async () => {
    const live = version('lambda-1', 1, 0, 4);
    const { looks, cycle, headNow } = batchLab(live);
    const limits = { batchEveryMs: 1, submissionMsMax: 30_000 };
    const refused = async () => {
      throw new LabError('submitting the batch job failed (exit 1)', { kind: 'unavailable' });
    };
    await looks(2, limits, ({ engine }) => ({ engine: { ...engine, submit: refused } }));
    expect(cycle(live)).toMatchObject({ name: 'chosen', plan: { attempts: 1 }, history: { failures: 1 } });
    await looks(40, limits);
    expect(headNow(live)!.baseId).toBeGreaterThan(0);
  });

  it('is not carried on in a later version of its name', async () => {
    const next = version('lambda-2', 2, 9, 0);
    const lab = batchLab(version('lambda-1', 1, 0, 0), next);
    const later = version('lambda-2', 3, 5, 0);
    // Dropped and added anew in the midst of a step, while the base is loaded and not published.
    const hold = async (point: string) => {
      if (point === 'loaded') lab.setHeads(version('lambda-1', 1, 0, 0), later);
    };
    await lab.looks(40, {}, () => ({ hold }));
    expect(lab.said.filter((line) => line.includes('was dropped in the midst'))).toHaveLength(1);
    expect(lab.headNow(later)).toMatchObject({ baseId: 1, baseCut: [5] });
    expect([...lab.world.bases.values()].filter(({ incarnation }) => incarnation === 3)[0]).toMatchObject({
      until: [5],
    });
  });
});

describe('several versions', () => {
  it('have one job at a time, and all get their bases', async () => {
    const versions = [version('lambda-1', 1, 0, 9), version('lambda-2', 2, 9, 4), version('lambda-3', 3, 7, 4)];
    const { looks, headNow, cycle } = batchLab(...versions);
    const submitted: string[] = [];
    const oneAtATime: Changed = ({ engine }) => ({
      engine: {
        ...engine,
        async submit(job) {
          const { pipeline } = job.attempt;
          const others = versions.filter((one) => one.pipeline !== pipeline).map((one) => cycle(one)?.name);
          expect(others.filter((name) => name !== 'idle' && name !== 'chosen')).toEqual([]);
          submitted.push(pipeline);
          await engine.submit(job);
        },
      },
    });
    await looks(200, {}, oneAtATime);
    expect(versions.map((one) => headNow(one)!.baseId)).toEqual([2, 1, 1]);
    expect([...new Set(submitted)].sort()).toEqual(['lambda-1', 'lambda-2', 'lambda-3']);
  });

  it('that become due at once begin with the one whose last cycle began longest ago', async () => {
    const versions = [version('lambda-1', 1, 0, 9), version('lambda-2', 2, 0, 9)];
    const { looks, headNow, world } = batchLab(...versions);
    for (const [i, { pipeline, incarnation }] of versions.entries()) {
      const history = { ...firstCycle.history, startedMs: world.scheduler.nowMs - 5_000 - 1_000 * i };
      const state = JSON.stringify({ name: 'idle', history });
      world.states.set(pipeline, { value: { version: firstCycleVersion(incarnation), state }, parked: undefined });
    }
    world.wanted = { ...world.wanted, batchRequests: 1 };
    const order = new Set<string>();
    const watched: Changed = ({ engine }) => ({
      engine: {
        ...engine,
        async submit(job) {
          order.add(job.attempt.pipeline);
          await engine.submit(job);
        },
      },
    });
    await looks(100, {}, watched);
    expect([...order]).toEqual(['lambda-2', 'lambda-1']);
    expect(versions.map((one) => headNow(one)!.baseNumber)).toEqual([9, 9]);
  });

  it('take turns when each is always due', async () => {
    const versions = [version('lambda-1', 1, 0, 9), version('lambda-2', 2, 9, 4)];
    const { looks, headNow } = batchLab(...versions);
    // Nothing is ever published as far as they know: so both are due at each look.
    const cycles = new Set<string>();
    const refused: Changed = ({ engine, store }) => ({
      ...butFor(store, {
        changeHead: async (pipeline, expected, change) =>
          'baseNumber' in change ? 'refused' : store.changeHead(pipeline, expected, change),
      }),
      engine: {
        ...engine,
        async submit(job) {
          cycles.add(`${job.attempt.pipeline}/${job.attempt.baseId}`);
          await engine.submit(job);
        },
      },
    });
    await looks(300, { batchEveryMs: 1 }, refused);
    expect(versions.map((one) => headNow(one)!.baseId)).toEqual([0, 0]);
    const names = [...cycles].map((cycle) => cycle.split('/')[0]);
    expect(names.length).toBeGreaterThan(6);
    expect(names.filter((name, i) => name === names[i - 1])).toEqual([]);
  });

  it('keep the files that a merge replaced until no other one is about to have a job that reads them', async () => {
    const [live, next] = [version('lambda-1', 1, 0, 9), version('lambda-2', 2, 9, 0)];
    const { looks, cycle, headNow, setHeads, world } = batchLab(live);
    const replaced = archive(world, 0, 0, 40);
    const merged = archive(world, 1, 0, 40);
    await looks(2, {}, jobsGoOn);
    expect(cycle(live)!.name).toBe('running');
    setHeads(headNow(live)!, next);
    // The other one comes no further for now.
    const staysChosen: Changed = ({ store }) =>
      butFor(store, {
        changeState: async (pipeline, expected, state) => {
          if (pipeline === 'lambda-1') return store.changeState(pipeline, expected, state);
          throw new LabError('Cassandra did not answer', { kind: 'unavailable' });
        },
      });
    await looks(20, {}, staysChosen);
    expect([cycle(live)!.name, cycle(next)!.name, headNow(live)!.baseId]).toEqual(['idle', 'chosen', 2]);
    expect(world.archive.has(replaced)).toBe(true);
    await looks(20);
    expect(cycle(next)!.name).toBe('idle');
    expect([world.archive.has(replaced), world.archive.has(merged)]).toEqual([false, true]);
  });
});

describe('a version without its first base', () => {
  const begun = version('lambda-2', 2, 9, 20);

  it('is not folded, however many slices it has, and gets its base', async () => {
    const { looks, headNow, world } = batchLab(version('lambda-1', 1, 0, 0), begun);
    await looks(60, { slicesMax: 5 });
    expect(headNow(begun)!.baseId).toBeGreaterThan(0);
    // Then it is whole, and what is long is folded.
    expect(headNow(begun)).toMatchObject({ foldNumber: 20 });
    expect([...world.bases.values()].filter(({ kind }) => kind === 'fold')[0]).toMatchObject({
      from: [9],
      until: [29],
    });
  });

  it('is tried again when its job has failed as often as it may, whenever the next batch is wanted', async () => {
    const { looks, headNow, cycle, world } = batchLab(version('lambda-1', 1, 0, 0), begun);
    world.faults.jobFails = 1;
    await looks(60, { slicesMax: 5 });
    // Not at once: what never succeeds would leave no room for the versions beside it.
    expect(cycle(begun)!).toMatchObject({ name: 'idle', history: { failures: 3 } });
    expect(headNow(begun)!.baseId).toBe(0);
    await looks(60, { slicesMax: 5, batchEveryMs: 0 });
    expect(cycle(begun)!.history.failures).toBeGreaterThan(3);
    world.faults.jobFails = 0;
    await looks(60, { batchEveryMs: 0 });
    // The newest boundary that the archive has by then.
    expect(headNow(begun)).toMatchObject({ baseNumber: 20, baseCut: [29] });
  });
});

describe('a version that cannot be folded', () => {
  it('gets its next base all the same, and uses up no number', async () => {
    const long = version('lambda-1', 1, 0, 20);
    const { looks, headNow } = batchLab(long);
    const overflows: Changed = ({ store }) =>
      butFor(store, {
        readSlices: async (...asked) =>
          (await store.readSlices(...asked)).map((slice) => ({ ...slice, sums: greatest })),
      });
    await looks(20, { slicesMax: 5 }, overflows);
    expect(headNow(long)).toMatchObject({ baseId: 2, baseNumber: 20, foldId: 0 });
  });
});

describe('an error that is no engine’s being away', () => {
  it('ends the process, after the others had their step', async () => {
    const [live, next] = [version('lambda-1', 1, 0, 20), version('lambda-2', 2, 9, 4)];
    const { looks, headNow, world } = batchLab(live, next);
    world.states.set('lambda-2', { value: { version: firstCycleVersion(2), state: '?' }, parked: undefined });
    await expect(looks(3, { slicesMax: 15 })).rejects.toThrow();
    expect(headNow(live)!.foldNumber).toBe(20);
  });

  it('is a change in doubt, too', async () => {
    const { looks } = batchLab(version('lambda-1', 1, 0, 9));
    const inDoubt: Changed = ({ store }) => butFor(store, { changeState: async () => 'in-doubt' });
    await expect(looks(3, {}, inDoubt)).rejects.toThrow('in-doubt');
  });
});
