/**
 * The merge as it is often built: when a batch finishes, the speed layer forgets what it had and starts at the end of
 * the log. What came between the batch's cut and that moment is then in neither. It is here to be counted beside the
 * exact merge, and no answer is ever made of it. Pure.
 */
import type { Question } from '../questions/question.js';
import { plus, type SumTable, zero } from '../sums/table.js';
import type { Parts } from './merge.js';

/** Base ⊕ the slices that were written after the base was published (`publishedMs`, epoch ms; undefined: there is none). */
export function naiveMerge(question: Question, { base, slices }: Parts, publishedMs: number | undefined): SumTable {
  const kept = slices.filter(({ committedMs = 0 }) => publishedMs === undefined || committedMs > publishedMs);
  return kept.reduce((sums, slice) => plus(question, sums, slice.sums), base?.sums ?? zero);
}
