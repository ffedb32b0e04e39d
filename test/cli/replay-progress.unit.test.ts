/**
 * Goal: a version that is followed is given up only when what it waits for stands still, and what is said of it is true.
 * Method: a fake store whose heads and cycle are functions of a virtual time.
 */
import { describe, expect, it } from 'vitest';
import { cycleFromCut, firstCycleVersion } from '../../lambda/cycle.js';
import { followUntilCaughtUp, type Progress } from '../../src/cli/commands/replay-progress.js';
import { progressText } from '../../src/cli/commands/start-version.js';
import { LabError } from '../../src/errors.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import type { ServiceReport } from '../../src/runtimes/ports.js';
import { type Head, newHead } from '../../src/serving/head.js';

const live: Head = { ...newHead('lambda-1', 1, [0], builtinQuestions), number: 9, position: [100], baseId: 3 };
const second = newHead('lambda-2', 2, [0], builtinQuestions);
/** It began at the cut 60, and its batch counts what is before that. */
const fromCut: Head = { ...second, baseCut: [60], position: [60], nextBaseId: 2 };
const minute = 60_000;

describe('followUntilCaughtUp', () => {
  it('ends when the version is whole and covers the live one', async () => {
    const run = await follow({ head: (ms) => ({ ...second, number: 1, position: [Math.min(100, ms / 100)] }) });
    expect(run.progress).toMatchObject({ counted: 100, wanted: 100, behind: 0, firstBase: undefined });
  });

  it('ends when the version is a moment behind one that goes on all the time, and not before', async () => {
    const following = (ms: number, lateMs: number) => ({ ...second, number: 1, position: [10_000 + ms - lateMs] });
    const moving = (ms: number) => ({ ...live, position: [10_000 + ms] });
    const close = await follow({ live: moving, head: (ms) => following(ms, 600) });
    expect(close.progress?.behind).toBeGreaterThan(0);
    const far = await follow({ live: moving, head: (ms) => following(ms, ms < 30_000 ? 5_000 : 600) });
    expect(far.endedMs).toBeGreaterThanOrEqual(30_000);
  });

  it('gives up a version whose position stands still for two minutes', async () => {
    const run = await follow({ head: () => ({ ...second, number: 1, position: [40] }) });
    expect(run.error).toMatchObject({ kind: 'unavailable', message: 'v2 has stood at 40 messages for 120 s' });
    expect(run.endedMs).toBeLessThan(3 * minute);
  });

  it('gives a job that is starting more time, but not one that ends again and again, or of which nobody speaks', async () => {
    const drivers = (starts: number) => ({ 'lambda-2': { running: true, starts, lastExit: null } });
    const counted = (ms: number) => ({ ...second, ...(ms > 5 * minute && { number: 1, position: [100] }) });
    const slow = await follow({ head: counted, drivers: () => drivers(2) });
    expect(slow.progress).toMatchObject({ counted: 100 });
    const never = await follow({ head: () => second, drivers: () => drivers(2) });
    expect(never.error?.message).toBe('v2 has stood at 0 messages for 600 s');
    for (const said of [() => drivers(4), undefined, (ms: number) => (ms < minute / 2 ? drivers(1) : undefined)]) {
      const given = await follow({ head: counted, ...(said && { drivers: said }) });
      expect(given.error?.message).toBe('v2 has stood at 0 messages for 120 s');
    }
  });

  it('waits for the first base of one that has reached a quiet log, and says what it waits for', async () => {
    const run = await follow({
      head: (ms) => ({ ...fromCut, number: 1, position: [100], baseId: ms < 10 * minute ? 0 : 1 }),
      cycle: (ms) => (ms < minute ? 'chosen' : 'running'),
    });
    expect(run.progress).toMatchObject({ counted: 100, behind: 0 });
    expect(run.endedMs).toBeGreaterThanOrEqual(10 * minute);
    expect(run.said.at(-1)).toBe(
      '  v2: 100 of 100 messages, 0 behind, 0 messages/s, its first base is being made (running)',
    );
  });

  it('waits for the first base of one that a moving log keeps a little behind', async () => {
    const run = await follow({
      live: (ms) => ({ ...live, position: [100 + ms / 100] }),
      head: (ms) => ({
        ...fromCut,
        number: 1,
        position: [99 + ms / 100 + (ms > 5 * minute ? 1 : 0)],
        baseId: ms < 5 * minute ? 0 : 1,
      }),
      cycle: () => 'running',
    });
    expect(run.progress).toBeDefined();
  });

  it('gives up a batch that stands still, whether the log moves or not, and names the coordinator', async () => {
    for (const speed of [0, 1 / 100]) {
      const run = await follow({
        live: (ms) => ({ ...live, position: [100 + ms * speed] }),
        head: (ms) => ({ ...fromCut, number: 1, position: [100 + ms * speed - (ms % 300 === 0 ? speed : 0)] }),
        cycle: () => 'running',
      });
      expect(run.error?.message).toBe('the first base of v2 has been "running" for 1200000 ms');
      expect(run.error?.suggestion).toContain('logs coordinator');
    }
  });

  it('tells why the first base was given up, as soon as it is', async () => {
    const run = await follow({
      head: () => ({ ...fromCut, number: 1, position: [100] }),
      cycle: (ms) => (ms < 3 * minute ? 'running' : 'idle'),
    });
    expect(run.error?.message).toBe('the first base of v2 was given up after 5 attempts: the job failed');
    expect(run.endedMs).toBeLessThan(4 * minute);
  });

  it("counts from the version's own origin, which retention may have moved", async () => {
    const origin = [30];
    const head = { ...newHead('kappa-2', 2, origin, builtinQuestions), number: 1, position: [100] };
    const run = await follow({ head: () => head });
    expect(run.progress).toMatchObject({ counted: 70, wanted: 70 });
  });

  it('ends without progress when the version is dropped, or another one has its name', async () => {
    const dropping = await follow({ head: (ms) => ({ ...second, status: ms < 3_000 ? 'ready' : 'dropping' }) });
    const gone = await follow({ head: (ms) => (ms < 3_000 ? second : undefined) });
    const replaced = await follow({ head: (ms) => ({ ...second, incarnation: ms < 3_000 ? 2 : 3 }) });
    for (const { progress, error, endedMs } of [dropping, gone, replaced]) {
      expect([progress, error, endedMs]).toEqual([undefined, undefined, 3_000]);
    }
  });
});

