/** What is presented of an answer, as a document, as text and as comma-separated values. */
import { cellText } from '../../presented/cell-text.js';
import { type Cell, lacks, namedSums, type Presented } from '../../presented/presented.js';
import type { PresentedAnswer, PresentedDocument } from '../documents-presented.js';
import { table } from '../text.js';
import { type Csv, csvLine } from './answer-csv.js';
import type { QueryRead } from './answer-text.js';

/** Presents what was read of the question that it is made of. */
export function presentedDocument(presented: Presented, { document: query, question }: QueryRead): PresentedDocument {
  const { name, asks, of, columns, present } = presented;
  const { lab, atMs, answer: read } = query;
  // By the version that gave it: readers may have been switched to one that means something else by the name.
  const why = question === undefined ? query.unknown : (lacks(presented, question) ?? null);
  const document = {
    schema: 'snacklab/presented',
    version: 1,
    lab,
    name,
    asks,
    of: of.name,
    atMs,
    unknown: why,
  } as const;
  if (read === null || why !== null) return { ...document, answer: null };
  const { pipeline, position, number, messages, compared } = read;
  const { rows, says } = present(namedSums(read.rows));
  const shown = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.name, plainValue(row[i]!)])));
  const answer = { pipeline, position, number, messages, compared, columns: [...columns], rows: shown, says };
  return { ...document, answer };
}

const plainValue = (cell: Cell): string | number => (typeof cell === 'bigint' ? cell.toString() : cell);

/** Made of wrong sums it is wrong; unknown is what has no answer. */
export function presentedReport({ asks, answer, unknown }: PresentedDocument) {
  if (answer === null) return { text: `unknown: ${unknown}`, verdict: 'unknown' } as const;
  const head = answer.columns.map(({ name }) => name);
  const rows = answer.rows.map((row) => answer.columns.map(({ name, kind }) => cellText(row[name]!, kind)));
  const text = [asks, presentedLine(answer), '', rows.length === 0 ? 'none' : table(head, rows)].join('\n');
  return { text, verdict: answer.compared === 'different' ? 'fail' : 'pass' } as const;
}

/** Where it stands, and what its rows do not say. */
export function presentedLine({ pipeline, position, number, compared, says }: PresentedAnswer): string {
  const truth = {
    equal: 'its sums equal the truth',
    different: 'WRONG: its sums differ from the truth',
    unknown: 'truth not known at this position yet',
  }[compared];
  return `${pipeline} at ${JSON.stringify(position)} (slice ${number}): ${says}; ${truth}`;
}

/** A line a row, with the position in each, as an answer's. */
export function presentedCsv({ pipeline, number, position, columns, rows }: PresentedAnswer): Csv {
  const names = columns.map(({ name }) => name);
  return {
    header: csvLine(['pipeline', 'number', 'position', ...names]),
    lines: rows.map((row) =>
      csvLine([pipeline, String(number), JSON.stringify(position), ...names.map((name) => String(row[name]))]),
    ),
  };
}
