/** Follows a version that reads the log, until it covers the live one: how far, how fast, how long still. */
import { LabError } from '../../errors.js';
import { covers, messagesBetween } from '../../positions/position.js';
import type { ServingStore } from '../../runtimes/ports.js';
import { behind, isWhole, readyHead, versionOf } from '../../versions/versions.js';
import { liveHead } from '../lab.js';
import type { CommandContext } from '../report.js';

export interface Progress {
  /** Messages that the version has counted, and that the live one has. */
  readonly counted: number;
  readonly wanted: number;
  readonly behind: number;
  /** Messages a second since its first slice; undefined before the second one. */
  readonly perSecond: number | undefined;
}

const lookEveryMs = 100;
const sayEveryMs = 2_000;
/** A job starts within half a minute; one that stands still for so long has a reason that its log says. */
const stillMsMax = 120_000;

/** Resolves when the version covers the live one. Throws when it stands still for too long, or is dropped. */
export async function followUntilCaughtUp(
  store: Pick<ServingStore, 'readHeads'>,
  pipeline: string,
  { clock, signal, say }: Pick<CommandContext, 'clock' | 'signal' | 'say'>,
  textOf: (progress: Progress) => string,
): Promise<Progress> {
  let first: { readonly atMs: number; readonly counted: number } | undefined;
  let moved = { atMs: clock.nowMs(), counted: -1 };
  let saidMs = 0;
  for (;;) {
    signal.throwIfAborted();
    const heads = await store.readHeads();
    const [head, live] = [readyHead(heads, pipeline), liveHead(heads)];
    const nowMs = clock.nowMs();
    const counted = messagesBetween(head.origin, head.position);
    if (counted > moved.counted) moved = { atMs: nowMs, counted };
    if (first === undefined && head.number > 0) first = { atMs: nowMs, counted };
    const progress = {
      counted,
      wanted: messagesBetween(live.origin, live.position),
      behind: behind(head, live.position),
      perSecond: first === undefined ? undefined : perSecond(counted - first.counted, nowMs - first.atMs),
    };
    if (isWhole(head) && covers(head.position, live.position)) return progress;
    if (nowMs - moved.atMs > stillMsMax) throw standsStill(pipeline, counted);
    if (nowMs - saidMs >= sayEveryMs) {
      saidMs = nowMs;
      say(textOf(progress));
    }
    await clock.sleep(lookEveryMs);
  }
}

/** Whole seconds, where there is a rate to tell them from. */
export function secondsLeft(messages: number, perSecond: number | undefined): number | undefined {
  return perSecond === undefined || perSecond === 0 ? undefined : Math.ceil(messages / perSecond);
}

function perSecond(messages: number, ms: number): number | undefined {
  return ms === 0 ? undefined : (messages * 1000) / ms;
}

function standsStill(pipeline: string, counted: number): LabError {
  return new LabError(`${versionOf(pipeline)} has stood at ${counted} messages for ${stillMsMax} ms`, {
    kind: 'unavailable',
    suggestion: 'snacklab {lab} logs stream-runner shows why; it goes on as soon as it can',
    detail: { pipeline, counted },
  });
}