interface Plot {
  readonly head: (ms: number) => Head | undefined;
  readonly live?: (ms: number) => Head;
  readonly cycle?: (ms: number) => 'chosen' | 'running' | 'idle';
  /** What the stream runner says of its jobs; undefined: it has said nothing new. */
  readonly drivers?: (ms: number) => object | undefined;
}

async function follow(plot: Plot) {
  let nowMs = 0;
  const said: string[] = [];
  const version = plot.head(0)!;
  let report: ServiceReport | undefined;
  const store = {
    readReports: async () => (report === undefined ? [] : [report]),
    readHeads: async () => {
      const heads = [(plot.live ?? (() => live))(nowMs), plot.head(nowMs)].filter((head) => head !== undefined);
      const named = new Map(heads.map((head) => [head.pipeline, head]));
      return { live: live.pipeline, previous: null, generation: 1, forced: 0, nextIncarnation: 9, heads: named };
    },
    readState: async () => {
      const chosen = cycleFromCut(version.baseCut, 0, 0);
      const job = { attempt: { pipeline: version.pipeline, baseId: 1, id: 'a' }, jobStartedMs: 0 };
      const givenUp = { ...chosen.history, failures: 5, lastFailure: 'the job failed' };
      const states = { chosen, running: { ...chosen, name: 'running', job }, idle: { name: 'idle', history: givenUp } };
      const state = states[plot.cycle?.(nowMs) ?? 'chosen'];
      return { version: firstCycleVersion(version.incarnation), state: JSON.stringify(state) };
    },
  };
  const context = {
    clock: {
      nowMs: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms;
        const drivers = plot.drivers?.(nowMs);
        if (drivers !== undefined) report = { service: 'stream-runner', atMs: nowMs, report: { drivers } };
      },
    },
    signal: new AbortController().signal,
    say: (line: string) => {
      said.push(line);
    },
  };
  let progress: Progress | undefined;
  let error: LabError | undefined;
  try {
    progress = await followUntilCaughtUp(store, version, context, (now) => progressText('v2', now));
  } catch (thrown) {
    if (!(thrown instanceof LabError)) throw thrown;
    error = thrown;
  }
  return { progress, error, said, endedMs: nowMs };
}
