/**
 * A directory of the embedded runtime, opened: one log, one DuckDB database with a schema an architecture, one archive.
 * One process at a time has it; what it acknowledged is there again when the next one opens it.
 */
import { join } from 'node:path';
import type { LabName } from '../../resources.js';
import type { ArchiveStore, BatchEngine, DeadLetterLog } from '../ports.js';
import { openArchive } from './archive.js';
import { openSeals } from './archive-seals.js';
import { type FollowLog, followInThread } from './archive-thread/follow.js';
import { openBatchEngine } from './batch-engine.js';
import { type Database, openDatabase } from './database.js';
import { beginDirectory, describedDirectory, makeDirectory } from './directory.js';
import { type EmbeddedLog, openEmbeddedLog } from './log.js';
import { refuseLostLog } from './lost-log.js';
import { type EmbeddedServing, openServing } from './serving-store.js';
import { openSqlEngine, type SqlEngine } from './sql-engine.js';

export interface EmbeddedOptions {
  readonly dir: string;
  /** Of a log that is begun; one that is there keeps its own. */
  readonly partitions?: number;
  /** A file of the log ends when it has so many bytes. */
  readonly segmentBytesMax?: number;
  readonly say: (line: string) => void;
}

export interface EmbeddedData extends AsyncDisposable {
  readonly dir: string;
  readonly log: EmbeddedLog;
  /** The serving store of one architecture; always the same one. */
  readonly serving: (architecture: LabName) => Promise<EmbeddedServing>;
  readonly deadLetters: (architecture: LabName) => Promise<DeadLetterLog>;
  readonly archive: ArchiveStore;
  /** Writes the archive from the log. */
  readonly followArchive: FollowLog;
  readonly batchEngine: BatchEngine;
  readonly database: Database;
  readonly sql: SqlEngine;
}

const partitionsByDefault = 6;

/**
 * Opens a directory, or begins one. Throws `unavailable` while another process has it or it cannot be written, `usage`
 * where it is something else's, `fail` where it is damaged or of a newer version: then nothing in it was changed.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedData> {
  const { dir, say } = options;
  const opened: AsyncDisposable[] = [];
  const closeAll = async () => {
    for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
  };
  const use = <T extends AsyncDisposable>(one: T): T => {
    opened.push(one);
    return one;
  };
  try {
    const found = await describedDirectory(dir);
    if (found === undefined) await makeDirectory(dir);
    // Before anything is written: its lock is the directory's.
    const database = use(await openDatabase(join(dir, 'serving.duckdb')));
    const { partitions } = found ?? (await beginDirectory(dir, options.partitions ?? partitionsByDefault));
    const log = use(await openEmbeddedLog(join(dir, 'log'), partitions, options.segmentBytesMax));
    const sql = use(await openSqlEngine(join(dir, 'spilled')));
    const seals = openSeals();
    const archive = await openArchive(join(dir, 'archive'), sql, seals);
    await refuseLostLog(dir, await log.ends(), database, await archive.list());
    const stores = new Map<LabName, Promise<EmbeddedServing>>();
    const serving = (architecture: LabName) => {
      const store = stores.get(architecture) ?? openServing(database, architecture);
      stores.set(architecture, store);
      // What failed once is tried again by whoever asks next.
      store.catch(() => stores.delete(architecture));
      return store;
    };
    return {
      dir,
      log,
      serving,
      deadLetters: serving,
      archive,
      followArchive: followInThread(log, archive),
      batchEngine: openBatchEngine(sql, seals, say),
      database,
      sql,
      [Symbol.asyncDispose]: closeAll,
    };
  } catch (error) {
    // Clean-up never hides the first error.
    await closeAll().catch(() => {});
    throw error;
  }
}
