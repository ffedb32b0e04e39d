/**
 * The archive in Parquet files. A file's name holds level, partition, start, end and seal; it is given by a rename when the
 * file is whole, and of two files with one start on a level the second is refused (protocol rule 9): all names are given
 * in the main thread, so a writer that was replaced is refused like any other.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBBlobValue } from '@duckdb/node-api';
import { LabError } from '../../errors.js';
import type { ArchiveFile, ArchiveRange, ArchiveStore, Message } from '../ports.js';
import { type ArchiveSeals, damagedFile, sealOf } from './archive-seals.js';
import { isNoRoom } from './no-room.js';
import { concatenate, messageBytes, parquetFiles, writeMessages } from './parquet-file.js';
import type { SqlEngine } from './sql-engine.js';

/** Files of a level hold several of the one below. */
export const archiveLevels: readonly number[] = [0, 1, 2];

/** A file that is being made: messages wait for its end in memory, whole files are named. */
interface Temporary {
  readonly messages: Message[];
  readonly files: string[];
}

/** Gives a file that is whole its final name, one after the other. A seal is what its bytes give. */
export type GiveName = (temporary: string, range: ArchiveRange, seal: string) => Promise<'finished' | 'exists'>;

/** The archive of a folder, and what gives its files their names, whoever made them. */
export interface EmbeddedArchive extends ArchiveStore {
  readonly folder: string;
  readonly giveName: GiveName;
}

/** Opens the archive in a folder, and removes what a killed process left half made. */
export async function openArchive(folder: string, sql: SqlEngine, seals: ArchiveSeals): Promise<EmbeddedArchive> {
  await rm(join(folder, 'temporary'), { recursive: true, force: true });
  for (const name of ['temporary', ...archiveLevels.map(String)]) await mkdir(join(folder, name), { recursive: true });
  const giveName = namesIn(folder, seals);
  return { ...archiveIn(folder, sql, seals, giveName), folder, giveName };
}

/** All names of one folder have to be given by the same function: two would both find a start free. */
function namesIn(folder: string, seals: ArchiveSeals): GiveName {
  let naming: Promise<unknown> = Promise.resolve();
  return async (temporary, range, seal) => {
    const path = archivePath(folder, range, seal);
    const named = naming.then(() => writing(temporary, () => nameFile(folder, temporary, range, path)));
    naming = named.catch(() => {});
    const outcome = await named;
    // What this process wrote itself.
    if (outcome === 'finished') seals.trust(path);
    return outcome;
  };
}

/** An archive in a folder that is open, whose files are given their names elsewhere. */
export function archiveIn(
  folder: string,
  sql: Pick<SqlEngine, 'session'>,
  seals: ArchiveSeals,
  giveName: GiveName,
): ArchiveStore {
  const temporaryFolder = join(folder, 'temporary');
  const temporaries = new Map<string, Temporary>();
  return {
    list: () => listFiles(folder),
    async createTemporary() {
      const path = join(temporaryFolder, `${randomUUID()}.parquet`);
      temporaries.set(path, { messages: [], files: [] });
      return path;
    },
    async append(temporary, messages) {
      for (const message of messages) temporaries.get(temporary)!.messages.push(message);
    },
    async appendFiles(temporary, files) {
      temporaries.get(temporary)!.files.push(...files.map(({ path }) => path));
    },
    async finish(temporary, range) {
      const { messages, files } = temporaries.get(temporary)!;
      // Whatever becomes of it: who fails begins another one.
      temporaries.delete(temporary);
      const seal = await writing(temporary, async () => {
        // What is damaged must not become part of a file that looks whole.
        await seals.check(files);
        if (files.length === 0) await writeMessages(temporary, messages);
        else await sql.session((session) => concatenate(session, temporary, files));
        return sealOf(temporary);
      });
      return giveName(temporary, range, seal);
    },
    readMessages: (file) => readMessages(sql, seals, file),
    async remove(path) {
      temporaries.delete(path);
      seals.forget(path);
      await rm(path, { force: true });
    },
  };
}

/** The file's final name. */
function archivePath(folder: string, { level, partition, from, until }: ArchiveRange, seal: string): string {
  return join(folder, String(level), `${partition}-${String(from).padStart(16, '0')}-${until}-${seal}.parquet`);
}

async function nameFile(
  folder: string,
  temporary: string,
  range: ArchiveRange,
  path: string,
): Promise<'finished' | 'exists'> {
  const isTaken = (await listLevel(folder, range.level)).some(
    ({ partition, from }) => partition === range.partition && from === range.from,
  );
  if (isTaken) return 'exists';
  await rename(temporary, path);
  return 'finished';
}

/** From the lowest level to the highest: what a merge replaced between two listings is then found in the second. */
async function listFiles(folder: string): Promise<readonly ArchiveFile[]> {
  const files: ArchiveFile[] = [];
  for (const level of archiveLevels) {
    for (const file of await listLevel(folder, level)) {
      // One that was removed since it was listed is not there.
      const found = await stat(file.path).catch(() => undefined);
      if (found !== undefined) files.push({ ...file, bytes: found.size });
    }
  }
  return files;
}

async function listLevel(folder: string, level: number): Promise<readonly Omit<ArchiveFile, 'bytes'>[]> {
  const names = await readdir(join(folder, String(level)));
  return names.flatMap((name) => {
    const parts = /^(\d+)-(\d{16})-(\d+)-[0-9a-f]{16}\.parquet$/.exec(name);
    if (parts === null) return [];
    const path = join(folder, String(level), name);
    return [{ level, partition: Number(parts[1]), from: Number(parts[2]), until: Number(parts[3]), path }];
  });
}

/** Rows that are read at once. */
const readRows = 20_480;

/** The archive does not keep the producer's time. */
async function* readMessages(
  sql: Pick<SqlEngine, 'session'>,
  seals: ArchiveSeals,
  file: ArchiveFile,
): AsyncGenerator<readonly Message[]> {
  await seals.check([file.path]);
  for (let from = file.from; from < file.until; from += readRows) {
    const until = Math.min(from + readRows, file.until);
    const rows = await sql.session(({ all }) =>
      all(
        `SELECT "offset", ${messageBytes} AS value FROM ${parquetFiles([file.path])}
          WHERE "offset" >= ${from} AND "offset" < ${until} ORDER BY "offset"`,
      ),
    );
    if (rows.length !== until - from)
      throw damagedFile(file.path, `${rows.length} of ${until - from} messages are there`);
    yield rows.map((row) => ({
      partition: file.partition,
      offset: Number(row.offset),
      timestampMs: Number.NaN,
      value: row.value === null ? null : (row.value as DuckDBBlobValue).bytes,
    }));
  }
}

async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    // Clean-up never hides the first error; what stays is removed when the archive is opened.
    await rm(path, { force: true }).catch(() => {});
    if (cause instanceof LabError) throw cause;
    const isFull = isNoRoom(cause);
    throw new LabError(`an archive file could not be written: ${path}`, {
      kind: isFull ? 'unavailable' : 'internal',
      ...(isFull ? { suggestion: 'make room on the disk; the log keeps what is not archived' } : {}),
      cause,
    });
  }
}
