/** One question's answer, read now and told as a document or as text: for `query`, for `watch`, and for what `up` ends with. */
import type { LabName } from '../../resources.js';
import type { Clock, ServingStore } from '../../runtimes/ports.js';
import { answerDocument, readChecked } from '../answers.js';
import type { AnswerDocument, QueryDocument } from '../documents.js';
import type { Report } from '../report.js';
import { grouped, table } from '../text.js';

/** Reads one question now. */
export async function queryDocument(
  lab: LabName,
  store: ServingStore,
  question: string,
  clock: Clock,
  waitMs: number,
): Promise<QueryDocument> {
  const checked = await readChecked(store, question, clock, waitMs);
  const unknown = 'unknown' in checked ? checked.unknown : null;
  const answer = 'unknown' in checked ? null : answerDocument(checked);
  return { schema: 'snacklab/query', version: 1, lab, question, atMs: clock.nowMs(), answer, unknown };
}

/** A wrong answer fails, and none is unknown; one whose truth is not there yet is an answer. */
export function queryReport(document: QueryDocument, textOf: (answer: AnswerDocument) => string): Report {
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

/** The question, where the answer stands, and a row a key for each sum. */
export function answerText(answer: AnswerDocument): string {
  const keys = Object.keys(answer.rows[0]?.key ?? {});
  const sums = Object.keys(answer.rows[0]?.sums ?? {});
  const head = [...keys, ...sums.flatMap((sum) => faces.map(([, title]) => `${sum} ${title}`))];
  const rows = answer.rows.map((row) => [
    ...keys.map((key) => row.key[key]!),
    ...sums.flatMap((sum) => faces.map(([face]) => cell(row.sums[sum]![face], face))),
  ]);
  return [answer.asks, positionText(answer), '', rows.length === 0 ? 'no event yet' : table(head, rows)].join('\n');
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

function cell(value: string | null, face: string): string {
  if (value !== null) return grouped(value);
  return face === 'truth' ? '?' : '-';
}
