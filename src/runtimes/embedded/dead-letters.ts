/** Dead letters in DuckDB, for whoever asks by SQL what was rejected and why. */
import { DuckDBBlobValue } from '@duckdb/node-api';
import type { DeadLetterLog } from '../ports.js';
import type { Database } from './database.js';

/** As much as a broker takes: a rejected message is kept whole, unless it could not have come from one. */
const valueBytesMax = 1 << 20;
/** Rows of one statement. */
const rowsMax = 64;

/** A dead-letter log that says what it keeps. */
export interface KeptDeadLetters extends DeadLetterLog {
  /** The places in the log of all that is kept, `partition:offset`, repeats and all. */
  deadLetterKeys(): Promise<readonly string[]>;
}

export function deadLettersOn(database: Database, schema: string): KeptDeadLetters {
  return {
    deadLetterKeys: async () =>
      (await database.read(`SELECT "partition", "offset" FROM ${schema}.dead_letters`)).map(
        (row) => `${row.partition}:${row.offset}`,
      ),
    append: (letters) =>
      database.transaction(async ({ run }) => {
        for (let from = 0; from < letters.length; from += rowsMax) {
          const some = letters.slice(from, from + rowsMax);
          const marks = some.map((_, i) => `($${4 * i + 1}, $${4 * i + 2}, $${4 * i + 3}, $${4 * i + 4})`);
          await run(
            `INSERT INTO ${schema}.dead_letters VALUES ${marks.join(', ')}`,
            some.flatMap(({ partition, offset, reason, value }) => [
              partition,
              BigInt(offset),
              reason,
              value === null ? null : new DuckDBBlobValue(value.subarray(0, valueBytesMax)),
            ]),
          );
        }
      }),
  };
}
