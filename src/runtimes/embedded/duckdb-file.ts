/**
 * A DuckDB database in a file, and what its failures mean. DuckDB locks the file for this process, which is what keeps a
 * second process out of the directory; the lock ends with the process, however it ends.
 */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { LabError } from '../../errors.js';
import { isNoRoom } from './no-room.js';

export interface Connected {
  readonly instance: DuckDBInstance;
  readonly writer: DuckDBConnection;
  readonly reader: DuckDBConnection;
}

/** Serving needs little: heads, slices above a base, bases. */
const settings = {
  memory_limit: '192MB',
  threads: '1',
  checkpoint_threshold: '64MB',
  preserve_insertion_order: 'true',
};

/** Opens or makes the file. Throws `unavailable` when another process has it, `fail` when it is damaged. */
export async function connect(path: string): Promise<Connected> {
  const instance = await DuckDBInstance.create(path, settings).catch((cause: unknown) => {
    throw notOpened(path, cause);
  });
  const [writer, reader] = [await instance.connect(), await instance.connect()];
  // A directory that is opened and refused is left as it was.
  await writer.run('PRAGMA disable_checkpoint_on_shutdown');
  return { instance, writer, reader };
}

/** Closes the file; nothing may be running on it. */
export function disconnect({ instance, writer, reader }: Connected): void {
  for (const one of [reader, writer, instance]) one.closeSync();
}

/** DuckDB answers nothing more after such a failure; what was committed is found again by opening the file. */
export function isFatal(cause: unknown): boolean {
  return cause instanceof Error && /FATAL|database has been invalidated/i.test(cause.message);
}

function notOpened(path: string, cause: unknown): LabError {
  const text = String((cause as Error).message);
  const detail = { path };
  if (/Could not set lock|Conflicting lock|being used by another process/i.test(text)) {
    return new LabError(`another process has ${path} open`, {
      kind: 'unavailable',
      suggestion: 'use the lab that runs there (snacklab {lab} status), end it, or choose another --dir',
      detail,
    });
  }
  if (isNoRoom(cause) || /Permission denied|Read-only file system/i.test(text)) {
    return new LabError(`${path} cannot be written`, {
      kind: 'unavailable',
      suggestion: 'make the directory writable for you, make room on its disk, or choose another --dir',
      detail,
      cause,
    });
  }
  return new LabError(`${path} cannot be opened`, {
    kind: 'fail',
    suggestion:
      'it is damaged or of another version: restore it from a copy, or choose another --dir; it was not changed',
    detail,
    cause,
  });
}

/** The error of a statement that failed. */
export function notDone(path: string, cause: unknown): LabError {
  const isFull = isNoRoom(cause);
  return new LabError(`a statement on ${path} failed`, {
    kind: isFull ? 'unavailable' : 'internal',
    ...(isFull ? { suggestion: 'make room on the disk; all that was committed is there' } : {}),
    detail: { path },
    cause,
  });
}
