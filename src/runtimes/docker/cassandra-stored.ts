/** What is stored of one pipeline and question, whatever its kind: listed, measured and removed as a whole. */
import type { ServingStore, StoredPart } from '../ports.js';
import { integer } from './cassandra-rows.js';
import type { CassandraSession } from './cassandra-session.js';
import { cql, table } from './cql.js';

export function storedOn(session: CassandraSession): Pick<ServingStore, 'listStored' | 'storedBytes' | 'deleteStored'> {
  const tables = [table('slices'), table('bases'), table('truths')];
  return {
    async listStored() {
      const rows = await Promise.all(
        tables.map((one) => session.read(cql`SELECT DISTINCT incarnation, question FROM ${one}`)),
      );
      const parts = rows.flat().map((row): StoredPart => ({ incarnation: row.incarnation, question: row.question }));
      return [...new Map(parts.map((part) => [JSON.stringify(part), part])).values()];
    },
    async storedBytes({ incarnation, question }) {
      const rows = await Promise.all(
        tables.map((one) =>
          session.read(
            cql`SELECT sum(sums_bytes) AS bytes FROM ${one} WHERE incarnation = ${incarnation} AND question = ${question}`,
          ),
        ),
      );
      return rows.flat().reduce((bytes, row) => bytes + integer(row.bytes), 0);
    },
    async deleteStored({ incarnation, question }) {
      for (const one of tables) {
        await session.write(cql`DELETE FROM ${one} WHERE incarnation = ${incarnation} AND question = ${question}`);
      }
    },
  };
}
