/**
 * The tables of the embedded runtime, one DuckDB schema an architecture. What is only ever read and written whole is
 * JSON in one column; sums are the packed tables of src/serving/packed.ts, as in Cassandra.
 */

/** Grows when what is stored changes its meaning; a directory of a higher one is left alone. */
export const formatVersion = 1;

/** The statements that make one architecture's tables. */
export function tablesOf(schema: string): readonly string[] {
  return [
    `CREATE SCHEMA IF NOT EXISTS ${schema}`,
    // One row: the live pointer and all heads change together or not at all (protocol rule 10).
    `CREATE TABLE IF NOT EXISTS ${schema}.heads (state VARCHAR NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${schema}.states (name VARCHAR, version BIGINT, state VARCHAR)`,
    `CREATE TABLE IF NOT EXISTS ${schema}.slices
      (incarnation BIGINT, question VARCHAR, number BIGINT, epoch BIGINT, body VARCHAR, sums BLOB)`,
    `CREATE TABLE IF NOT EXISTS ${schema}.bases
      (incarnation BIGINT, question VARCHAR, kind VARCHAR, id BIGINT, body VARCHAR, sums BLOB)`,
    `CREATE TABLE IF NOT EXISTS ${schema}.truths
      (incarnation BIGINT, question VARCHAR, number BIGINT, body VARCHAR, sums BLOB)`,
    `CREATE TABLE IF NOT EXISTS ${schema}.views
      (view VARCHAR, question VARCHAR, face VARCHAR, version VARCHAR, body VARCHAR)`,
    `CREATE TABLE IF NOT EXISTS ${schema}.wanted (state VARCHAR NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${schema}.reports (service VARCHAR, at_ms BIGINT, report VARCHAR)`,
    `CREATE TABLE IF NOT EXISTS ${schema}.dead_letters
      ("partition" INTEGER, "offset" BIGINT, reason VARCHAR, value BLOB)`,
  ];
}
