/**
 * Goal: an engine that is away, a version that fails and one that is being dropped keep no other version waiting, and
 * of what is dropped nothing is forgotten.
 * Method: the coordinator's loop in the memory runtime (./batch-lab.ts), with HDFS taken away for some looks.
 */
import { describe, expect, it } from 'vitest';
import { firstCycleVersion } from '../../lambda/cycle.js';
import type { Shared } from '../../lambda/cycles.js';
import { LabError } from '../../src/errors.js';
import { batchLab, butFor, type Changed, version } from './batch-lab.js';

const away = async () => {
  throw new LabError('HDFS did not answer', { kind: 'unavailable' });
};
const withoutHdfs: Changed = ({ engine }) => ({
  archive: { list: away, remove: away },
  engine: { ...engine, submit: away, state: away, readOutput: away, discard: away },
});

const jobsGoOn: Changed = ({ engine }) => ({ engine: { ...engine, state: async () => 'running' } });

describe('while HDFS is away', () => {
  it('slices are folded, of a version that waits for it, and of one beside it', async () => {
    const [live, next] = [version('lambda-1', 1, 0, 9), version('lambda-2', 2, 9, 20, { baseId: 1 })];
    const { looks, headNow, said } = batchLab(live, next);
    await looks(1, { batchEveryMs: 1 }, withoutHdfs);
    await looks(8, { batchEveryMs: 1, slicesMax: 15 }, (shared) => ({ ...withoutHdfs(shared), ...withBase(shared) }));
    expect(headNow(next)!.foldNumber).toBe(20);
    expect(said.filter((line) => line.startsWith('lambda-1: HDFS did not answer'))).toHaveLength(2);
  });

  it('what is dropped stays until its outputs are gone, and keeps nobody waiting', async () => {
    const [live, dropped] = [version('lambda-1', 1, 0, 20), version('lambda-2', 2, 9, 0)];
    const { looks, headNow, said, world, setHeads } = batchLab(live, dropped);
    await looks(5, {}, jobsGoOn);
    expect(world.jobs.size).toBe(1);
    const dropping = { ...headNow(dropped)!, status: 'dropping' } as const;
    setHeads(headNow(live)!, dropping);
    await looks(60, { slicesMax: 15 }, withoutHdfs);
    expect(headNow(live)!.foldNumber).toBe(20);
    // Half a minute has passed.
    expect([headNow(dropped)?.status, world.jobs.size]).toEqual(['dropping', 1]);
    expect(said.filter((line) => line.startsWith('dropping lambda-2: HDFS did not answer'))).toHaveLength(1);
    await looks(60);
    expect([headNow(dropped), world.jobs.size]).toEqual([undefined, 0]);
    expect(said).toContain('lambda-2 is dropped');
  });
});

describe('what is dropped', () => {
  it('has its job ended by name, though YARN has not begun it, and may have a cycle that nobody can read', async () => {
    const [live, dropped] = [version('lambda-1', 1, 0, 0), version('lambda-2', 2, 9, 0)];
    const { looks, world, cycle, headNow, setHeads } = batchLab(live, dropped);
    await looks(2, {}, jobsGoOn);
    const running = cycle(dropped)!;
    expect(running.name).toBe('running');
    setHeads(live, { ...headNow(dropped)!, status: 'dropping' });
    const cancelled: unknown[] = [];
    const watched: Changed = ({ engine }) => ({
      engine: { ...engine, cancel: async (attempt) => void cancelled.push(attempt) },
    });
    await looks(1, {}, watched);
    expect(cancelled).toEqual(['job' in running && running.job.attempt]);
    world.states.set('lambda-2', { value: { version: firstCycleVersion(2) + 9, state: '?' }, parked: undefined });
    await looks(60);
    expect(headNow(dropped)).toBeUndefined();
  });
});

/** The base of a version that is set out with one. */
function withBase({ store }: Shared): Partial<Shared> {
  return butFor(store, {
    readBase: async (kind, incarnation, id, question) =>
      kind === 'base'
        ? {
            ...{ kind, incarnation, id, question, number: 0, from: [0], until: [9] },
            ...{ messages: 9, rejected: 9, sums: new Map() },
          }
        : store.readBase(kind, incarnation, id, question),
  });
}
