/** An answer as comma-separated values: a line a key, with the position in each, so that a line says by itself what it is. */
import type { AnswerDocument } from '../documents.js';
import { faces } from './answer-text.js';

export interface Csv {
  readonly header: string;
  readonly lines: readonly string[];
}

/** The header, and the lines below it. Without rows nothing is known of the columns that keys and sums would have. */
export function csvOf(answer: AnswerDocument): Csv {
  const keys = Object.keys(answer.rows[0]?.key ?? {});
  const sums = Object.keys(answer.rows[0]?.sums ?? {});
  const columns = sums.flatMap((sum) => faces.map(([face]) => `${sum}_${face === 'realTime' ? 'real_time' : face}`));
  const lines = answer.rows.map((row) =>
    csvLine([
      answer.pipeline,
      String(answer.number),
      JSON.stringify(answer.position),
      ...keys.map((key) => row.key[key]!),
      ...sums.flatMap((sum) => faces.map(([face]) => row.sums[sum]![face] ?? '')),
    ]),
  );
  return { header: csvLine(['pipeline', 'number', 'position', ...keys, ...columns]), lines };
}

/** RFC 4180. */
export function csvLine(cells: readonly string[]): string {
  return cells.map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(',');
}
