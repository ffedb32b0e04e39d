/** The one error of a sum that leaves 64 bits, whoever adds it up: which sum of which question, and what to do. Pure. */
import { LabError } from '../errors.js';

/** Which sum of which question. */
export interface SumName {
  readonly question: string;
  readonly sum: string;
}

/** `unknown`: there is no such number to tell, and no later try finds one. */
export function overflowed({ question, sum }: SumName, value: bigint): LabError {
  return new LabError(`the sum ${sum} of ${question} left 64 bits: ${value}`, {
    kind: 'unknown',
    suggestion: 'start a version whose questions leave that sum out, or have a finer key',
    detail: { question, sum, value: String(value) },
  });
}
