/**
 * Moving readers to another version, and back: one conditional write that demands all it was decided on, so readers see
 * one whole version at any instant, and a command that is killed has either happened or not (protocol rule 10).
 */
import { LabError } from '../errors.js';
import type { Clock, ServingStore } from '../runtimes/ports.js';
import type { Head, Heads } from '../serving/head.js';
import { behind, isWhole, mayCatchUp, readyHead, switchDirection, versionOf } from './versions.js';

type Store = Pick<ServingStore, 'readHeads' | 'changeHead' | 'switchLive'>;

/** A switch that was made. Positions are the two pipelines' when it was decided. */
export interface Switched {
  readonly from: Head;
  readonly to: Head;
  readonly generation: number;
  /** Readers' positions may have gone back. */
  readonly back: boolean;
}

export interface SwitchRequest {
  readonly to: string;
  readonly force: boolean;
  /** How long to wait for the instant at which the new covers the old: both move all the time. */
  readonly patienceMs: number;
  /** Told now and then what the new lacks to cover the old; not where it is there soon. */
  readonly waits?: (lack: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a user waits for without asking for it, in ms. Two cold jobs on a busy machine commit every few seconds, and then the
 * instant takes a few holds; who forces it wants it now.
 */
export const switchPatienceMs = (force: boolean): number => (force ? 3_000 : 30_000);

const lookEveryMs = 15;
/** A hold is over after a second; before the next one the live version commits what it has waited with. */
const holdEveryMs = 1_500;
const tellEveryMs = 2_000;

/**
 * Moves readers to another version once it covers the live one, which is held for a moment so that the other can get
 * there; undefined when it is live already. Throws `fail` when it does not within the patience and was not forced: then
 * nothing has changed.
 */
export async function switchLive(store: Store, clock: Clock, request: SwitchRequest): Promise<Switched | undefined> {
  const deadlineMs = clock.nowMs() + request.patienceMs;
  let heldMs = Number.NEGATIVE_INFINITY;
  let toldMs = clock.nowMs();
  for (;;) {
    request.signal?.throwIfAborted();
    const heads = await store.readHeads();
    if (heads.live === request.to) return undefined;
    const [from, to] = [heads.heads.get(heads.live)!, readyHead(heads, request.to)];
    const isLate = clock.nowMs() >= deadlineMs;
    // Forced is the last resort: a version that covers the live one in a moment needs no step back.
    const direction = switchDirection(from, to, request.force && isLate);
    if (direction !== undefined) {
      const switched = await attempt(store, heads, { from, to, back: direction === 'back' });
      if (switched !== undefined) return switched;
    } else if (isLate) throw notThere(from, to);
    else if (clock.nowMs() - heldMs >= holdEveryMs && mayCatchUp(to, from)) {
      heldMs = clock.nowMs();
      await hold(store, from);
    }
    if (clock.nowMs() - toldMs >= tellEveryMs) {
      toldMs = clock.nowMs();
      request.waits?.(lackOf(from, to));
    }
    await clock.sleep(lookEveryMs);
  }
}

/** Asks the live version to wait with its next commit. Nothing is decided on it, so its outcome does not matter. */
async function hold(store: Store, { pipeline, incarnation, hold }: Head): Promise<void> {
  await store.changeHead(pipeline, { incarnation, hold }, { hold: hold + 1 });
}

/** Undefined when something moved meanwhile: then it is decided anew. */
async function attempt(
  store: Store,
  { generation, forced }: Heads,
  { from, to, back }: { from: Head; to: Head; back: boolean },
): Promise<Switched | undefined> {
  const outcome = await store.switchLive({ from, to, generation, forced, back });
  if (outcome === 'refused') return undefined;
  if (outcome === 'in-doubt') {
    const now = await store.readHeads();
    if (now.live !== to.pipeline || now.generation !== generation + 1) return undefined;
  }
  return { from, to, generation: generation + 1, back };
}

function notThere(from: Head, to: Head): LabError {
  const what = `${lackOf(from, to)}; nothing was changed`;
  if (!isWhole(to))
    return new LabError(what, { kind: 'fail', suggestion: 'snacklab {lab} versions shows when it is whole' });
  return new LabError(what, {
    kind: 'fail',
    suggestion: `wait until it has caught up (snacklab {lab} versions), or --force: readers then go back`,
    detail: { behind: behind(to, from.position), from: from.position, to: to.position },
  });
}

function lackOf(from: Head, to: Head): string {
  const [live, next] = [versionOf(from.pipeline), versionOf(to.pipeline)];
  if (!isWhole(to)) return `${next} has no answer yet: its first base is being made`;
  return `${next} is ${behind(to, from.position)} messages behind ${live}`;
}

/** The version that was live before. Throws `usage` when there is none. */
export function previousVersion({ live, previous }: Heads): string {
  if (previous !== null && previous !== live) return previous;
  throw new LabError('there was no switch that could be taken back', {
    kind: 'usage',
    suggestion: 'snacklab {lab} switch VERSION',
  });
}
