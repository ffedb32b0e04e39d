/**
 * The merge: base ⊕ fold ⊕ the slices from the cut to the head, and the checks that make it an exact prefix.
 * Follows only what the head names, and checks the chain: each part begins where the one before ends.
 * Whatever is missing or does not fit makes the answer unknown, never a number. Pure.
 */
import { LabError } from '../errors.js';
import { equal, formatPosition, messagesBetween, type Position } from '../positions/position.js';
import type { Question } from '../questions/question.js';
import type { Base, Slice } from '../runtimes/ports.js';
import { type SumTable, zero } from '../sums/table.js';
import { type AddUp, addUp, goOn } from './add-up.js';
import { epochOf, type Head, mergedNumber } from './head.js';

/** The fold of the log from `origin` to `position`, and the parts it was merged from. */
export interface Answer {
  readonly pipeline: string;
  readonly incarnation: number;
  readonly origin: Position;
  readonly position: Position;
  /** The head's slice number: with the incarnation it names this position. */
  readonly number: number;
  readonly baseId: number;
  readonly baseNumber: number;
  readonly baseCut: Position;
  readonly foldId: number;
  /** How many slices the real-time part was merged from. */
  readonly slices: number;
  readonly messages: number;
  readonly rejected: number;
  readonly base: SumTable;
  readonly realTime: SumTable;
  readonly merged: SumTable;
}

/** Why there is no answer: `slice 7 of lambda-1 is missing`. */
export interface Unknown {
  readonly unknown: string;
  /** Nothing is missing: to read the same head again finds no answer either. */
  readonly lasting?: true;
}

/** The stored parts that a head names, as they were found. */
export interface Parts {
  readonly base: Base | undefined;
  readonly fold: Base | undefined;
  /** Of any epoch, ascending by number: those that the head does not name are left out here. */
  readonly slices: readonly Slice[];
}

export interface MergeOptions {
  /** An answer that the head continues: of the parts only the slices after it are looked at. */
  readonly before?: Answer | undefined;
  /** Adds up the parts; one that remembers what it added up before may be handed in. */
  readonly addAll?: AddUp | undefined;
}

/** Merges the parts that a head names. */
export function merge(head: Head, question: Question, parts: Parts, options: MergeOptions = {}): Answer | Unknown {
  try {
    return mergeParts(head, question, parts, options);
  } catch (error) {
    // A sum left 64 bits: one question's answer is unknown then, and the others are not.
    if (!(error instanceof LabError && error.kind === 'unknown')) throw error;
    return { ...unknown(head, `${error.message}; ${error.suggestion}`), lasting: true };
  }
}

/**
 * Whether a head names all that an answer was made of, and perhaps more: what is committed stays as it is (protocol rules
 * 1 and 2), so the answer to that head is this one and the slices after it.
 */
export function continues(head: Head, { incarnation, baseId, foldId, number }: Answer): boolean {
  return incarnation === head.incarnation && baseId === head.baseId && foldId === head.foldId && number <= head.number;
}

/** An answer's sums and how far they reach, before the slices that are still to come. */
type Start = Pick<Answer, 'position' | 'messages' | 'rejected' | 'number' | 'base' | 'realTime'>;

function mergeParts(
  head: Head,
  question: Question,
  parts: Parts,
  { before, addAll = addUp }: MergeOptions,
): Answer | Unknown {
  const start = before ?? startOf(head, parts);
  if (typeof start === 'string') return unknown(head, start);
  let { position, messages, rejected } = start;
  const added: SumTable[] = [];
  const committed = parts.slices.filter((slice) => slice.epoch === epochOf(head, slice.number));
  let next = start.number + 1;
  for (const slice of committed) {
    if (slice.number < next || slice.number > head.number) continue;
    if (slice.number !== next) break;
    const flaw = flawOfSlice(slice, position);
    if (flaw !== undefined) return unknown(head, flaw);
    position = slice.until;
    messages += slice.messages;
    rejected += slice.rejected;
    added.push(slice.sums);
    next++;
  }
  if (next <= head.number) return unknown(head, `slice ${next} is missing`);
  if (!equal(position, head.position)) {
    return unknown(head, `the slices end at ${formatPosition(position)}, the head at ${formatPosition(head.position)}`);
  }
  if (messages !== messagesBetween(head.origin, position)) {
    return unknown(head, `${messages} messages were counted up to ${formatPosition(position)}`);
  }

  const sums =
    before === undefined ? addAll(question, start.base, [start.realTime, ...added]) : goOn(question, before, added);
  return {
    pipeline: head.pipeline,
    incarnation: head.incarnation,
    origin: head.origin,
    position,
    number: head.number,
    baseId: head.baseId,
    baseNumber: head.baseNumber,
    baseCut: head.baseCut,
    foldId: head.foldId,
    slices: head.number - mergedNumber(head),
    messages,
    rejected,
    base: start.base,
    ...sums,
  };
}

/** Base and fold alone, or what is wrong with them. */
function startOf(head: Head, parts: Parts): Start | string {
  const problem = missingBase(head, parts);
  if (problem !== undefined) return problem;
  const { base } = parts;
  const fold = head.foldId === 0 ? undefined : parts.fold;
  return {
    position: fold?.until ?? head.baseCut,
    messages: (base?.messages ?? 0) + (fold?.messages ?? 0),
    rejected: (base?.rejected ?? 0) + (fold?.rejected ?? 0),
    number: mergedNumber(head),
    base: base?.sums ?? zero,
    realTime: fold?.sums ?? zero,
  };
}

function missingBase(head: Head, parts: Parts): string | undefined {
  if (head.baseId !== 0) {
    if (parts.base === undefined) return `base ${head.baseId} is missing`;
    if (!equal(parts.base.until, head.baseCut)) return `base ${head.baseId} is of another cut`;
  }
  if (head.foldId !== 0) {
    if (parts.fold === undefined) return `fold ${head.foldId} is missing`;
    if (!equal(parts.fold.from, head.baseCut)) return `fold ${head.foldId} does not follow the base`;
    if (parts.fold.number !== head.foldNumber) return `fold ${head.foldId} ends at another slice`;
  }
  return undefined;
}

function flawOfSlice(slice: Slice, position: Position): string | undefined {
  if (!equal(slice.from, position)) {
    return `slice ${slice.number} begins at ${formatPosition(slice.from)} and does not follow ${formatPosition(position)}`;
  }
  if (slice.messages !== messagesBetween(slice.from, slice.until)) {
    return `slice ${slice.number} counts ${slice.messages} messages, which its positions contradict`;
  }
  return undefined;
}

function unknown(head: Head, problem: string): Unknown {
  return { unknown: `${problem} (${head.pipeline})` };
}
