/** The machinery's figures in Cassandra, for Grafana: gone after six hours. */
import type { KeepFigures } from '../../machinery/record.js';
import type { CassandraSession } from './cassandra-session.js';
import { cql, table } from './cql.js';

/** Keeps the figures of one lab. */
export function machineryFigures(session: CassandraSession, lab: string): KeepFigures {
  return async (atMs, figures) => {
    const at = new Date(atMs);
    const rows = [...figures].map(
      ([figure, value]) =>
        cql`INSERT INTO ${table('machinery')} (lab, figure, at, value) VALUES (${lab}, ${figure}, ${at}, ${value})`,
    );
    if (rows.length > 0) await session.writeTogether(rows);
  };
}
