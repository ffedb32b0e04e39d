/**
 * Versions: the pipelines of one architecture, `kappa-2` in full and `v2` for short, and what may be done with each.
 * Pure: reads the heads as they were at one instant. Doing it is ./change-versions.ts's work.
 */
import { LabError } from '../errors.js';
import { covers, equal, messagesBetween, min, type Position } from '../positions/position.js';
import type { Head, Heads } from '../serving/head.js';

/** `v2` or `kappa-2` as the pipeline's full name. Throws `usage` on anything else. */
export function pipelineNamed(lab: string, text: string): string {
  const [, short, full] = /^(?:v([1-9]\d{0,5})|([a-z]+-[1-9]\d{0,5}))$/.exec(text) ?? [];
  if (short !== undefined) return `${lab}-${short}`;
  if (full?.startsWith(`${lab}-`)) return full;
  throw new LabError(`"${text}" is no version of the ${lab} lab`, {
    kind: 'usage',
    suggestion: `v2, or ${lab}-2 in full; snacklab ${lab} versions lists those that are there`,
    detail: { version: text },
  });
}

/** `kappa-2` as `v2`. */
export function versionOf(pipeline: string): string {
  return `v${pipeline.slice(pipeline.lastIndexOf('-') + 1)}`;
}

/** The head of a version that is there and not being dropped. Throws `usage` with the versions that are. */
export function readyHead(heads: Heads, pipeline: string): Head {
  const head = heads.heads.get(pipeline);
  if (head?.status === 'ready') return head;
  const there = [...heads.heads.values()]
    .filter(({ status }) => status === 'ready')
    .map((one) => versionOf(one.pipeline));
  throw new LabError(`${versionOf(pipeline)} ${head === undefined ? 'is not there' : 'is being dropped'}`, {
    kind: 'usage',
    suggestion: `one of these: ${there.join(', ')}`,
    detail: { pipeline, there },
  });
}

/** Whether a pipeline has an answer at all: until its first base is there, one that began at a cut has none. */
export function isWhole(head: Head): boolean {
  return head.baseId !== 0 || equal(head.baseCut, head.origin);
}

/** Messages of the log that a version lacks to cover a position. */
export function behind(head: Pick<Head, 'position'>, position: Position): number {
  return messagesBetween(min(head.position, position), position);
}

/** As many messages as a stream job may put into one slice: a version that lacks more is not there in a moment. */
const sliceMessagesMax = 1_000_000;

/** Whether a version would cover another one soon, if that one stood still. */
export function mayCatchUp(next: Head, old: Head): boolean {
  return isWhole(next) && behind(next, old.position) <= sliceMessagesMax;
}

/** What a switch does to readers: `forward`, or `back` where the new does not cover the old; undefined: it may not. */
export function switchDirection(old: Head, next: Head, force: boolean): 'forward' | 'back' | undefined {
  // Not even by force: readers would have no answer at all.
  if (!isWhole(next)) return undefined;
  if (covers(next.position, old.position)) return 'forward';
  return force ? 'back' : undefined;
}
