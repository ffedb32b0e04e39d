/**
 * Starting a version beside the live one, and dropping one. Each is one conditional write that demands all it was decided
 * on, so a command that is killed has either happened or not (protocol rule 10). Nothing here starts or stops a process:
 * the stream runner and the base maker follow the heads. Moving readers is ./switch-live.ts's.
 */
import { LabError } from '../errors.js';
import type { Clock, ServingStore } from '../runtimes/ports.js';
import type { Head, Heads } from '../serving/head.js';
import { readyHead, versionOf } from './versions.js';

type Store = Pick<ServingStore, 'readHeads' | 'addHead' | 'dropHead'>;

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
