/**
 * Goal: `batch` waits for the base of a cycle that heard the request, not for one that was under way before.
 * Method: a store whose cycle a script moves on, one state a look.
 */
import { describe, expect, it } from 'vitest';
import { type Cycle, firstCycleVersion } from '../../lambda/cycle.js';
import { batchNow } from '../../src/cli/commands/batch.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import type { Wanted } from '../../src/runtimes/ports.js';
import { type Head, newHead } from '../../src/serving/head.js';

const base = (baseId: number, chosenMs: number) => ({
  baseId,
  number: baseId * 10,
  cut: [baseId * 100],
  messages: baseId * 100,
  chosenMs,
  jobStartedMs: chosenMs + 500,
  jobEndedMs: chosenMs + 9500,
  publishedMs: chosenMs + 10_000,
});

type History = Cycle['history'];
const history = (more: Partial<History>): History => ({
  startedMs: 1000,
  requestsSeen: 4,
  failures: 0,
  lastFailure: null,
  lastPublished: base(1, 1000),
  ...more,
});
const idle = (more: Partial<History> = {}): Cycle => ({ name: 'idle', history: history(more) });
const chosen = (more: Partial<History>): Cycle => ({
  name: 'chosen',
  history: history(more),
  plan: { baseId: 2, number: 20, cut: [200], oldBaseId: 1, oldFoldId: 0, chosenMs: 2000, attempts: 1 },
});

const busy: Head = {
  ...newHead('lambda-1', 1, [0], builtinQuestions),
  number: 30,
  position: [300],
  baseId: 1,
  baseNumber: 10,
  baseCut: [100],
};

/** `undefined`: the coordinator has not made it yet. */
async function batch(cycles: readonly (Cycle | undefined)[], head = busy) {
  let nowMs = 0;
  let look = 0;
  const wanted: Wanted = { rate: null, paused: false, batchRequests: 4 };
  const changes: Partial<Wanted>[] = [];
  const store = {
    readHeads: async () => ({
      live: 'lambda-1',
      generation: 0,
      forced: 0,
      previous: null,
      nextIncarnation: 2,
      heads: new Map([['lambda-1', head]]),
    }),
    readWanted: async () => wanted,
    changeWanted: async (change: Partial<Wanted>) => void changes.push(change),
    readState: async () => {
      const cycle = cycles[Math.min(look++, cycles.length - 1)];
      return cycle && { version: firstCycleVersion(1) + look, state: JSON.stringify(cycle) };
    },
  };
  const clock = {
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  const report = await batchNow('lambda', store, 60_000, {
    clock,
    signal: new AbortController().signal,
    say: () => {},
  });
  return { report, changes, looks: look };
}

describe('a batch that is wanted now', () => {
  it('is one request more than there were', async () => {
    const { changes } = await batch([idle({ requestsSeen: 5, startedMs: 2000, lastPublished: base(2, 2000) })]);
    expect(changes).toEqual([{ batchRequests: 5 }]);
  });

  it('is done when the cycle that heard it has published, and not before', async () => {
    const underWay = { startedMs: 1500, requestsSeen: 4 };
    const { report, looks } = await batch([
      chosen(underWay),
      idle({ ...underWay, lastPublished: base(2, 1500) }),
      chosen({ startedMs: 3000, requestsSeen: 5, lastPublished: base(2, 1500) }),
      idle({ startedMs: 3000, requestsSeen: 5, lastPublished: base(3, 3000) }),
    ]);
    expect(looks).toBe(4);
    expect(report.document).toMatchObject({ published: true, baseId: 3, tookMs: { total: 10_000, job: 9000 } });
  });

  it('waits for the coordinator to make the cycle of a version that has none yet', async () => {
    const { report, looks } = await batch([
      undefined,
      undefined,
      idle({ startedMs: 3000, requestsSeen: 5, lastPublished: base(3, 3000) }),
    ]);
    expect([looks, report.document]).toMatchObject([3, { published: true, baseId: 3 }]);
  });

  it('says so when the cycle that heard it was given up', async () => {
    const failed = idle({ startedMs: 3000, requestsSeen: 5, lastFailure: 'the job failed' });
    await expect(batch([failed])).rejects.toThrow('given up: the job failed');
  });

  it('ends when nothing has come after the base for a while', async () => {
    const quiet = { ...busy, baseNumber: 30, baseCut: [300] };
    const { report } = await batch([idle()], quiet);
    expect(report.document).toMatchObject({ published: false, baseId: 1, messages: 300 });
  });

  it('gives up waiting when time is up, and says what it last saw', async () => {
    await expect(batch([chosen({ startedMs: 3000, requestsSeen: 5 })])).rejects.toThrow(/within 60000 ms.*chosen/);
  });
});
