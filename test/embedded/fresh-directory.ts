/** A small directory with something in all of its parts, and what lies in it byte by byte. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { LabError } from '../../src/errors.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { type EmbeddedData, openEmbedded } from '../../src/runtimes/embedded/open.js';
import type { ArchiveFile } from '../../src/runtimes/ports.js';

export interface FreshFolder extends AsyncDisposable {
  /** It is empty. */
  readonly path: string;
}

export async function freshFolder(): Promise<FreshFolder> {
  const path = await mkdtemp(join(tmpdir(), 'snacklab-directory-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const sale = (n: number) => ({
  ...{ event_id: `t-${n}`, kind: 'sale', purchase_id: `p-${n}`, purchase_index: 1, snack_automat_id: 'SNACK--1' },
  ...{
    item: 'apple',
    slot: 1,
    customer_id: n % 200,
    healthy: true,
    price_cents: 100,
    cost_cents: 50,
    timestamp: 1000 + n,
  },
});

/** The n-th message's bytes: an event. */
export const message = (n: number): Uint8Array => Buffer.from(JSON.stringify(sale(n)));

/** One partition, `messages` in the log of which the head has counted all and the archive has a file for each hundred. */
export async function fillDirectory(dir: string, messages: number, segmentBytesMax = 20_000): Promise<void> {
  await using data = await openEmbedded({ dir, partitions: 1, segmentBytesMax, say: () => {} });
  for (let from = 0; from < messages; from += 100) {
    const values = Array.from({ length: 100 }, (_, i) => message(from + i));
    await data.log.append(0, values, 1000);
    await archiveFile(data, from, values);
  }
  const store = await data.serving('lambda');
  await store.createPipeline(builtinQuestions, [0]);
  await store.changeHead('lambda-1', {}, { position: [messages], number: 1 });
}

async function archiveFile({ archive }: EmbeddedData, from: number, values: readonly Uint8Array[]): Promise<void> {
  const range = { partition: 0, level: 0, from, until: from + values.length };
  const temporary = await archive.createTemporary(range);
  const messages = values.map((value, i) => ({ partition: 0, offset: from + i, timestampMs: 1000, value }));
  await archive.append(temporary, messages);
  await archive.finish(temporary, range);
}

/** The values of the whole log, as texts. */
export async function logTexts({ log }: EmbeddedData): Promise<readonly string[]> {
  const [end] = await log.ends();
  await using reader = await log.read(await log.starts());
  const texts: string[] = [];
  while (texts.length < end!) {
    const messages = await reader.next(0);
    if (messages.length === 0) throw new Error(`the log gave ${texts.length} messages of ${end}`);
    texts.push(...messages.map(({ value }) => Buffer.from(value!).toString()));
  }
  return texts;
}

export const textsUpTo = (messages: number): readonly string[] =>
  Array.from({ length: messages }, (_, n) => Buffer.from(message(n)).toString());

/** Counts the files of the archive up to `cut`; the job's end, whatever that is. */
export async function runBatch({ batchEngine }: EmbeddedData, inputs: readonly ArchiveFile[], cut: number) {
  const attempt = { pipeline: 'lambda-1', baseId: 1, id: 'test' };
  await batchEngine.submit({ attempt, inputs, origin: [0], cut: [cut], questions: builtinQuestions });
  for (;;) {
    const state = await batchEngine.state(attempt);
    if (state !== 'running') return { state, output: await batchEngine.readOutput(attempt, builtinQuestions) };
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The one file of a folder whose name ends so; the first of several. */
export async function fileIn(folder: string, ending: string): Promise<string> {
  const name = (await readdir(folder)).sort().find((one) => one.endsWith(ending));
  if (name === undefined) throw new Error(`no ${ending} in ${folder}`);
  return join(folder, name);
}

/** Each file's path and a hash of its bytes. What only a running process has there is left out. */
export async function contentOf(dir: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hashes = files.sort().map(async (path) => [relative(dir, path), hashOf(await readFile(path))] as const);
  return Object.fromEntries(await Promise.all(hashes));
}

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex').slice(0, 12);

/** The error that opening ends with; it must be one that a user is told. */
export async function refusalOf(dir: string): Promise<LabError> {
  const opened = await openEmbedded({ dir, say: () => {} }).catch((error: unknown) => error);
  if (opened instanceof LabError) return opened;
  await (opened as EmbeddedData)[Symbol.asyncDispose]?.();
  throw new Error('opening was not refused with a clear error', { cause: opened });
}
