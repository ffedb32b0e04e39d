/** Adds up what an answer is made of: the base, and the real-time tables after it. */
import { isDeepStrictEqual } from 'node:util';
import type { Question } from '../questions/question.js';
import { plus, plusAll, type SumTable, zero } from '../sums/table.js';

/** The sums of the real-time tables, and with the base's. */
export interface AddedUp {
  readonly realTime: SumTable;
  readonly merged: SumTable;
}

/** Throws `unknown` when a sum leaves 64 bits. */
export type AddUp = (question: Question, base: SumTable, after: readonly SumTable[]) => AddedUp;

export const addUp: AddUp = (question, base, after) => goOn(question, { realTime: zero, merged: base }, after);

/** What was added up, and more tables; the very same sums where there are none. */
export function goOn(question: Question, { realTime, merged }: AddedUp, more: readonly SumTable[]): AddedUp {
  if (more.length === 0) return { realTime, merged };
  const sums = plusAll(question, more);
  return { realTime: plus(question, realTime, sums), merged: plus(question, merged, sums) };
}

/**
 * For a reader that adds up the same tables again and again: where the first of them are the very objects that it added up
 * last, for the same question, it goes on from there. Equal tables are not enough: to find them equal costs as much.
 */
export function addingUpAgain(): AddUp {
  const lastOf = new Map<string, Last>();
  return (question, base, after) => {
    const last = lastOf.get(question.name);
    const isSame = last !== undefined && last.base === base && isDeepStrictEqual(last.question, question);
    const shared = isSame ? sharedStart(last.after, after) : 0;
    const goesOn = isSame && shared === last.after.length;
    const sums = goesOn ? goOn(question, last.sums, after.slice(shared)) : addUp(question, base, after);
    // Whoever looked at the head a while ago adds up fewer: what comes next goes on from the more.
    const isEarlier = isSame && !goesOn && shared === after.length;
    if (!isEarlier) lastOf.set(question.name, { question, base, after, sums });
    return sums;
  };
}

interface Last {
  readonly question: Question;
  readonly base: SumTable;
  readonly after: readonly SumTable[];
  readonly sums: AddedUp;
}

function sharedStart(a: readonly SumTable[], b: readonly SumTable[]): number {
  const different = a.findIndex((table, i) => table !== b[i]);
  return different === -1 ? a.length : different;
}
