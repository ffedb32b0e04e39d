/**
 * The serving store's tables in Cassandra, made by `setup` before anything else runs.
 * Rows that conditional writes touch (heads, states) are touched by nothing else, deletes included (protocol rule 16).
 * Slices and bases are written once under a key that is never used again, so a reader can never see a mixture.
 */

export const keyspace = 'snacklab';

/** Deleted rows may go for good after a minute: there is one replica, so no other could bring them back. */
const goneAfter = 'gc_grace_seconds = 60';

export const createKeyspace = `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`;

/** Of which declaration each other table was made: one that was made by another version is not written to. */
export const createTableVersions = `CREATE TABLE IF NOT EXISTS ${keyspace}.table_versions (
    name text PRIMARY KEY, declaration text)`;

/** The tables that every lab has. A table per question comes on top: ./served-tables.ts. */
export const schema: readonly string[] = [
  // One partition an architecture, so that the live pointer and all heads are read in one SELECT (protocol rule 10).
  `CREATE TABLE IF NOT EXISTS ${keyspace}.heads (
    architecture text,
    live text static, previous text static, generation bigint static, forced bigint static, next_incarnation int static,
    pipeline text,
    incarnation int, status text, origin text, questions text,
    epoch int, number bigint, position text, segments text, hold int,
    base_id bigint, base_number bigint, base_cut text, fold_id bigint, fold_number bigint, next_base_id bigint,
    PRIMARY KEY (architecture, pipeline))`,

  // Positions are JSON arrays of next offsets; sums is the packed table of src/serving/packed.ts. Its length stands beside
  // it, so that what a version stores can be added up without reading all of it.
  `CREATE TABLE IF NOT EXISTS ${keyspace}.slices (
    incarnation int, question text, number bigint, epoch int,
    from_position text, until_position text, messages bigint, rejected bigint,
    least_event_ms bigint, greatest_event_ms bigint, committed_ms bigint,
    sums blob, sums_bytes bigint,
    PRIMARY KEY ((incarnation, question), number, epoch)) WITH ${goneAfter}`,

  `CREATE TABLE IF NOT EXISTS ${keyspace}.bases (
    incarnation int, question text, kind text, id bigint,
    number bigint, from_position text, until_position text, messages bigint, rejected bigint,
    sums blob, sums_bytes bigint,
    PRIMARY KEY ((incarnation, question), kind, id)) WITH ${goneAfter}`,

  `CREATE TABLE IF NOT EXISTS ${keyspace}.truths (
    incarnation int, question text, number bigint,
    position text, messages bigint, rejected bigint, repeats bigint,
    sums blob, sums_bytes bigint,
    PRIMARY KEY ((incarnation, question), number)) WITH CLUSTERING ORDER BY (number DESC) AND ${goneAfter}`,

  `CREATE TABLE IF NOT EXISTS ${keyspace}.states (
    name text PRIMARY KEY, version bigint, state text)`,

  `CREATE TABLE IF NOT EXISTS ${keyspace}.wanted (
    architecture text, name text, value text, PRIMARY KEY (architecture, name))`,

  `CREATE TABLE IF NOT EXISTS ${keyspace}.reports (
    architecture text, service text, at_ms bigint, report text, PRIMARY KEY (architecture, service))`,

  // A test's hold points: a service that comes to a wanted one says so and waits until it is released.
  `CREATE TABLE IF NOT EXISTS ${keyspace}.holds (
    service text, point text, wanted boolean, reached_ms bigint, PRIMARY KEY (service, point))`,

  // Raw events for panels and ad-hoc CQL, a partition a minute, kept by the validation view at sensible rates.
  `CREATE TABLE IF NOT EXISTS ${keyspace}.all_data_view (
    lab text, minute timestamp, log_partition int, log_offset bigint,
    event_id text, kind text, purchase_id text, purchase_index int, snack_automat_id text, item text, slot int,
    quantity int, status text, customer_id bigint, healthy boolean, price_cents bigint, cost_cents bigint, event_time timestamp,
    PRIMARY KEY ((lab, minute), log_partition, log_offset)) WITH default_time_to_live = 3600 AND ${goneAfter}
    AND compaction = {'class': 'TimeWindowCompactionStrategy',
      'compaction_window_unit': 'MINUTES', 'compaction_window_size': 10}`,

  // Whether they are being kept now, since when, and why not.
  `CREATE TABLE IF NOT EXISTS ${keyspace}.all_data_view_state (
    lab text PRIMARY KEY, kept boolean, since timestamp, reason text)`,
];

/**
 * The machinery's figures over time, for charts: of each instant all or none, since a lab's lie in one partition. No answer
 * depends on them, so a lab without this table is given it.
 */
export const machinerySchema: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS ${keyspace}.machinery (
    lab text, figure text, at timestamp, value double,
    PRIMARY KEY (lab, figure, at)) WITH default_time_to_live = 21600 AND ${goneAfter}
    AND compaction = {'class': 'TimeWindowCompactionStrategy',
      'compaction_window_unit': 'MINUTES', 'compaction_window_size': 30}`,
];
