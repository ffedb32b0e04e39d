/**
 * A CSV file's events: the header row names the fields, and each row becomes the JSON of an event. A cell is a number or
 * a boolean where the rule's field of that name is one, and its digits go out as they stand; an empty cell is no field.
 * It does not judge: a cell that does not fit stays a text, and the rule says of it what is wrong.
 */
import type { Readable } from 'node:stream';
import { type Info, parse } from 'csv-parse';
import { LabError } from '../../errors.js';
import { eventRule } from '../../events/rule.js';
import type { FileEvent } from './lines.js';

interface Row {
  readonly record: Readonly<Record<string, string>>;
  readonly info: Info;
}

/** A row that could not be read. */
interface Skipped {
  readonly line: number;
  readonly why: string;
}

const rowsAtOnce = 256;
const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** Throws `usage` where the first row names no field of an event. A row that is no CSV is refused, and the next one read. */
export async function* csvEvents(source: Readable, eventBytesMax: number): AsyncIterable<FileEvent[]> {
  let events: FileEvent[] = [];
  const parser = parse({
    columns: (names: string[]) => headerOf(names),
    ...{ bom: true, info: true, skip_empty_lines: true, skip_records_with_error: true },
    max_record_size: eventBytesMax,
    on_skip: (error) => {
      const skipped: Skipped = { line: Number(error?.lines ?? 0), why: error?.code ?? 'it cannot be read' };
      // Into the stream, in its place: a file of such rows is never held as a whole.
      parser.push(skipped);
      return undefined;
    },
  });
  source.once('error', (error) => parser.destroy(error));
  source.pipe(parser);
  for await (const row of parser as AsyncIterable<Row | Skipped>) {
    events.push(
      'why' in row
        ? { line: row.line, event: { refused: `no row of CSV: ${row.why}` } }
        : { line: row.info.lines, event: Buffer.from(jsonOf(row.record)) },
    );
    if (events.length < rowsAtOnce) continue;
    const full = events;
    events = [];
    yield full;
  }
  yield events;
}

const types = new Map(eventRule.map(({ name, type }) => [name, type]));

function headerOf(names: readonly string[]): string[] {
  const trimmed = names.map((name) => name.trim());
  if (trimmed.some((name) => types.has(name))) return trimmed;
  throw new LabError(`the first row names no field of an event: ${trimmed.slice(0, 5).join(', ')}`, {
    kind: 'usage',
    suggestion: `a header row such as ${[...types.keys()].join(',')}; --format jsonl where it is no CSV`,
    detail: { names: trimmed.slice(0, 50) },
  });
}

/** The digits themselves: a number that JavaScript would round is the rule's to refuse. */
function jsonOf(record: Row['record']): string {
  const fields = Object.entries(record)
    .filter(([, cell]) => cell !== '')
    .map(([name, cell]) => `${JSON.stringify(name)}:${cellJson(types.get(name), cell)}`);
  return `{${fields.join(',')}}`;
}

function cellJson(type: string | undefined, cell: string): string {
  if (type === 'integer' && jsonNumber.test(cell)) return cell;
  if (type === 'boolean' && (cell === 'true' || cell === 'false')) return cell;
  return JSON.stringify(cell);
}
