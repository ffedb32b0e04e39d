/**
 * The batch cycles of all versions: at each look one step of each, from the durable state. What is to be dropped comes
 * after those that serve, and its head is swept away only once its jobs and outputs are gone, else nobody would know of
 * them. It remembers nothing that a step depends on, so it may be killed anywhere, and run twice.
 */
import type { Attempt, StateRecord } from '../src/runtimes/ports.js';
import type { Head } from '../src/serving/head.js';
import { createSweeper } from '../src/versions/sweep.js';
import { stepCycle } from './coordinator.js';
import { type Cycle, cycleOf } from './cycle.js';
import { type FoundCycle, findCycle } from './find-cycle.js';
import type { Coordinator } from './step.js';
import { createTroubles, type Troubles } from './troubles.js';
import { type CyclesNow, inTurn, turnOf } from './turns.js';

/** What the cycles of all versions share. */
export type Shared = Omit<Coordinator, 'pipeline' | 'incarnation' | 'questions' | 'turn' | 'log'>;

export interface CyclesScope {
  readonly stop: Pick<AbortSignal, 'aborted'>;
  /** Writes one line. */
  readonly say: (line: string) => void;
}

const idleMs = 500;
const reportEveryMs = 2_000;

/** Runs until it is stopped. Throws when a write is in doubt or another coordinator was quicker, and without a store. */
export async function runCycles(shared: Shared, { stop, say }: CyclesScope): Promise<void> {
  const { store, clock } = shared;
  const sweeper = createSweeper(store, clock, say);
  const troubles = createTroubles(say);
  let reportedMs = 0;
  while (!stop.aborted) {
    const heads = [...(await store.readHeads()).heads.values()];
    const cycles = await stepAll(shared, heads, troubles, say);
    const discarded = await discardAll(shared, heads, troubles);
    troubles.throwKept();
    await sweeper.sweep(({ incarnation }) => discarded.has(incarnation));
    const isIdle = [...cycles.values()].every((cycle) => cycle?.name === 'idle');
    const nowMs = clock.nowMs();
    if (nowMs - reportedMs >= reportEveryMs || !isIdle) {
      reportedMs = nowMs;
      await store.report({ service: 'coordinator', atMs: nowMs, report: Object.fromEntries(cycles) });
    }
    // Unknown is what failed, or what somebody else is making: neither is there any sooner for being asked at once.
    if (isIdle || [...cycles.values()].includes(undefined)) await clock.sleep(idleMs);
  }
}

/** One step of each ready version. A step that failed leaves its cycle unknown: nobody takes its turn meanwhile. */
async function stepAll(
  shared: Shared,
  heads: readonly Head[],
  troubles: Troubles,
  say: (line: string) => void,
): Promise<CyclesNow> {
  const ready = new Map(heads.filter(({ status }) => status === 'ready').map((head) => [head.pipeline, head]));
  const found = new Map<string, FoundCycle>();
  for (const head of ready.values()) {
    await troubles.attempt(`find ${head.incarnation}`, head.pipeline, async () => {
      const one = await findCycle(shared, head);
      if (one !== undefined) found.set(head.pipeline, one);
    });
  }
  const cycles = new Map<string, Cycle | undefined>(
    [...ready.keys()].map((pipeline) => [pipeline, found.get(pipeline)?.cycle]),
  );
  for (const pipeline of inTurn(cycles)) {
    const one = found.get(pipeline);
    if (one === undefined) continue;
    const { incarnation, questions } = ready.get(pipeline)!;
    const log = (line: string) => say(`${pipeline}: ${line}`);
    const coordinator = { ...shared, pipeline, incarnation, questions, turn: turnOf(pipeline, cycles), log };
    cycles.set(pipeline, undefined);
    await troubles.attempt(`step ${incarnation}`, pipeline, async () => {
      cycles.set(pipeline, await stepCycle(coordinator, one));
    });
  }
  return cycles;
}

/** Ends the jobs of what is being dropped and removes its outputs. The incarnations that have none any more. */
async function discardAll(
  { store, engine }: Shared,
  heads: readonly Head[],
  troubles: Troubles,
): Promise<ReadonlySet<number>> {
  const discarded = new Set<number>();
  for (const head of heads.filter(({ status }) => status === 'dropping')) {
    const { pipeline, incarnation } = head;
    const isDone = await troubles.attempt(`discard ${incarnation}`, `dropping ${pipeline}`, async () => {
      // By its name: a job that YARN has not started yet has no output by which it could be found.
      const job = jobOf(head, await store.readState(pipeline));
      if (job !== undefined) await engine.cancel(job);
      await engine.discard(pipeline, Number.MAX_SAFE_INTEGER);
    });
    if (isDone) discarded.add(incarnation);
  }
  return discarded;
}

/** None where the cycle cannot be read either: a version may be dropped to be rid of just that. */
function jobOf(head: Head, record: StateRecord | undefined): Attempt | undefined {
  try {
    const cycle = cycleOf(head, record);
    return cycle !== undefined && 'job' in cycle ? cycle.job.attempt : undefined;
  } catch {
    return undefined;
  }
}
