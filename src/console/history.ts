/**
 * The layers over time: for each question the totals of base, real time, answer and truth, and marks where a base was
 * published or readers moved. Bounded: when it is full its older half is thinned, so it reaches further back, coarser.
 * It lives in the console's process and begins anew with it; it never stands for what was not looked at. Pure.
 */

/** Totals of one question at one instant; `truth` is null where it was not known at that position. */
export interface Point {
  readonly atMs: number;
  readonly base: number;
  readonly realTime: number;
  readonly merged: number;
  readonly truth: number | null;
}

export interface Series {
  readonly question: string;
  /** Which of its sums is added up over all keys. */
  readonly sum: string;
  readonly points: readonly Point[];
}

/** Something that happened at an instant: `base 3`, `v2 is live`. */
export interface Mark {
  readonly atMs: number;
  readonly text: string;
}

export interface History {
  /** When the console began to look; before that nothing is known. */
  readonly sinceMs: number;
  readonly series: readonly Series[];
  readonly marks: readonly Mark[];
}

export const pointsMax = 900;
export const marksMax = 200;
const questionsMax = 40;

export function emptyHistory(sinceMs: number): History {
  return { sinceMs, series: [], marks: [] };
}

/** The history with one more point of a question. A question whose sum is another one now begins anew. */
export function withPoint(history: History, question: string, sum: string, point: Point): History {
  const before = history.series.find((one) => one.question === question && one.sum === sum);
  const last = before?.points.at(-1);
  if (last !== undefined && last.atMs >= point.atMs) return history;
  const series = { question, sum, points: thinned([...(before?.points ?? []), point]) };
  const others = history.series.filter((one) => one.question !== question);
  return { ...history, series: [...others, series].slice(-questionsMax) };
}

export function withMark(history: History, mark: Mark): History {
  return { ...history, marks: [...history.marks, mark].slice(-marksMax) };
}

/** Every second point of the older half goes; the newer half and both ends stay. */
export function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= pointsMax) return points;
  const half = Math.floor(points.length / 2);
  return points.filter((_, i) => i >= half || i % 2 === 0);
}

/** What a reader of both positions sees happen between two looks. */
export interface Standing {
  readonly live: string;
  readonly generation: number;
  readonly baseId: number;
}

/** The mark of a step, where there is one. `name` turns `kappa-2` into `v2`. */
export function markOf(before: Standing, now: Standing, name: (pipeline: string) => string): string | undefined {
  if (now.generation !== before.generation) return `${name(now.live)} is live`;
  return now.baseId === before.baseId ? undefined : `base ${now.baseId}`;
}
