/**
 * The directory's DuckDB database: one connection that writes, transaction after transaction, and one that reads.
 * After a failure that DuckDB does not go on from, as on a full disk, the file is opened anew: what was committed is
 * there, and what was in doubt is found there or not.
 */
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { type Connected, connect, disconnect, isFatal, notDone } from './duckdb-file.js';
import { groupCommit } from './group-commit.js';

/** A stored row by column. */
export type Row = Readonly<Record<string, DuckDBValue>>;

/** What runs within one transaction. It may be run twice: the first time is then taken back. */
export interface Statements {
  run(sql: string, values?: readonly DuckDBValue[]): Promise<void>;
  all(sql: string, values?: readonly DuckDBValue[]): Promise<readonly Row[]>;
}

export interface Database extends AsyncDisposable {
  /** Commits when `work` resolves, and leaves no trace when it rejects. */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  /** One statement that only reads what is committed; it waits for no transaction. */
  read(sql: string, values?: readonly DuckDBValue[]): Promise<readonly Row[]>;
}

/**
 * What was deleted is read over until a checkpoint: with slices that are written and deleted ten times a second, a
 * statement would take longer and longer.
 */
const writesPerCheckpoint = 2_000;

interface State {
  readonly path: string;
  connected: Connected;
  /** DuckDB answers nothing more: the next transaction opens the file anew. */
  isBroken: boolean;
  /** Statements that wrote since the last checkpoint. */
  writes: number;
  /** Reads happen one after the other. */
  reading: Promise<unknown>;
}

/** Opens or makes the database. Throws `unavailable` when another process has it, `fail` when it is damaged. */
export async function openDatabase(path: string): Promise<Database> {
  const connected = await connect(path);
  const state: State = { path, connected, isBroken: false, writes: 0, reading: Promise.resolve() };
  const statements: Statements = {
    run: (sql, values) => {
      state.writes++;
      return told(state, run(state.connected.writer, sql, values));
    },
    all: (sql, values) => told(state, all(state.connected.writer, sql, values)),
  };
  const { transaction, settled } = groupCommit({
    statements,
    begin: () => begin(state, statements),
    commit: () => statements.run('COMMIT'),
    rollback: () => statements.run('ROLLBACK').catch(() => {}),
  });
  return {
    transaction,
    async read(sql, values) {
      if (state.isBroken) await transaction(async () => {});
      return afterReads(state, () => told(state, all(state.connected.reader, sql, values)));
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([settled(), state.reading]);
      disconnect(state.connected);
    },
  };
}

async function begin(state: State, { run }: Statements): Promise<void> {
  if (state.isBroken) await afterReads(state, () => reconnect(state));
  if (state.writes >= writesPerCheckpoint) await afterReads(state, () => checkpoint(state));
  await run('BEGIN');
}

async function reconnect(state: State): Promise<void> {
  disconnect(state.connected);
  state.connected = await connect(state.path);
  state.isBroken = false;
}

/** Without a reader beside it, else what was deleted stays. One that fails has lost nothing: all is in the log before it. */
async function checkpoint(state: State): Promise<void> {
  state.writes = 0;
  await told(state, run(state.connected.writer, 'CHECKPOINT')).catch(() => {});
}

function afterReads<T>(state: State, work: () => Promise<T>): Promise<T> {
  const done = state.reading.then(work);
  state.reading = done.catch(() => {});
  return done;
}

async function told<T>(state: State, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (isFatal(cause)) state.isBroken = true;
    throw notDone(state.path, cause);
  }
}

// Prepared anew each time: DuckDB 1.5 keeps what it knew of a table when a statement was prepared, and reads other texts
// out of an ORDER BY once the table has changed.
async function run(connection: DuckDBConnection, sql: string, values?: readonly DuckDBValue[]): Promise<void> {
  await connection.run(sql, values === undefined ? undefined : [...values]);
}

async function all(
  connection: DuckDBConnection,
  sql: string,
  values?: readonly DuckDBValue[],
): Promise<readonly Row[]> {
  return (await connection.runAndReadAll(sql, values === undefined ? undefined : [...values])).getRowObjects();
}
