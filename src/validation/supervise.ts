/**
 * Which validations run: one for each version that readers may follow. A version that still reads the log's past is left
 * alone: it would only be slowed down. One that fails ends alone and is tried again, so no version costs another its
 * truth; one whose past is gone from the log is skipped for good.
 */
import { describeError, LabError } from '../errors.js';
import { covers } from '../positions/position.js';
import type { Clock, ServingStore } from '../runtimes/ports.js';
import type { Head, Heads } from '../serving/head.js';
import { isWhole } from '../versions/versions.js';

export interface Supervision {
  readonly store: Pick<ServingStore, 'readHeads' | 'report'>;
  readonly clock: Clock;
  readonly stopped: () => boolean;
  readonly say: (line: string) => void;
  /** Follows a version until stopped, or until it is gone. `isFirst`: no other has run for longer. */
  readonly validate: (pipeline: string, isFirst: () => boolean) => Promise<void>;
}

/** Why a version has no validation now. `againAtMs` is infinite where no later try can do better. */
interface Failure {
  readonly incarnation: number;
  readonly reason: string;
  readonly pauseMs: number;
  readonly againAtMs: number;
}

const lookEveryMs = 500;
const reportEveryMs = 5_000;
const pauseLeastMs = 1_000;
/** A fold that starts over from the origin costs what it costs: not more often than this. */
const pauseMostMs = 60_000;

/** Runs until stopped, and then until all validations have ended. Throws only what the store throws. */
export async function superviseValidations(supervision: Supervision): Promise<void> {
  const { store, clock, stopped } = supervision;
  const running = new Map<string, Promise<void>>();
  const failures = new Map<string, Failure>();
  let reportedMs = Number.NEGATIVE_INFINITY;
  while (!stopped()) {
    const heads = await store.readHeads();
    for (const [pipeline, { incarnation }] of failures) {
      if (heads.heads.get(pipeline)?.incarnation !== incarnation) failures.delete(pipeline);
    }
    for (const head of followable(heads)) {
      const isDue = clock.nowMs() >= (failures.get(head.pipeline)?.againAtMs ?? Number.NEGATIVE_INFINITY);
      if (isDue && !running.has(head.pipeline)) start(supervision, head, running, failures);
    }
    if (clock.nowMs() - reportedMs >= reportEveryMs) {
      reportedMs = clock.nowMs();
      const without = [...failures].filter(([pipeline]) => !running.has(pipeline));
      await Promise.all(without.map(([pipeline, failure]) => report(supervision, pipeline, failure)));
    }
    await clock.sleep(lookEveryMs);
  }
  await Promise.all(running.values());
}

/** The live version, and those that readers could be moved to. Once followed, one is followed as long as it is there. */
function followable({ heads, live }: Heads): readonly Head[] {
  const followed = heads.get(live);
  if (followed === undefined) return [];
  return [...heads.values()].filter(
    (head) => head.status === 'ready' && isWhole(head) && covers(head.position, followed.position),
  );
}

function start(
  { validate, clock, say }: Supervision,
  { pipeline, incarnation }: Head,
  running: Map<string, Promise<void>>,
  failures: Map<string, Failure>,
): void {
  const startedMs = clock.nowMs();
  const isFirst = () => running.keys().next().value === pipeline;
  const ended = async () => {
    try {
      await validate(pipeline, isFirst);
      failures.delete(pipeline);
    } catch (error) {
      const nowMs = clock.nowMs();
      // What went well for long did not fail for the reason of the time before.
      const before = nowMs - startedMs > pauseMostMs ? undefined : failures.get(pipeline);
      const failure = failureOf(error, incarnation, before, nowMs);
      failures.set(pipeline, failure);
      const again = failure.againAtMs === Number.POSITIVE_INFINITY ? 'skipped' : `again in ${failure.pauseMs} ms`;
      say(`${pipeline}: ${failure.reason} (${again})`);
    } finally {
      running.delete(pipeline);
    }
  };
  // Deferred, so that it stands among the running ones before its first step asks whether it is the first of them.
  running.set(pipeline, Promise.resolve().then(ended));
}

function failureOf(error: unknown, incarnation: number, before: Failure | undefined, nowMs: number): Failure {
  const reason = describeError(error);
  const isForGood = error instanceof LabError && error.kind === 'unknown';
  const pauseMs = before === undefined ? pauseLeastMs : Math.min(before.pauseMs * 2, pauseMostMs);
  return { incarnation, reason, pauseMs, againAtMs: isForGood ? Number.POSITIVE_INFINITY : nowMs + pauseMs };
}

/** Under the name of the validation that does not run: `status` shows why there is no truth. */
function report({ store, clock }: Supervision, pipeline: string, { incarnation, reason }: Failure): Promise<void> {
  const atMs = clock.nowMs();
  return store.report({ service: `validation-${pipeline}`, atMs, report: { pipeline, incarnation, unknown: reason } });
}
