/**
 * What is presented, in Cassandra: a table each, whose one partition is replaced in one batch. As with served views the
 * timestamps of a batch come from its version, so a late writer changes nothing (protocol rule 12).
 */
import { cellText } from '../../presented/cell-text.js';
import type { Cell, ColumnKind } from '../../presented/presented.js';
import type { KeepPanelRows, PanelRows, PanelTable } from '../../serving/keep-presented.js';
import type { CassandraSession, Statement } from './cassandra-session.js';
import { keyspace } from './schema.js';

/** A rounded figure may be unknown, which a number cannot say: it is a text. */
const types: Readonly<Record<ColumnKind, string>> = {
  ...{ text: 'text', count: 'bigint', cents: 'bigint', share: 'double', degrees: 'double', number: 'text' },
};

/** The one partition of each table. */
export const newestFace = 'answer';

/** `unprofitable-machines` is in `presented_unprofitable_machines`. */
export const panelTableName = ({ name }: PanelTable): string => `presented_${name.replaceAll('-', '_')}`;

/** `minutes left` is in `minutes_left`, `r²` in `r_squared`. No column has a name that CQL keeps for itself: a test looks. */
export const panelColumn = (name: string): string => name.replaceAll('²', '_squared').replaceAll(/[ -]/g, '_');

/** The statement that makes a table, if it is not there. Rows are in the order of their rank. */
export function createPanelTable(table: PanelTable): string {
  const columns = table.columns.map(({ name, kind }) => `${panelColumn(name)} ${types[kind]}`).join(', ');
  return `CREATE TABLE IF NOT EXISTS ${keyspace}.${panelTableName(table)} (
    face text, lab text static, as_of timestamp static, rank int, ${columns},
    PRIMARY KEY (face, rank))`;
}

/** The tables of one lab. */
export function panelTablesOn(session: CassandraSession, lab: string): KeepPanelRows {
  return (rows) => session.writeTogether(replaceStatements(lab, rows));
}

/** The statements that replace a table's rows, to be executed as one batch. */
export function replaceStatements(lab: string, { table, version, asOfMs, rows }: PanelRows): readonly Statement[] {
  const name = `${keyspace}.${panelTableName(table)}`;
  const deletedAt = version * 2n;
  const clear = { query: `DELETE FROM ${name} USING TIMESTAMP ? WHERE face = ?`, params: [deletedAt, newestFace] };
  // Without rows nothing is written: what stands once in a partition would show up as a row of its own.
  if (rows.length === 0) return [clear];
  const insert = (columns: readonly string[], values: readonly unknown[]): Statement => ({
    query: `INSERT INTO ${name} (face, ${columns.join(', ')}) VALUES (?, ${columns.map(() => '?').join(', ')}) USING TIMESTAMP ?`,
    params: [newestFace, ...values, deletedAt + 1n],
  });
  const columns = table.columns.map((column) => panelColumn(column.name));
  const values = (row: readonly Cell[]) => row.map((cell, i) => storedValue(cell, table.columns[i]!.kind));
  return [
    clear,
    insert(['lab', 'as_of'], [lab, new Date(asOfMs)]),
    ...rows.map((row, rank) => insert(['rank', ...columns], [rank, ...values(row)])),
  ];
}

function storedValue(cell: Cell, kind: ColumnKind): unknown {
  if (kind === 'number') return cellText(cell, kind);
  return kind === 'share' || kind === 'degrees' ? Number(cell) : cell;
}
