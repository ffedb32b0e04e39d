/**
 * The judge: whether a history of answers agrees with the log. A pure function of the two, so it can be run again on a
 * saved history. An answer is ok, wrong, or not known to be either; a run passes only if it could also have failed.
 * It shares no code with what made the answers: its facts come from ./fold.ts and nowhere else.
 */
import type { Position } from '../positions/position.js';
import { differences, sumsOfParts } from './compare.js';
import type { DeadLetterFlaws } from './dead-letters.js';
import type { LogFold } from './fold.js';
import { type History, type LogExtent, positionText, type SeenAnswer } from './history.js';
import { shortcomings } from './shortcomings.js';

/** What was found in the log when the judge was called. */
export interface LogFacts {
  readonly extent: LogExtent;
  /** By the origin's text: the log counted from each origin that an answer named. */
  readonly folds: ReadonlyMap<string, LogFold>;
  /** By the origin's text: where the dead-letter topic and the log disagree. */
  readonly deadLetterFlaws: ReadonlyMap<string, DeadLetterFlaws>;
}

/** The invariants of an answer that the judge checks, by the names of the design. */
export type Invariant = 'prefix' | 'forward' | 'nothing-silent';

/** One thing that is wrong with one answer. `expected` and `got` are texts, since sums outgrow JSON numbers. */
export interface Flaw {
  readonly invariant: Invariant;
  readonly what: string;
  readonly expected: string;
  readonly got: string;
  readonly key?: string;
}

/** A wrong answer: where it stood and what is wrong with it. */
export interface WrongAnswer {
  readonly question: string;
  readonly seenMs: number;
  readonly pipeline: string;
  readonly number: number;
  readonly position: Position;
  readonly baseId: number;
  readonly flaws: readonly Flaw[];
}

export interface QuestionVerdict {
  readonly question: string;
  readonly ok: number;
  readonly wrong: number;
  readonly unknown: number;
  readonly positions: number;
  readonly bases: number;
  readonly longestSilenceMs: number;
}

export interface Verdict {
  readonly verdict: 'pass' | 'unknown' | 'fail';
  readonly ok: number;
  readonly wrong: number;
  readonly unknown: number;
  readonly questions: readonly QuestionVerdict[];
  /** The first wrong answers. */
  readonly wrongAnswers: readonly WrongAnswer[];
  /** Why the run does not pass although nothing is wrong. */
  readonly shortcomings: readonly string[];
}

const shownMax = 5;

/** Judges every answer of a history, then the run as a whole: wrong answers fail it, anything missing leaves it unknown. */
export function judge(history: History, log: LogFacts): Verdict {
  const lost = lostLog(history, log.extent);
  const judged = history.experiment.questions.map((question) => judgeQuestion(history, log, question, lost));
  const sum = (count: (verdict: QuestionVerdict) => number) =>
    judged.reduce((all, { verdict }) => all + count(verdict), 0);
  const wrong = sum((verdict) => verdict.wrong);
  const missing = [...(lost === undefined ? [] : [lost]), ...judged.flatMap((one) => one.shortcomings)];
  return {
    verdict: wrong > 0 ? 'fail' : missing.length > 0 ? 'unknown' : 'pass',
    ok: sum((verdict) => verdict.ok),
    wrong,
    unknown: sum((verdict) => verdict.unknown),
    questions: judged.map((one) => one.verdict),
    wrongAnswers: judged.flatMap((one) => one.wrongAnswers).slice(0, shownMax),
    shortcomings: missing,
  };
}

/** A log that shrank or lost its beginning since the history was written cannot judge it. */
function lostLog(history: History, now: LogExtent): string | undefined {
  const before = history.logAtEnd;
  if (now.ends.length !== before.ends.length) {
    return `the log has ${now.ends.length} partitions, the history's had ${before.ends.length}`;
  }
  const shorter = now.ends.some((end, partition) => end < before.ends[partition]!);
  return shorter
    ? `the log ends at ${positionText(now.ends)}, before the history's end ${positionText(before.ends)}`
    : undefined;
}

interface JudgedQuestion {
  readonly verdict: QuestionVerdict;
  readonly wrongAnswers: readonly WrongAnswer[];
  readonly shortcomings: readonly string[];
}

