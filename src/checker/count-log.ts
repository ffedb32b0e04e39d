/**
 * Counts the log once for all answers of a history: which origins and offsets they name, the one pass over the
 * messages, and the dead letters beside it. The messages are handed in. Pure.
 */
import type { Position } from '../positions/position.js';
import type { Question } from '../questions/question.js';
import { DeadLetterFlaws, type DeadLetters } from './dead-letters.js';
import { LogFold } from './fold.js';
import { type History, type LogExtent, positionText, type SeenAnswer } from './history.js';
import type { LogFacts } from './judge.js';

/** Counting under way: where to read from and to, and what to call with each message. */
export interface LogCount {
  /** From here the log has to be read; undefined where no answer names an origin. */
  readonly from: Position | undefined;
  add(partition: number, offset: number, value: Uint8Array | null): void;
  /** Ends the count once the log was read up to `extent.ends`. */
  finish(extent: LogExtent, deadLetters: DeadLetters): LogFacts;
}

/** The count that a history needs. Answers whose origin is not in the log any more are left to the judge. */
export function countFor(history: History): LogCount {
  const folds = foldsFor(history);
  const all = [...folds.values()];
  return {
    from: leastOf(all.map((fold) => fold.origin)),
    add(partition, offset, value) {
      for (const fold of all) fold.add(partition, offset, value);
    },
    finish(extent, deadLetters) {
      for (const fold of all) fold.finish(extent.ends);
      const flaws = [...folds].map(([origin, fold]) => [origin, new DeadLetterFlaws(fold, deadLetters)] as const);
      return { extent, folds, deadLetterFlaws: new Map(flaws) };
    },
  };
}

function foldsFor(history: History): ReadonlyMap<string, LogFold> {
  const answers = history.seen.filter((one): one is SeenAnswer => !('unknown' in one));
  const origins = new Map(answers.map((answer) => [positionText(answer.origin), answer.origin]));
  const partitions = history.logAtEnd.ends.length;
  const folds = new Map<string, LogFold>();
  for (const [text, origin] of origins) {
    if (origin.length !== partitions) continue;
    const named = answers.filter((answer) => positionText(answer.origin) === text);
    const wanted = named.flatMap((answer) => [answer.position, answer.baseCut]);
    folds.set(text, new LogFold(origin, declarations(named), wanted));
  }
  return folds;
}

/** What the answers ask, each once: two versions may mean different things by one name. */
function declarations(answers: readonly SeenAnswer[]): readonly Question[] {
  return [...new Map(answers.map(({ declared }) => [JSON.stringify(declared), declared])).values()];
}

function leastOf(positions: readonly Position[]): Position | undefined {
  if (positions.length === 0) return undefined;
  return positions[0]!.map((_, partition) => Math.min(...positions.map((position) => position[partition]!)));
}
