/**
 * The answers as the console shows them: the document that `query` prints, bounded to so many keys, and its totals over
 * all of them. A total is an exact decimal text; only the chart's points are numbers. Pure.
 */
import type { AnswerDocument } from '../cli/documents.js';
import { presentedAnswers } from '../presented/all.js';
import { cellText } from '../presented/cell-text.js';
import { lacks, namedSums, type Presented } from '../presented/presented.js';
import type { Question } from '../questions/question.js';
import type { Point } from './history.js';

/** Most keys of one question that are sent; the others are in the totals and in `query`. */
export const rowsMax = 200;

export interface Totals {
  readonly base: string;
  readonly realTime: string;
  readonly merged: string;
  /** Null where the truth at this position is not known. */
  readonly truth: string | null;
  /** Answer less truth: 0 is right. */
  readonly error: string | null;
}

export interface AnswerView {
  readonly question: string;
  readonly asks: string;
  readonly atMs: number;
  /** Why there is no answer; then `answer` is null. */
  readonly unknown: string | null;
  readonly answer: AnswerDocument | null;
  /** The sum that is charted, by name, and its totals; null where none of the sums can be added up over keys. */
  readonly charted: { readonly sum: string; readonly totals: Totals } | null;
  /** Keys that were left out of `answer.rows`. */
  readonly rowsLeftOut: number;
  /** What is presented of the answer, made of all its keys. */
  readonly presented: readonly PresentedView[];
}

/** What is presented of an answer, as texts; without rows where the answer is unknown. */
export interface PresentedView {
  readonly name: string;
  readonly asks: string;
  readonly columns: readonly { readonly name: string; readonly isNumber: boolean }[];
  readonly rows: readonly (readonly string[])[];
  /** Rows after the last that is sent. */
  readonly rowsLeftOut: number;
  readonly says: string;
}

/** Most rows of what is presented that are sent: of all places, and elsewhere. */
export const presentedRowsMax = 13;

/** A question that was read, or why it could not be. */
export interface AnswerRead {
  readonly question: Question;
  readonly atMs: number;
  readonly answer: AnswerDocument | null;
  readonly unknown: string | null;
}

export function answerView({ question, atMs, answer, unknown }: AnswerRead): AnswerView {
  const sum = chartedSum(question);
  const presented = presentedAnswers
    .filter((one) => one.of.name === question.name && lacks(one, question) === undefined)
    .map((one) => presentedView(one, answer));
  const shared = { question: question.name, asks: question.asks, atMs, unknown, presented };
  if (answer === null) return { ...shared, answer: null, charted: null, rowsLeftOut: 0 };
  const totals = sum === undefined ? undefined : totalsOf(answer, sum);
  const rows = sum === undefined ? answer.rows.slice(0, rowsMax) : greatestRows(answer.rows, sum);
  return {
    ...shared,
    answer: { ...answer, rows },
    charted: sum === undefined || totals === undefined ? null : { sum, totals },
    rowsLeftOut: answer.rows.length - rows.length,
  };
}

function presentedView({ name, asks, columns, present }: Presented, answer: AnswerDocument | null): PresentedView {
  const { rows, says } = answer === null ? { rows: [], says: '' } : present(namedSums(answer.rows));
  const shown = rows.slice(0, presentedRowsMax);
  return {
    ...{ name, asks, says, rowsLeftOut: rows.length - shown.length },
    columns: columns.map((column) => ({ name: column.name, isNumber: column.kind !== 'text' })),
    rows: shown.map((row) => row.map((cell, i) => cellText(cell, columns[i]!.kind))),
  };
}

/** The point of a chart; null where nothing can be charted. */
export function pointOf({ atMs, charted }: AnswerView): Point | null {
  if (charted === null) return null;
  const { base, realTime, merged, truth } = charted.totals;
  return {
    atMs,
    base: Number(base),
    realTime: Number(realTime),
    merged: Number(merged),
    truth: truth === null ? null : Number(truth),
  };
}

/** A least and a greatest cannot be added up over keys; a count and a total can. */
export function chartedSum({ sums }: Pick<Question, 'sums'>): string | undefined {
  return Object.entries(sums).find(([, { sum }]) => sum !== 'least' && sum !== 'greatest')?.[0];
}

type Rows = AnswerDocument['rows'];

function totalsOf({ rows, compared }: AnswerDocument, sum: string): Totals {
  const add = (face: 'base' | 'realTime' | 'merged' | 'truth') =>
    rows.reduce((all, row) => all + BigInt(row.sums[sum]?.[face] ?? '0'), 0n);
  const merged = add('merged');
  const truth = compared === 'unknown' ? null : add('truth');
  return {
    base: add('base').toString(),
    realTime: add('realTime').toString(),
    merged: merged.toString(),
    truth: truth === null ? null : truth.toString(),
    error: truth === null ? null : (merged - truth).toString(),
  };
}

/** The keys with the most, in the order in which they came. */
function greatestRows(rows: Rows, sum: string): Rows {
  if (rows.length <= rowsMax) return rows;
  const value = (row: Rows[number]) => BigInt(row.sums[sum]?.merged ?? '0');
  const ranked = [...rows].sort((a, b) => (value(b) > value(a) ? 1 : value(b) < value(a) ? -1 : 0));
  const kept = new Set(ranked.slice(0, rowsMax));
  return rows.filter((row) => kept.has(row));
}
