/**
 * Served views in DuckDB: a table per question in the architecture's schema, named and laid out as in Cassandra, replaced
 * whole in one transaction and only by a later version (protocol rule 12).
 */
import type { DuckDBValue } from '@duckdb/node-api';
import type { Question } from '../../questions/question.js';
import { faceValues, keyColumns, servedTable, sumColumn, sumFaces } from '../../serving/served-view.js';
import type { ServedRow, ServedView, ServingStore } from '../ports.js';
import type { Database, Statements } from './database.js';

/** Rows of one statement. */
const rowsMax = 100;

export function viewsOn(database: Database, schema: string) {
  return {
    replaceView: (view) =>
      database.transaction(async (statements) => {
        const table = servedTable(view.question);
        const there = await versionOf(statements, schema, table, view.face);
        if (there !== undefined && there > view.version) return;
        await statements.run(createStatement(schema, view.question));
        await clear(statements, schema, table, view.face);
        await statements.run(`INSERT INTO ${schema}.views VALUES ($1, $2, $3, $4, $5)`, [
          ...[table, view.question.name, view.face, String(view.version)],
          JSON.stringify({
            number: view.number,
            pipeline: view.pipeline,
            position: view.position,
            asOfMs: view.asOfMs,
          }),
        ]);
        await insertRows(statements, `${schema}.${table}`, view);
      }),
    emptyOtherViews: (kept, version) =>
      database.transaction(async (statements) => {
        const keptTables = new Set(kept.map(servedTable));
        for (const row of await statements.all(`SELECT view, face FROM ${schema}.views`)) {
          const [table, face] = [String(row.view), String(row.face)];
          // Of the same version the rows win, as they do in Cassandra.
          if (keptTables.has(table) || (await versionOf(statements, schema, table, face))! >= version) continue;
          await clear(statements, schema, table, face);
          // What is emptied stays empty against a late writer of an older version.
          await statements.run(`INSERT INTO ${schema}.views VALUES ($1, '', $2, $3, '{}')`, [
            table,
            face,
            String(version),
          ]);
        }
      }),
  } satisfies Partial<ServingStore>;
}

async function versionOf({ all }: Statements, schema: string, table: string, face: string) {
  const [row] = await all(`SELECT version FROM ${schema}.views WHERE view = $1 AND face = $2`, [table, face]);
  return row === undefined ? undefined : BigInt(String(row.version));
}

async function clear({ run }: Statements, schema: string, table: string, face: string): Promise<void> {
  await run(`DELETE FROM ${schema}.views WHERE view = $1 AND face = $2`, [table, face]);
  await run(`DELETE FROM ${schema}.${table} WHERE face = $1`, [face]);
}

function createStatement(schema: string, question: Question): string {
  const keys = keyColumns(question).map((column) => `"${column}" VARCHAR`);
  const sums = Object.keys(question.sums).flatMap((sum) => sumFaces.map((face) => `${sumColumn(sum, face)} BIGINT`));
  return `CREATE TABLE IF NOT EXISTS ${schema}.${servedTable(question)} (${['face VARCHAR', ...keys, ...sums].join(', ')})`;
}

async function insertRows({ run }: Statements, table: string, { question, face, rows }: ServedView): Promise<void> {
  const width = 1 + question.key.length + sumFaces.length * Object.keys(question.sums).length;
  for (let from = 0; from < rows.length; from += rowsMax) {
    const some = rows.slice(from, from + rowsMax);
    const marks = some.map(
      (_, row) => `(${Array.from({ length: width }, (_, i) => `$${row * width + i + 1}`).join(', ')})`,
    );
    await run(
      `INSERT INTO ${table} VALUES ${marks.join(', ')}`,
      some.flatMap((row) => [face, ...valuesOf(question, row)]),
    );
  }
}

function valuesOf(question: Question, row: ServedRow): readonly DuckDBValue[] {
  const keys = keyColumns(question).map((column) => row.key[column]!);
  const sums = Object.keys(question.sums).flatMap((name) => {
    const faces = faceValues(row.sums[name]!);
    return sumFaces.map((face) => faces[face]);
  });
  return [...keys, ...sums];
}
