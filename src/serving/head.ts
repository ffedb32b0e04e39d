/**
 * The head: the row that says which base and which slices make up the answer now. Pure.
 * The stream job owns epoch, number, position and segments; the base maker owns base, fold and nextBaseId; commands
 * own hold.
 * No column has two writers, so neither can undo what the other committed (protocol rule 4).
 */
import type { Position } from '../positions/position.js';
import type { Question } from '../questions/question.js';

/** Slices with a number above `after` (up to the next segment's `after`) were written under `epoch`. */
export interface Segment {
  readonly epoch: number;
  readonly after: number;
}

/** One pipeline's head. Numbers count slices from 1; `baseNumber` 0 with `baseId` 0 is the empty base at the origin. */
export interface Head {
  readonly pipeline: string;
  /** Never used again, not even by a pipeline of the same name: the key of all that the pipeline stores. */
  readonly incarnation: number;
  readonly status: 'ready' | 'dropping';
  readonly origin: Position;
  /** What this pipeline answers, for as long as it exists: another question needs another version. */
  readonly questions: readonly Question[];
  readonly epoch: number;
  readonly number: number;
  readonly position: Position;
  readonly segments: readonly Segment[];
  /** Raised by a command that wants the next commit to wait for a moment; it promises nothing to anybody. */
  readonly hold: number;
  readonly baseId: number;
  /** The base covers slices up to this number, the events from the origin up to `baseCut`. */
  readonly baseNumber: number;
  readonly baseCut: Position;
  /** A fold merges the slices above the base up to `foldNumber`, when the batch is away for long; 0 is none. */
  readonly foldId: number;
  readonly foldNumber: number;
  readonly nextBaseId: number;
}

/** All pipelines of one architecture and which of them readers follow, read at one instant. */
export interface Heads {
  readonly live: string;
  /** The pipeline that was live before the last switch; null before the first. */
  readonly previous: string | null;
  /** Grows with every switch; the more significant part of a served view's version. */
  readonly generation: number;
  /** How many switches were forced: only then may a reader's position go back. */
  readonly forced: number;
  /** The incarnation of the next pipeline: all below it are used up, whether they are still there or not. */
  readonly nextIncarnation: number;
  readonly heads: ReadonlyMap<string, Head>;
}

/** The head of a pipeline that has not read anything yet. */
export function newHead(pipeline: string, incarnation: number, origin: Position, questions: readonly Question[]): Head {
  return {
    pipeline,
    incarnation,
    status: 'ready',
    origin,
    questions,
    epoch: 0,
    number: 0,
    position: origin,
    segments: [],
    hold: 0,
    baseId: 0,
    baseNumber: 0,
    baseCut: origin,
    foldId: 0,
    foldNumber: 0,
    nextBaseId: 1,
  };
}

/** The epoch under which the slice of this number was committed. */
export function epochOf(head: Pick<Head, 'segments'>, number: number): number {
  let epoch = 0;
  for (const segment of head.segments) if (segment.after < number) epoch = segment.epoch;
  return epoch;
}

/** The number above which slices count: those up to it are in the base or in the fold. */
export function mergedNumber(head: Pick<Head, 'baseNumber' | 'foldNumber'>): number {
  return Math.max(head.baseNumber, head.foldNumber);
}

/** The segments of a writer that takes over: those that slices above the base still need, and its own. */
export function segmentsAfterTakeOver(head: Head, epoch: number): readonly Segment[] {
  const needed = head.segments.findLastIndex((segment) => segment.after <= head.baseNumber);
  return [...head.segments.slice(Math.max(needed, 0)), { epoch, after: head.number }];
}
