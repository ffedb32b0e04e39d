/**
 * The merge as it is often built: when a batch finishes, the speed layer forgets what it had and starts at the end of
 * the log. What came between the batch's cut and that moment is then in neither. It is here to be counted beside the
 * exact merge, and no answer is ever made of it. Pure.
 */
import type { Question } from '../questions/question.js';
import { plusAll, type SumTable, zero } from '../sums/table.js';
import { epochOf, type Head } from './head.js';
import type { Parts } from './merge.js';

/**
 * Base ⊕ the slices that were written after the base was published (`publishedMs`, epoch ms; undefined: there is none).
 * Of parts without a fold: there the speed layer never forgot.
 */
export function naiveMerge(
  head: Pick<Head, 'segments'>,
  question: Question,
  { base, slices }: Omit<Parts, 'fold'>,
  publishedMs: number | undefined,
): SumTable {
  const committed = slices.filter(({ epoch, number }) => epoch === epochOf(head, number));
  const kept = committed.filter(({ committedMs = 0 }) => publishedMs === undefined || committedMs > publishedMs);
  return plusAll(question, [base?.sums ?? zero, ...kept.map(({ sums }) => sums)]);
}
