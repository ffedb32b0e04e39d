/** What Kappa is for, once in a demo: a second version reads the log from its beginning, and readers move to it. */
import { LabError } from '../../errors.js';
import type { Clock, ServingStore } from '../../runtimes/ports.js';
import { newHead } from '../../serving/head.js';
import { addVersion, dropVersion } from '../../versions/change-versions.js';
import { switchLive } from '../../versions/switch-live.js';
import { mayCatchUp } from '../../versions/versions.js';
import { liveHead } from '../live-version.js';

const lookEveryMs = 50;

/** How long it took until the new version had caught up, and until readers were there. Undefined: there was no time. */
export interface Replayed {
  readonly version: string;
  readonly messages: number;
  readonly caughtUpMs: number;
  readonly switchedMs: number;
}

/** Replays into the next version and drops the old one. Gives up, and drops the new one, at `deadlineMs`. */
export async function replayOnce(
  store: ServingStore,
  clock: Clock,
  deadlineMs: number,
  say: (line: string) => void,
): Promise<Replayed | undefined> {
  const heads = await store.readHeads();
  const old = liveHead(heads);
  const version = `kappa-${heads.nextIncarnation}`;
  const startedMs = clock.nowMs();
  const head = await addVersion(store, clock, newHead(version, 0, old.origin, old.questions));
  say(`kappa: ${version} reads the log from its beginning, beside ${old.pipeline}`);
  for (;;) {
    const now = await store.readHeads();
    const [next, live] = [now.heads.get(version)!, liveHead(now)];
    if (next.number > 0 && mayCatchUp(next, live) && next.position.every((at, i) => at >= old.position[i]!)) break;
    if (clock.nowMs() > deadlineMs) {
      await dropVersion(store, clock, version);
      return undefined;
    }
    await clock.sleep(lookEveryMs);
  }
  const caughtUpMs = clock.nowMs() - startedMs;
  const patienceMs = Math.max(1_000, deadlineMs - clock.nowMs());
  const switched = await switchLive(store, clock, { to: version, force: false, patienceMs }).catch((error) => {
    if (error instanceof LabError) return undefined;
    throw error;
  });
  if (switched === undefined) {
    await dropVersion(store, clock, version);
    return undefined;
  }
  say(`kappa: readers have moved to ${version}; ${old.pipeline} is dropped`);
  await dropVersion(store, clock, old.pipeline);
  const messages = switched.to.position.reduce((sum, at, i) => sum + at - head.origin[i]!, 0);
  return { version, messages, caughtUpMs, switchedMs: clock.nowMs() - startedMs };
}
