/** The embedded runtime for the conformance tests: each open in a fresh folder of the disk, which goes with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBBlobValue } from '@duckdb/node-api';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { runJob } from '../../src/runtimes/embedded/batch-engine.js';
import { type EmbeddedData, openEmbedded } from '../../src/runtimes/embedded/open.js';
import type { ArchiveStore, Message } from '../../src/runtimes/ports.js';
import { keyColumns, servedTable, sumColumn, sumFaces } from '../../src/serving/served-view.js';
import type { FreshArchive } from './archive-store.js';
import type { FreshEngine } from './batch-engine.js';
import { type CorpusLayer, endOf } from './corpus.js';
import { type FreshStore, firstPosition } from './fresh-store.js';
import type { FreshDeadLetters, FreshLog } from './log.js';

export interface FreshData extends AsyncDisposable {
  readonly data: EmbeddedData;
}

/** A directory that is begun here and removed at the end. */
export async function openFresh(partitions = 3): Promise<FreshData> {
  const dir = await mkdtemp(join(tmpdir(), 'snacklab-embedded-'));
  const data = await openEmbedded({ dir, partitions, say: () => {} });
  return {
    data,
    [Symbol.asyncDispose]: async () => {
      await data[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    },
  };
}

export async function openEmbeddedStore(): Promise<FreshStore> {
  const fresh = await openFresh();
  const store = await fresh.data.serving('lambda');
  await store.createPipeline(builtinQuestions, firstPosition);
  return {
    ...{ store, pipeline: 'lambda-1', incarnation: 10 },
    readView: (question, face) =>
      fresh.data.database.transaction(async ({ all }) => {
        const table = servedTable(question);
        const [view] = await all('SELECT body FROM "lambda".views WHERE view = $1 AND face = $2', [table, face]);
        if (view === undefined) return [];
        const keys = keyColumns(question).map((column) => `encode("${column}") AS "${column}"`);
        const rows = await all(`SELECT * REPLACE (${keys}) FROM "lambda".${table} WHERE face = $1`, [face]);
        return rows.map((row) => ({
          ...JSON.parse(String(view.body)),
          key: Object.fromEntries(
            keyColumns(question).map((column) => [
              column,
              Buffer.from((row[column] as DuckDBBlobValue).bytes).toString(),
            ]),
          ),
          sums: Object.fromEntries(
            Object.keys(question.sums).map((sum) => [
              sum,
              Object.fromEntries(sumFaces.map((one) => [one, row[sumColumn(sum, one)]])),
            ]),
          ),
        }));
      }),
    [Symbol.asyncDispose]: () => fresh[Symbol.asyncDispose](),
  };
}

export async function openEmbeddedLog(partitions: number): Promise<FreshLog> {
  const fresh = await openFresh(partitions);
  const { log } = fresh.data;
  return {
    log,
    produce: async (partition, values, timestampMs) => {
      await log.append(partition, values, timestampMs);
    },
    forget: (starts) => log.forget(starts),
    [Symbol.asyncDispose]: () => fresh[Symbol.asyncDispose](),
  };
}

export async function openEmbeddedDeadLetters(): Promise<FreshDeadLetters> {
  const fresh = await openFresh();
  return {
    deadLetters: await fresh.data.deadLetters('kappa'),
    readLetters: () =>
      fresh.data.database.transaction(async ({ all }) =>
        (await all('SELECT * FROM kappa.dead_letters')).map((row) => ({
          ...{ partition: Number(row.partition), offset: Number(row.offset), reason: String(row.reason) },
          value: row.value === null ? null : (row.value as DuckDBBlobValue).bytes,
        })),
      ),
    [Symbol.asyncDispose]: () => fresh[Symbol.asyncDispose](),
  };
}

export async function openEmbeddedArchive(): Promise<FreshArchive> {
  const fresh = await openFresh();
  return { archive: fresh.data.archive, [Symbol.asyncDispose]: () => fresh[Symbol.asyncDispose]() };
}

export async function openEmbeddedEngine(): Promise<FreshEngine> {
  const fresh = await openFresh();
  const { batchEngine: engine, archive } = fresh.data;
  return { engine, archive, pipeline: 'lambda-1', [Symbol.asyncDispose]: () => fresh[Symbol.asyncDispose]() };
}

/** The SQL: archived in a file a partition, then counted. */
export const sqlLayer: CorpusLayer = async (messages, questions) => {
  await using fresh = await openFresh();
  const { archive, sql } = fresh.data;
  const cut = endOf(messages);
  for (const [partition, until] of cut.entries()) {
    await archiveAll(archive, partition, until, messages);
  }
  const inputs = await archive.list();
  const attempt = { pipeline: 'lambda-1', baseId: 1, id: 'corpus' };
  const { sums } = await runJob(sql, { attempt, inputs, origin: cut.map(() => 0), cut, questions });
  const rows = await sql.session(({ all }) =>
    all(
      `SELECT "partition", "offset", reason FROM read_parquet(${JSON.stringify(inputs.map(({ path }) => path)).replaceAll('"', "'")})
        WHERE reason IS NOT NULL`,
    ),
  );
  return {
    tables: sums,
    rejected: rows.map(({ partition, offset, reason }) => ({
      ...{ partition: Number(partition), offset: Number(offset), reason: String(reason) },
    })),
  };
};

async function archiveAll(archive: ArchiveStore, partition: number, until: number, messages: readonly Message[]) {
  if (until === 0) return;
  const range = { partition, level: 0, from: 0, until };
  const temporary = await archive.createTemporary(range);
  await archive.append(
    temporary,
    messages.filter((message) => message.partition === partition),
  );
  await archive.finish(temporary, range);
}
