/**
 * A file of the embedded archive: Parquet, a row a message with the event's fields as columns, and why the rule rejected it.
 * So a batch reads the columns that its questions need, and a message is judged once, when it is archived; a directory
 * belongs to one rule, so no later rule can meet an older judgement. The bytes are kept beside the columns unless writing
 * the event anew gives the same ones, which is so of plain messages (src/events/plain.ts) and only of them.
 */
import { writeFile } from 'node:fs/promises';
import { fieldsOfKind, type Kind, kinds } from '../../events/rule.js';
import type { Message } from '../ports.js';
import { archiveColumns } from './archive-columns.js';
import { parquetBytes } from './parquet/file.js';
import type { Sql } from './sql-engine.js';
import { quoted, sqlText } from './sql-names.js';

/** Writes messages of one partition, ascending and without a gap, to a Parquet file. */
export async function writeMessages(path: string, messages: readonly Message[]): Promise<void> {
  // At once: a file is some eighty parts, and each would be a write of its own.
  await writeFile(path, Buffer.concat(parquetBytes(await archiveColumns(messages), messages.length)));
}

/** One file after the other into a new one. */
export async function concatenate(sql: Sql, path: string, files: readonly string[]): Promise<void> {
  await sql.run(`COPY (SELECT * FROM ${parquetFiles(files)}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd)`);
}

/** A message's bytes, of a row of such a file. */
export const messageBytes = `CASE WHEN value IS NULL AND reason IS NULL
  THEN encode((CASE kind ${kinds.map((kind) => `WHEN ${sqlText(kind)} THEN ${jsonOfKind(kind)}`).join(' ')} END)::VARCHAR)
  ELSE value END`;

function jsonOfKind(kind: Kind): string {
  return `to_json({${fieldsOfKind(kind)
    .map(({ name }) => `${sqlText(name)}: ${quoted(name)}`)
    .join(', ')}})`;
}

/** The table function that reads these files. */
export function parquetFiles(paths: readonly string[]): string {
  return `read_parquet([${paths.map(sqlText).join(', ')}])`;
}
