/**
 * DuckDB for what is computed and not kept: it reads and writes the archive's Parquet files, and knows no other data.
 * Its memory is bounded; what does not fit goes to a folder of the directory.
 */
import { rm } from 'node:fs/promises';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import type { Row } from './database.js';

export interface SqlEngine extends AsyncDisposable {
  /** A connection of its own for one piece of work, closed after it. `aborted` interrupts what runs on it. */
  session<T>(work: (sql: Sql) => Promise<T>, aborted?: AbortSignal): Promise<T>;
}

export interface Sql {
  run(statement: string, values?: readonly DuckDBValue[]): Promise<void>;
  all(statement: string): Promise<readonly Row[]>;
  readonly connection: DuckDBConnection;
}

const memoryLimit = '320MB';

/** Without a folder nothing is spilled: what does not fit is an error. */
export async function openSqlEngine(spillFolder?: string): Promise<SqlEngine> {
  // What a killed process spilled is nobody's.
  if (spillFolder !== undefined) await rm(spillFolder, { recursive: true, force: true });
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: memoryLimit,
    ...(spillFolder === undefined ? {} : { temp_directory: spillFolder }),
    autoinstall_known_extensions: 'false',
  });
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  return {
    session(work, aborted) {
      const all = aborted === undefined ? [closing.signal] : [closing.signal, aborted];
      const session = sessionOn(instance, work, all);
      const ended = session
        .catch(() => {})
        .then(() => {
          running.delete(ended);
        });
      running.add(ended);
      return session;
    },
    // What still runs is nobody's any more, and reads files that may go now.
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await Promise.all(running);
      instance.closeSync();
    },
  };
}

async function sessionOn<T>(
  instance: DuckDBInstance,
  work: (sql: Sql) => Promise<T>,
  aborted: readonly AbortSignal[],
): Promise<T> {
  for (const signal of aborted) signal.throwIfAborted();
  const connection = await instance.connect();
  const interrupt = () => connection.interrupt();
  for (const signal of aborted) signal.addEventListener('abort', interrupt);
  try {
    return await work(sqlOn(connection, aborted));
  } finally {
    for (const signal of aborted) signal.removeEventListener('abort', interrupt);
    connection.closeSync();
  }
}

function sqlOn(connection: DuckDBConnection, aborted: readonly AbortSignal[]): Sql {
  // Between two statements there is nothing to interrupt.
  const goOn = () => {
    for (const signal of aborted) signal.throwIfAborted();
  };
  return {
    connection,
    run: async (statement, values) => {
      goOn();
      await connection.run(statement, values === undefined ? undefined : [...values]);
    },
    all: async (statement) => {
      goOn();
      return (await connection.runAndReadAll(statement)).getRowObjects();
    },
  };
}
