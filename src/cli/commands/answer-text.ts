/** One question's answer, read now and told as a document or as text: for `query`, for `watch`, and for what `up` ends with. */
import type { Question } from '../../questions/question.js';
import type { LabName } from '../../resources.js';
import type { Clock, ServingStore } from '../../runtimes/ports.js';
import { answerDocument, readChecked } from '../answers.js';
import type { AnswerDocument, QueryDocument } from '../documents.js';
import type { Report } from '../report.js';
import { grouped, table } from '../text.js';

/** What was read of a question, and the question as the version that answered declares it; undefined where none did. */
export interface QueryRead {
  readonly document: QueryDocument;
  readonly question: Question | undefined;
}

/** Reads one question now. */
export async function readQuery(
  lab: LabName,
  store: ServingStore,
  question: string,
  clock: Clock,
  waitMs: number,
): Promise<QueryRead> {
  const checked = await readChecked(store, question, clock, waitMs);
  const unknown = 'unknown' in checked ? checked.unknown : null;
  const answer = 'unknown' in checked ? null : answerDocument(checked);
  const document = {
    schema: 'snacklab/query',
    version: 1,
    lab,
    question,
    atMs: clock.nowMs(),
    answer,
    unknown,
  } as const;
  return { document, question: 'unknown' in checked ? undefined : checked.answer.question };
}

/** A report that always says what it ends with. */
interface JudgedReport extends Report {
  readonly verdict: 'pass' | 'fail' | 'unknown';
}

/** A wrong answer fails, and none is unknown; one whose truth is not there yet is an answer. */
export function queryReport(document: QueryDocument, textOf: (answer: AnswerDocument) => string): JudgedReport {
  const { answer, unknown } = document;
  if (answer === null) return { document, text: `unknown: ${unknown}`, verdict: 'unknown' };
  return { document, text: textOf(answer), verdict: answer.compared === 'different' ? 'fail' : 'pass' };
}

/** The faces of a sum, as a document names them, and as a reader does. */
export const faces = [
  ['base', 'base'],
  ['realTime', 'real time'],
  ['merged', 'merged'],
  ['truth', 'truth'],
] as const;

/** More sums than this side by side are wider than most terminals. */
const sumsSideBySide = 2;

/** The question, where the answer stands, and its rows: one a key, or one a key and sum where sums are many. */
export function answerText(answer: AnswerDocument): string {
  const sums = Object.keys(answer.rows[0]?.sums ?? {});
  const rows = sums.length > sumsSideBySide ? rowBySum(answer, sums) : rowByKey(answer, sums);
  return [answer.asks, positionText(answer), '', answer.rows.length === 0 ? 'no event yet' : rows].join('\n');
}

function rowByKey({ rows, compared }: AnswerDocument, sums: readonly string[]): string {
  const keys = Object.keys(rows[0]?.key ?? {});
  const head = [...keys, ...sums.flatMap((sum) => faces.map(([, title]) => `${sum} ${title}`))];
  const lines = rows.map((row) => [
    ...keys.map((key) => row.key[key]!),
    ...sums.flatMap((sum) => faces.map(([face]) => cell(row.sums[sum]![face], face, compared))),
  ]);
  return table(head, lines);
}

function rowBySum({ rows, compared }: AnswerDocument, sums: readonly string[]): string {
  const keys = Object.keys(rows[0]!.key);
  const head = [...keys, 'sum', ...faces.map(([, title]) => title)];
  const lines = rows.flatMap((row) =>
    sums.map((sum) => [
      ...keys.map((key) => row.key[key]!),
      sum,
      ...faces.map(([face]) => cell(row.sums[sum]![face], face, compared)),
    ]),
  );
  return table(head, lines);
}

/** Where an answer stands and how it compares. */
export function positionText(answer: AnswerDocument): string {
  const { pipeline, position, number, messages, rejected, base, slices, repeats } = answer;
  const comparison = {
    equal: 'merged = truth',
    different: 'WRONG: merged differs from the truth',
    unknown: 'truth not known at this position yet',
  }[answer.compared];
  const known = repeats === null ? '' : `, ${grouped(repeats)} of them known repeats`;
  return (
    `${pipeline} at ${JSON.stringify(position)} (slice ${number}): ${grouped(messages)} messages${known}, ` +
    `${grouped(rejected)} rejected; base ${base.id} and ${slices} slices; ${comparison}`
  );
}

/** Null is a least or greatest of no event, and of the truth also what is not known. */
function cell(value: string | null, face: string, compared: AnswerDocument['compared']): string {
  if (value !== null) return grouped(value);
  return face === 'truth' && compared === 'unknown' ? '?' : '-';
}
