/** A lab as the console sees it, small and made by hand, for the tests of its model. */
import type { CycleView, LabSeen } from '../../src/console/model.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { type Head, newHead } from '../../src/serving/head.js';

export const atMs = 1_000_000;

export const idle: CycleView = {
  ...{ state: 'idle', startedMs: null, failures: 0, lastFailure: null },
  ...{ lastTookMs: null, publishedMs: null, plan: null },
};

/** A head of two partitions at [30, 10], with base 2 cut at [20, 5]. */
export function headOf(pipeline: string, incarnation: number, own: Partial<Head> = {}): Head {
  const fresh = newHead(pipeline, incarnation, [0, 0], builtinQuestions);
  return { ...fresh, position: [30, 10], number: 9, baseId: 2, baseNumber: 6, baseCut: [20, 5], ...own };
}

export function labSeen(own: Partial<LabSeen> = {}, heads: readonly Head[] = [headOf('lambda-1', 1)]): LabSeen {
  return {
    atMs,
    heads: {
      live: heads[0]!.pipeline,
      previous: null,
      generation: 1,
      forced: 0,
      nextIncarnation: 5,
      heads: new Map(heads.map((head) => [head.pipeline, head])),
    },
    wanted: { rate: 50, paused: false, batchRequests: 0 },
    reports: [],
    extent: { starts: [0, 0], ends: [40, 12] },
    cycles: new Map(),
    alerts: undefined,
    storedBytes: new Map(),
    ...own,
  };
}

export const generatorReport = (state: string) => ({
  ...{ service: 'generator', atMs: atMs - 500 },
  report: { state, ratePerSecond: 48, wantedRatePerSecond: 50 },
});
