/** Says what goes wrong when it begins and when it changes, and not each time it is tried again. */
import { describeError } from '../errors.js';

export interface SaidOnce {
  /** `what` begins the line: the problem ends it. */
  readonly failed: (what: string, error: unknown) => void;
  /** Whatever went wrong with it is over: the next time it is said again. */
  readonly passed: (what: string) => void;
}

export function sayingOnce(say: (line: string) => void): SaidOnce {
  const problems = new Map<string, string>();
  return {
    failed(what, error) {
      const problem = describeError(error);
      if (problems.get(what) !== problem) say(`${what}: ${problem}`);
      problems.set(what, problem);
    },
    passed: (what) => void problems.delete(what),
  };
}
