/** Served views as the store writes them: one replaced whole, or all emptied that nobody asks any more. */

import type { Question } from '../../questions/question.js';
import { servedTable, servedTablePrefix, viewFaces } from '../../serving/served-view.js';
import type { ServingStore } from '../ports.js';
import type { CassandraSession } from './cassandra-session.js';
import { cql } from './cql.js';
import { keyspace } from './schema.js';
import { clearStatement, replaceStatements } from './served-tables.js';

export function viewsOn(
  session: CassandraSession,
  architecture: string,
): Pick<ServingStore, 'replaceView' | 'emptyOtherViews'> {
  return {
    replaceView: (view) => session.writeTogether(replaceStatements(architecture, view)),
    async emptyOtherViews(kept, version) {
      for (const table of await otherTables(session, kept)) {
        for (const face of viewFaces) await session.write(clearStatement(table, architecture, face, version));
      }
    },
  };
}

/**
 * The tables themselves stay. A version that is being added may count on one that is there, and a change of the schema
 * has no condition that could forbid it; an empty table costs nothing, and its question may come back.
 */
async function otherTables(session: CassandraSession, kept: readonly Question[]): Promise<readonly string[]> {
  const rows = await session.read(cql`SELECT table_name FROM system_schema.tables WHERE keyspace_name = ${keyspace}`);
  const keptTables = new Set(kept.map(servedTable));
  return rows
    .map((row) => String(row.table_name))
    .filter((name) => name.startsWith(servedTablePrefix) && !keptTables.has(name));
}
