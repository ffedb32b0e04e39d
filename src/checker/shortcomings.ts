/**
 * What a run of answers must have shown before it may pass: enough different positions, a base and slices merged, the
 * log's end of the start reached, and never silent for long. A run that could not have failed proves nothing. Pure.
 */
import { type Experiment, type History, type LogExtent, positionText, type Seen, type SeenAnswer } from './history.js';

/** A pass needs at least so many different positions. */
export const positionsMin = 20;
/** Without an answer for longer than this, a run is unknown: when nothing was killed, and when something was. */
export const silenceQuietMsMax = 2_000;
export const silenceAfterKillMsMax = 60_000;
/** Answers wanted a second for each question, while there are any. */
export const answersPerSecondMin = 5;

export interface RunFigures {
  readonly positions: number;
  readonly bases: number;
  /** The longest time between two answers, or from the start to the first, or from the last to the end. */
  readonly longestSilenceMs: number;
  readonly reasons: readonly string[];
}

/** Whether a question has shown too little for a pass, of a kind that more time can bring. */
export function seenTooLittle({ questions }: Experiment, logAtStart: LogExtent, seen: readonly Seen[]): boolean {
  return questions.some((question) => {
    const answers = seen.filter((one): one is SeenAnswer => one.question === question && !('unknown' in one));
    return countPositions(answers) < positionsMin || !hasBoth(answers) || !reachesStart(logAtStart, answers);
  });
}

/** The figures of one question's run, and the reasons for which it cannot pass. */
export function shortcomings(
  history: History,
  question: string,
  seen: readonly Seen[],
  answers: readonly SeenAnswer[],
): RunFigures {
  const positions = countPositions(answers);
  const moments = [history.startedMs, ...answers.map((answer) => answer.seenMs), history.endedMs];
  const gaps = moments.slice(1).map((moment, i) => moment - moments[i]!);
  const longestSilenceMs = Math.max(...gaps);
  const silenceMsMax = history.experiment.afterKill ? silenceAfterKillMsMax : silenceQuietMsMax;
  const reasons: string[] = [];
  if (positions < positionsMin)
    reasons.push(`only ${positions} different positions, at least ${positionsMin} are needed`);
  if (!hasBoth(answers)) {
    reasons.push('no answer had both a base with sums and slices after it');
  }
  if (!reachesStart(history.logAtStart, answers)) {
    reasons.push(`the last answer does not cover the log's end at the start, ${positionText(history.logAtStart.ends)}`);
  }
  if (longestSilenceMs > silenceMsMax) {
    const said = lastUnknown(seen);
    reasons.push(
      `no answer for ${longestSilenceMs} ms, at most ${silenceMsMax} ms are allowed${said === undefined ? '' : ` (${said})`}`,
    );
  }
  const perSecond = answersPerSecond(gaps);
  if (perSecond < answersPerSecondMin) {
    reasons.push(`${perSecond.toFixed(1)} answers a second, at least ${answersPerSecondMin} are needed`);
  }
  return {
    positions,
    bases: new Set(answers.map((answer) => `${answer.incarnation}/${answer.baseId}`)).size,
    longestSilenceMs,
    reasons: reasons.map((reason) => `${question}: ${reason}`),
  };
}

function countPositions(answers: readonly SeenAnswer[]): number {
  return new Set(answers.map((answer) => positionText(answer.position))).size;
}

/** Whether any answer was a merge: of a base with sums and of slices after it. */
function hasBoth(answers: readonly SeenAnswer[]): boolean {
  return answers.some((answer) => answer.base.size > 0 && answer.slices > 0);
}

function reachesStart(logAtStart: LogExtent, answers: readonly SeenAnswer[]): boolean {
  const last = answers.at(-1);
  return last !== undefined && logAtStart.ends.every((end, partition) => (last.position[partition] ?? 0) >= end);
}

/** How often answers came while they came at all: a silence is judged by its length, not by this. */
function answersPerSecond(gaps: readonly number[]): number {
  const spoken = gaps.filter((gap) => gap <= 1000);
  const spokenMs = spoken.reduce((sum, gap) => sum + gap, 0);
  return spokenMs === 0 ? 0 : (spoken.length * 1000) / spokenMs;
}

function lastUnknown(seen: readonly Seen[]): string | undefined {
  const last = seen.findLast((one) => 'unknown' in one);
  return last !== undefined && 'unknown' in last ? last.unknown : undefined;
}
