/**
 * Follows a version until it is less than a second behind the live one and has an answer: how far, how fast, how long
 * still. No nearer, since both go on: a switch holds the live one for the rest. A version that began at a cut waits for the
 * batch as well, which has a progress of its own.
 */
import { z } from 'zod';
import { type Cycle, cycleOf, firstCycle } from '../../../lambda/cycle.js';
import { LabError } from '../../errors.js';
import { covers, max, messagesBetween, type Position } from '../../positions/position.js';
import type { ServingStore } from '../../runtimes/ports.js';
import type { Head, Heads } from '../../serving/head.js';
import { behind, isWhole, versionOf } from '../../versions/versions.js';
import { liveHead } from '../live-version.js';
import type { CommandContext } from '../report.js';

export interface Progress {
  /** Messages from the version's own origin: that it has counted, and up to where the live one stands. */
  readonly counted: number;
  readonly wanted: number;
  readonly behind: number;
  /** Messages a second since its first slice; undefined before the second one. */
  readonly perSecond: number | undefined;
  /** Where the batch is with its first base; undefined where the version has its base, or needs none. */
  readonly firstBase: Cycle | undefined;
}

/** What is read of the stream runner's report. */
const runnerReport = z.object({
  drivers: z.record(z.string(), z.object({ running: z.boolean(), starts: z.number() })),
});

type Version = Pick<Head, 'pipeline' | 'incarnation'>;
type Store = Pick<ServingStore, 'readHeads' | 'readState' | 'readReports'>;

const lookEveryMs = 100;
const sayEveryMs = 2_000;
const behindMsMax = 1_000;
/** What stands still for so long has a reason that its log says. */
const stillMsMax = 120_000;
/** A job starts within half a minute; where others take the processors, in several. One that ends again and again does not. */
const startMsMax = 600_000;
const startsMax = 3;
/** The runner says every five seconds how its jobs are. */
const reportMsMax = 60_000;
/** The coordinator gives a job a quarter of an hour, and then begins the next attempt. */
const batchStillMsMax = 20 * 60_000;

/** Resolves when the version is whole and has come close; undefined when it was dropped before. Throws when it stands still. */
export async function followUntilCaughtUp(
  store: Store,
  version: Version,
  { clock, signal, say }: Pick<CommandContext, 'clock' | 'signal' | 'say'>,
  textOf: (progress: Progress) => string,
): Promise<Progress | undefined> {
  let first: { readonly atMs: number; readonly counted: number } | undefined;
  let position = { movedMs: clock.nowMs(), counted: -1 };
  let batch = { movedMs: clock.nowMs(), state: '' };
  let saidMs = Number.NEGATIVE_INFINITY;
  // Where the live one stood within the last second, the earliest first.
  let lately: { readonly atMs: number; readonly position: Position }[] = [];
  for (;;) {
    signal.throwIfAborted();
    const heads = await store.readHeads();
    const head = stillThere(heads, version);
    if (head === undefined) return undefined;
    const { position: wanted } = liveHead(heads);
    const nowMs = clock.nowMs();
    const counted = messagesBetween(head.origin, head.position);
    if (first === undefined && head.number > 0) first = { atMs: nowMs, counted };
    const progress = {
      counted,
      wanted: messagesBetween(head.origin, max(head.origin, wanted)),
      behind: behind(head, wanted),
      perSecond: first === undefined ? undefined : perSecond(counted - first.counted, nowMs - first.atMs),
      firstBase: isWhole(head) ? undefined : (cycleOf(head, await store.readState(head.pipeline)) ?? firstCycle),
    };
    lately = [...lately.filter(({ atMs }) => nowMs - atMs <= behindMsMax), { atMs: nowMs, position: wanted }];
    const hasReached = covers(head.position, lately[0]!.position);
    if (hasReached && progress.firstBase === undefined) return progress;
    // What it waits for is judged: a quiet log moves no position while the batch goes on.
    if (hasReached || counted > position.counted) position = { movedMs: nowMs, counted };
    const state = JSON.stringify(progress.firstBase ?? null);
    if (state !== batch.state) batch = { movedMs: nowMs, state };
    const stillMs = nowMs - position.movedMs;
    if (stillMs > stillMsMax && (stillMs > startMsMax || !(await isStarting(store, head, nowMs))))
      throw standsStill(version, counted, stillMs);
    if (progress.firstBase !== undefined) {
      if (wasGivenUp(progress.firstBase)) throw firstBaseFails(version, progress.firstBase);
      if (nowMs - batch.movedMs > batchStillMsMax) throw batchStandsStill(version, progress.firstBase);
    }
    if (nowMs - saidMs >= sayEveryMs) {
      saidMs = nowMs;
      say(textOf(progress));
    }
    await clock.sleep(lookEveryMs);
  }
}

/** Undefined when it is dropped or being dropped; another version may have its name by now. */
function stillThere({ heads }: Heads, { pipeline, incarnation }: Version): Head | undefined {
  const head = heads.get(pipeline);
  return head?.status === 'ready' && head.incarnation === incarnation ? head : undefined;
}

/** Whether its job runs, was not begun often, and has yet to count something. */
async function isStarting(store: Store, { pipeline, number }: Head, nowMs: number): Promise<boolean> {
  if (number > 0) return false;
  const said = (await store.readReports()).find(({ service }) => service === 'stream-runner');
  const parsed = runnerReport.safeParse(said?.report);
  if (said === undefined || !parsed.success || nowMs - said.atMs > reportMsMax) return false;
  const job = parsed.data.drivers[pipeline];
  return job?.running === true && job.starts <= startsMax;
}

/** Whole seconds, where there is a rate to tell them from. */
export function secondsLeft(messages: number, perSecond: number | undefined): number | undefined {
  return perSecond === undefined || perSecond === 0 ? undefined : Math.ceil(messages / perSecond);
}

function perSecond(messages: number, ms: number): number | undefined {
  return ms === 0 ? undefined : (messages * 1000) / ms;
}

function standsStill({ pipeline }: Version, counted: number, stillMs: number): LabError {
  return new LabError(`${versionOf(pipeline)} has stood at ${counted} messages for ${Math.round(stillMs / 1000)} s`, {
    kind: 'unavailable',
    suggestion: 'snacklab {lab} logs stream-runner shows why; it goes on as soon as it can',
    detail: { pipeline, counted },
  });
}

/** After so many attempts the coordinator gives a cut up, and later begins anew with another one. */
function wasGivenUp({ name, history }: Cycle): boolean {
  return name === 'idle' && history.failures > 0;
}

function firstBaseFails({ pipeline }: Version, { history }: Cycle): LabError {
  return new LabError(
    `the first base of ${versionOf(pipeline)} was given up after ${history.failures} attempts: ${history.lastFailure}`,
    {
      kind: 'unavailable',
      suggestion: `snacklab {lab} logs coordinator shows why; it is tried again, or snacklab {lab} drop ${versionOf(pipeline)}`,
      detail: { pipeline, failures: history.failures, lastFailure: history.lastFailure },
    },
  );
}

function batchStandsStill({ pipeline }: Version, { name, history }: Cycle): LabError {
  return new LabError(`the first base of ${versionOf(pipeline)} has been "${name}" for ${batchStillMsMax} ms`, {
    kind: 'unavailable',
    suggestion: 'snacklab {lab} logs coordinator shows why; it goes on as soon as it can',
    detail: { pipeline, state: name, lastFailure: history.lastFailure },
  });
}