function judgeQuestion(history: History, log: LogFacts, question: string, lost: string | undefined): JudgedQuestion {
  const seen = history.seen.filter((one) => one.question === question);
  const answers = seen.filter((one): one is SeenAnswer => !('unknown' in one));
  const wrongAnswers: WrongAnswer[] = [];
  const undecided = new Set<string>();
  const lastOfReader = new Map<number, SeenAnswer>();
  let unjudged = 0;
  for (const answer of answers) {
    const flaws = lost ?? flawsOf(answer, lastOfReader.get(answer.reader), history, log);
    lastOfReader.set(answer.reader, answer);
    if (typeof flaws === 'string') {
      unjudged += 1;
      undecided.add(flaws);
    } else if (flaws.length > 0) {
      const { seenMs, pipeline, number, position, baseId } = answer;
      wrongAnswers.push({ question, seenMs, pipeline, number, position, baseId, flaws });
    }
  }
  const run = shortcomings(history, question, seen, answers);
  return {
    verdict: {
      question,
      ok: answers.length - wrongAnswers.length - unjudged,
      wrong: wrongAnswers.length,
      unknown: seen.length - answers.length + unjudged,
      positions: run.positions,
      bases: run.bases,
      longestSilenceMs: run.longestSilenceMs,
    },
    wrongAnswers,
    shortcomings: [...(lost === undefined ? undecided : []), ...run.reasons],
  };
}

/** What is wrong with an answer (nothing, if it is right), or a text: why it cannot be judged. */
function flawsOf(
  answer: SeenAnswer,
  before: SeenAnswer | undefined,
  history: History,
  log: LogFacts,
): readonly Flaw[] | string {
  const { origin, position } = answer;
  const gone = origin.some((offset, partition) => offset < log.extent.starts[partition]!);
  if (gone) return `the log begins at ${positionText(log.extent.starts)}, above the origin ${positionText(origin)}`;
  const outside = outsideLog(answer, history.logAtEnd.ends);
  if (outside !== undefined) return [outside];
  return [
    ...backwards(answer, before),
    ...notThePrefix(answer, log.folds.get(positionText(origin))!),
    ...(log.deadLetterFlaws.get(positionText(origin))!.below(position) ?? []),
  ];
}

/** The log's end was read after the last answer, so no honest answer is ahead of it. */
function outsideLog({ origin, position, baseCut }: SeenAnswer, ends: Position): Flaw | undefined {
  const fits = (at: Position) =>
    at.length === ends.length && at.every((offset, i) => offset >= origin[i]! && offset <= ends[i]!);
  if (origin.length === ends.length && fits(position) && fits(baseCut)) return undefined;
  return {
    invariant: 'prefix',
    what: 'position',
    expected: `between ${positionText(origin)} and the log's end ${positionText(ends)}`,
    got: `${positionText(position)}, base up to ${positionText(baseCut)}`,
  };
}

function backwards(answer: SeenAnswer, before: SeenAnswer | undefined): readonly Flaw[] {
  if (before === undefined || answer.forced > before.forced) return [];
  if (answer.position.every((offset, partition) => offset >= before.position[partition]!)) return [];
  const expected = `at least ${positionText(before.position)}, as read before`;
  return [{ invariant: 'forward', what: 'position', expected, got: positionText(answer.position) }];
}

function notThePrefix(answer: SeenAnswer, fold: LogFold): readonly Flaw[] {
  const { declared } = answer;
  const whole = fold.prefix(answer.position)!;
  const base = fold.prefix(answer.baseCut)!;
  return [
    ...differentCount('messages', whole.messages, answer.messages),
    ...differentCount('rejected', whole.rejected, answer.rejected),
    ...differences(declared, '', whole.totals(declared), answer.merged),
    ...differences(declared, ' of the base', base.totals(declared), answer.base),
    ...differences(declared, ' of base and real time', answer.merged, sumsOfParts(declared, answer)),
  ];
}

function differentCount(what: string, expected: number, got: number): readonly Flaw[] {
  return expected === got ? [] : [{ invariant: 'prefix', what, expected: String(expected), got: String(got) }];
}
