/**
 * What commands do with versions: start one beside the live one, move readers to it, move them back, drop one.
 * Each is one conditional write that demands all it was decided on, so readers see one whole version at any instant, and
 * a command that is killed has either happened or not (protocol rule 10). Nothing here starts or stops a process: the
 * stream runner and the base maker follow the heads.
 */
import { LabError } from '../errors.js';
import type { Clock, Outcome, ServingStore } from '../runtimes/ports.js';
import type { Head, Heads } from '../serving/head.js';
import { behind, isWhole, mayCatchUp, readyHead, switchDirection, versionOf } from './versions.js';

type Store = Pick<ServingStore, 'readHeads' | 'changeHead' | 'addHead' | 'switchLive' | 'dropHead'>;

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
}

const lookEveryMs = 15;
/** A hold is over after a second; before the next one the live version commits what it has waited with. */
const holdEveryMs = 1_500;

/**
 * Moves readers to another version once it covers the live one, which is held for a moment so that the other can get
 * there; undefined when it is live already. Throws `fail` when it does not within the patience and was not forced: then
 * nothing has changed.
 */
export async function switchLive(store: Store, clock: Clock, request: SwitchRequest): Promise<Switched | undefined> {
  const deadlineMs = clock.nowMs() + request.patienceMs;
  let heldMs = Number.NEGATIVE_INFINITY;
  for (;;) {
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
  const [live, next] = [versionOf(from.pipeline), versionOf(to.pipeline)];
  if (!isWhole(to)) {
    return new LabError(`${next} has no answer yet: its first base is being made; nothing was changed`, {
      kind: 'fail',
      suggestion: `snacklab {lab} versions shows when it is whole`,
    });
  }
  const messages = behind(to, from.position);
  return new LabError(`${next} is ${messages} messages behind ${live}; nothing was changed`, {
    kind: 'fail',
    suggestion: `wait until it has caught up (snacklab {lab} versions), or --force: readers then go back`,
    detail: { behind: messages, from: from.position, to: to.position },
  });
}

/** The version that was live before. Throws `usage` when there is none. */
export function previousVersion({ live, previous }: Heads): string {
  if (previous !== null && previous !== live) return previous;
  throw new LabError('there was no switch that could be taken back', {
    kind: 'usage',
    suggestion: 'snacklab {lab} switch VERSION',
  });
}

/** Throws `usage` when a pipeline of this name is there. */
export function mustBeFree({ heads }: Heads, pipeline: string): void {
  const there = heads.get(pipeline);
  if (there !== undefined) throw nameTaken(there);
}

/**
 * Adds a pipeline beside the others; the stream runner starts its job. `before` makes what must be there before its
 * head, and may run more than once. Throws when the name is taken.
 */
export async function addVersion(
  store: Store,
  head: Omit<Head, 'incarnation'>,
  before: (incarnation: number) => Promise<void> = async () => {},
): Promise<Head> {
  for (;;) {
    const heads = await store.readHeads();
    mustBeFree(heads, head.pipeline);
    const added = { ...head, incarnation: heads.nextIncarnation };
    await before(added.incarnation);
    const outcome = await store.addHead(added);
    if (outcome === 'applied' || (outcome === 'in-doubt' && (await isThere(store, added)))) return added;
  }
}

async function isThere(store: Store, { pipeline, incarnation }: Head): Promise<boolean> {
  return (await store.readHeads()).heads.get(pipeline)?.incarnation === incarnation;
}

function nameTaken({ pipeline, status }: Head): LabError {
  const version = versionOf(pipeline);
  const state = status === 'ready' ? 'is there already' : 'is still being dropped';
  return new LabError(`${version} ${state}; nothing was changed`, {
    kind: 'usage',
    suggestion: `another name, or snacklab {lab} drop ${version} first`,
    detail: { pipeline, status },
  });
}

/** Marks a version as dropping: its job ends, and what it stored goes. The live one is refused. */
export async function dropVersion(store: Store, pipeline: string): Promise<void> {
  for (;;) {
    const heads = await store.readHeads();
    const head = heads.heads.get(pipeline);
    if (head?.status === 'dropping') return;
    const ready = readyHead(heads, pipeline);
    if (heads.live === pipeline) {
      throw new LabError(`${versionOf(pipeline)} is live; nothing was changed`, {
        kind: 'usage',
        suggestion: `move readers away first: snacklab {lab} switch VERSION`,
      });
    }
    const outcome: Outcome = await store.dropHead(ready, heads);
    if (outcome === 'applied') return;
  }
}
