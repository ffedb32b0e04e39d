/** `query`: base, real time, merged and truth of one question, side by side at one position; once, or as `watch` does. */
import { parseFlags, queryFlags } from '../../config/flags.js';
import type { LabName } from '../../resources.js';
import type { Clock, ServingStore } from '../../runtimes/ports.js';
import { answerDocument, readChecked } from '../answers.js';
import type { AnswerDocument, QueryDocument } from '../documents.js';
import { findLab } from '../lab.js';
import { liveQuestions, questionNamed } from '../live-version.js';
import type { CommandContext, CommandInput, Report, Reports } from '../report.js';
import { grouped, table } from '../text.js';

const truthWaitMs = 5000;

export function run(input: CommandInput, context: CommandContext): Reports {
  const { csv, watch } = parseFlags(queryFlags, input.options);
  return watch ? again(input, context) : once(input, context, csv);
}

async function* again(input: CommandInput, context: CommandContext): AsyncGenerator<Report> {
  const watch = await import('./watch.js');
  yield* watch.run(input, context);
}

async function once(input: CommandInput, context: CommandContext, csv: boolean): Promise<Report> {
  await using store = await (await findLab(input, context)).openStore();
  const { name } = questionNamed(input.arguments[0]!, await liveQuestions(store));
  const document = await queryDocument(input.lab, store, name, context.clock, truthWaitMs);
  return queryReport(document, csv ? (answer) => csvText(answer) : answerText);
}

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

const faces = [
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

/** One line a key, with the position in each, so that a line says by itself what it is; a header first, where it is wanted. */
export function csvText(answer: AnswerDocument, withHeader = true): string {
  const keys = Object.keys(answer.rows[0]?.key ?? {});
  const sums = Object.keys(answer.rows[0]?.sums ?? {});
  const columns = sums.flatMap((sum) => faces.map(([face]) => `${sum}_${face === 'realTime' ? 'real_time' : face}`));
  const head = ['pipeline', 'number', 'position', ...keys, ...columns];
  const rows = answer.rows.map((row) => [
    answer.pipeline,
    String(answer.number),
    JSON.stringify(answer.position),
    ...keys.map((key) => row.key[key]!),
    ...sums.flatMap((sum) => faces.map(([face]) => row.sums[sum]![face] ?? '')),
  ]);
  const lines = withHeader ? [head, ...rows] : rows;
  return lines.map((row) => row.map(csvCell).join(',')).join('\n');
}

function cell(value: string | null, face: string): string {
  if (value !== null) return grouped(value);
  return face === 'truth' ? '?' : '-';
}

/** RFC 4180. */
function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
