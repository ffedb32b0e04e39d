/**
 * The conditional writes of heads and live pointer, where all of them are one value: what the row is after a step, or
 * undefined where the step is refused. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Head } from '../serving/head.js';
import type { HeadColumns, LiveSwitch } from './ports.js';

/** All heads of one architecture, and which of them is live. */
export interface HeadsRow {
  readonly live: string;
  readonly previous: string | null;
  readonly nextIncarnation: number;
  readonly generation: number;
  readonly forced: number;
  readonly heads: ReadonlyMap<string, Head>;
}

/** A row with one pipeline, which is live. */
export function firstRow(head: Head): HeadsRow {
  const pointer = { live: head.pipeline, previous: null, generation: 1, forced: 0 };
  return { ...pointer, nextIncarnation: head.incarnation + 1, heads: new Map([[head.pipeline, head]]) };
}

/** Changes columns of a head if all that is expected holds. */
export function withHeadChanged(
  row: HeadsRow,
  pipeline: string,
  expected: HeadColumns,
  change: HeadColumns,
): HeadsRow | undefined {
  const head = row.heads.get(pipeline);
  if (head === undefined || !holds(head, expected)) return undefined;
  return { ...row, heads: new Map(row.heads).set(pipeline, { ...head, ...change }) };
}

/** Adds a pipeline, if its incarnation is the next one and nobody has its name. */
export function withHeadAdded(row: HeadsRow, head: Head): HeadsRow | undefined {
  if (row.nextIncarnation !== head.incarnation || row.heads.has(head.pipeline)) return undefined;
  return { ...row, nextIncarnation: head.incarnation + 1, heads: new Map(row.heads).set(head.pipeline, head) };
}

/** Moves the live pointer, if all that the step was decided on still holds (protocol rule 10). */
export function withLiveSwitched(row: HeadsRow, step: LiveSwitch): HeadsRow | undefined {
  const { from, to, generation, forced, back } = step;
  const [old, next] = [row.heads.get(from.pipeline), row.heads.get(to.pipeline)];
  const stands = back ? { incarnation: from.incarnation } : { incarnation: from.incarnation, position: from.position };
  const isStill = row.live === from.pipeline && row.generation === generation && old !== undefined;
  if (!isStill || !holds(old, stands)) return undefined;
  if (next === undefined || !holds(next, { incarnation: to.incarnation, status: 'ready' })) return undefined;
  const counted = { generation: generation + 1, forced: forced + (back ? 1 : 0) };
  return { ...row, ...counted, live: to.pipeline, previous: from.pipeline };
}

/** Marks a pipeline as dropping, if another one is live as it was read. */
export function withHeadDropping(
  row: HeadsRow,
  { pipeline, incarnation }: Pick<Head, 'pipeline' | 'incarnation'>,
  { live, generation }: Pick<HeadsRow, 'live' | 'generation'>,
): HeadsRow | undefined {
  if (row.live !== live || row.generation !== generation) return undefined;
  return withHeadChanged(row, pipeline, { status: 'ready', incarnation }, { status: 'dropping' });
}

/** Removes the head of a pipeline that is dropping. */
export function withHeadRemoved(
  row: HeadsRow,
  { pipeline, incarnation }: Pick<Head, 'pipeline' | 'incarnation'>,
): HeadsRow | undefined {
  const head = row.heads.get(pipeline);
  if (head === undefined || !holds(head, { status: 'dropping', incarnation })) return undefined;
  return { ...row, heads: new Map([...row.heads].filter(([name]) => name !== pipeline)) };
}

function holds(head: Head, expected: HeadColumns): boolean {
  return Object.entries(expected).every(([column, value]) => isDeepStrictEqual(head[column as keyof Head], value));
}
