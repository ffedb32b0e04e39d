/**
 * What commands do with versions: start one beside the live one, move readers to it, move them back, drop one.
 * Each is one conditional write that demands all it was decided on, so readers see one whole version at any instant, and
 * a command that is killed has either happened or not (protocol rule 10). Nothing here starts or stops a process: the
 * stream runner and the base maker follow the heads.
 */
import { LabError } from '../errors.js';
import type { Clock, ServingStore } from '../runtimes/ports.js';
import type { Head, Heads } from '../serving/head.js';
import { behind, isWhole, readyHead, switchDirection, versionOf } from './versions.js';

type Store = Pick<ServingStore, 'readHeads' | 'addHead' | 'switchLive' | 'dropHead'>;

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

/**
 * Moves readers to another version once it covers the live one; undefined when it is live already. Throws `fail` when
 * it does not within the patience and was not forced: then nothing has changed.
 */
export async function switchLive(store: Store, clock: Clock, request: SwitchRequest): Promise<Switched | undefined> {
  const deadlineMs = clock.nowMs() + request.patienceMs;
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
    await clock.sleep(lookEveryMs);
  }
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

/** Adds a pipeline beside the others; the stream runner starts its job. Throws when the name is taken. */
export async function addVersion(store: Store, clock: Clock, head: Omit<Head, 'incarnation'>): Promise<Head> {
  const inDoubt = new Set<number>();
  const added = await untilWritten(clock, async () => {
    const heads = await store.readHeads();
    const there = heads.heads.get(head.pipeline);
    // A write in doubt that came through after all is this one's own.
    if (there !== undefined && inDoubt.has(there.incarnation)) return there.incarnation;
    mustBeFree(heads, head.pipeline);
    const incarnation = heads.nextIncarnation;
    const outcome = await store.addHead({ ...head, incarnation });
    if (outcome === 'in-doubt') inDoubt.add(incarnation);
    return outcome === 'applied' ? incarnation : undefined;
  });
  if (added === undefined) throw inDoubtStill(head.pipeline, 'was added');
  return { ...head, incarnation: added };
}

const triesMax = 20;
const tryEveryMs = 50;

/** What `attempt` first comes to; undefined when it has come to nothing so many times. */
async function untilWritten<T>(clock: Clock, attempt: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let tries = 1; tries <= triesMax; tries++) {
    const written = await attempt();
    if (written !== undefined) return written;
    await clock.sleep(tryEveryMs);
  }
  return undefined;
}

function inDoubtStill(pipeline: string, what: string): LabError {
  const version = versionOf(pipeline);
  return new LabError(`it is in doubt whether ${version} ${what}: ${triesMax} writes were not confirmed`, {
    kind: 'unavailable',
    suggestion: `snacklab {lab} versions shows whether it ${what}; if it was not, the same command again`,
    detail: { pipeline, tries: triesMax },
  });
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
export async function dropVersion(store: Store, clock: Clock, pipeline: string): Promise<void> {
  let wanted: number | undefined;
  const dropped = await untilWritten(clock, async () => {
    const heads = await store.readHeads();
    const head = heads.heads.get(pipeline);
    wanted ??= head?.incarnation;
    // A write in doubt came through: it is marked, or gone already, and another may have its name.
    if (head?.status === 'dropping' || (wanted !== undefined && head?.incarnation !== wanted)) return true;
    const ready = readyHead(heads, pipeline);
    if (heads.live === pipeline) {
      throw new LabError(`${versionOf(pipeline)} is live; nothing was changed`, {
        kind: 'usage',
        suggestion: `move readers away first: snacklab {lab} switch VERSION`,
      });
    }
    return (await store.dropHead(ready, heads)) === 'applied' ? true : undefined;
  });
  if (dropped === undefined) throw inDoubtStill(pipeline, 'was dropped');
}
