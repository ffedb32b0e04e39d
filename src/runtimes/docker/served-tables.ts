/**
 * Served views in Cassandra: the table of a question, and the one batch that replaces a view.
 * All statements of a replacement are for one partition, so readers see the old view or the new one, and their
 * timestamps come from the version, so a late writer of an older view changes nothing (protocol rule 12).
 */

import { formatPosition } from '../../positions/position.js';
import type { Question } from '../../questions/question.js';
import { faceValues, keyColumns, type SumFace, servedTable, sumColumn, sumFaces } from '../../serving/served-view.js';
import type { ServedView } from '../ports.js';
import type { Statement } from './cassandra-session.js';
import { keyspace } from './schema.js';

/** What is the same for all rows of a view stands once in its partition; a SELECT shows it in each row. */
const viewColumns = ['as_of', 'number', 'pipeline', 'position'] as const;

/** The statement that makes a question's table, if it is not there. */
export function createServedTable(question: Question): string {
  const keys = keyColumns(question);
  const sums = Object.keys(question.sums).flatMap((sum) => sumFaces.map((face) => `${sumColumn(sum, face)} bigint`));
  // The grace period stays at its default of days: the delete in each replacement must outlive any late writer.
  return `CREATE TABLE IF NOT EXISTS ${keyspace}.${servedTable(question)} (
    lab text, face text,
    as_of timestamp static, number bigint static, pipeline text static, position text static,
    ${[...keys.map((key) => `${quoted(key)} text`), ...sums].join(', ')},
    PRIMARY KEY ((lab, face), ${keys.map(quoted).join(', ')}))`;
}

/** The statements that replace a view, to be executed as one batch. */
export function replaceStatements(lab: string, view: ServedView): readonly Statement[] {
  const name = servedTable(view.question);
  const table = `${keyspace}.${name}`;
  const writtenAt = deletedAt(view.version) + 1n;
  const clear = clearStatement(name, lab, view.face, view.version);
  // Without rows nothing is written: a partition with static columns only would show up as a row without a key.
  if (view.rows.length === 0) return [clear];
  const { face, asOfMs, number, pipeline, position } = view;
  const common: Statement = {
    query: insertText(table, ['lab', 'face', ...viewColumns]),
    params: [lab, face, new Date(asOfMs), BigInt(number), pipeline, formatPosition(position), writtenAt],
  };
  return [clear, common, ...insertRows(table, lab, view, writtenAt)];
}

/** The statement that empties one view, by the version that makes it empty. */
export function clearStatement(servedTable: string, lab: string, face: ServedView['face'], version: bigint): Statement {
  return {
    query: `DELETE FROM ${keyspace}.${servedTable} USING TIMESTAMP ? WHERE lab = ? AND face = ?`,
    params: [deletedAt(version), lab, face],
  };
}

/** Just below what the version writes. */
function deletedAt(version: bigint): bigint {
  return version * 2n;
}

/** The statements that write rows: one text for all of them. */
function insertRows(table: string, lab: string, view: ServedView, writtenAt: bigint): readonly Statement[] {
  const { question, face } = view;
  const keys = keyColumns(question);
  const names = Object.keys(question.sums);
  const sums = names.flatMap((name) => sumFaces.map((one) => sumColumn(name, one)));
  const query = insertText(table, ['lab', 'face', ...keys.map(quoted), ...sums]);
  return view.rows.map((row) => {
    const values: unknown[] = [lab, face, ...keys.map((key) => row.key[key])];
    for (const name of names) {
      const faces = faceValues(row.sums[name]!);
      for (const one of sumFaces) values.push(unsetIfUnknown(faces, one));
    }
    return { query, params: [...values, writtenAt] };
  });
}

/** A null would be written as a deletion, which wins over a value of the same version; undefined is not written. */
function unsetIfUnknown(faces: Readonly<Record<SumFace, bigint | null>>, face: SumFace): bigint | undefined {
  return faces[face] ?? undefined;
}

function insertText(table: string, columns: readonly string[]): string {
  const marks = columns.map(() => '?').join(', ');
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks}) USING TIMESTAMP ?`;
}

function quoted(column: string): string {
  return `"${column}"`;
}
