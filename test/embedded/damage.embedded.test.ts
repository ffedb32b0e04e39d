/**
 * Goal: what was damaged in a directory is said and never counted, and nothing else in it is lost for that.
 * Method: a directory with a log of several files, heads and an archive is damaged in one way each; opening, reading or
 * the batch must fail with a clear error, and where opening fails, all bytes are as they were.
 */
import { appendFile, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEmbedded } from '../../src/runtimes/embedded/open.js';
import {
  contentOf,
  fileIn,
  fillDirectory,
  freshFolder,
  logTexts,
  message,
  refusalOf,
  runBatch,
  textsUpTo,
} from './fresh-directory.js';

const messages = 400;
const logFolder = (dir: string) => join(dir, 'log/snack_automat_message-0');
const firstFile = (dir: string) => join(logFolder(dir), `${'0'.repeat(20)}.log`);
const lastFile = (dir: string) => join(logFolder(dir), `${String(300).padStart(20, '0')}.log`);
const quiet = { say: () => {} };

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = bytes[at]! ^ 0x40;
  await writeFile(path, bytes);
}

async function damagedDirectory(damage: (dir: string) => Promise<unknown>) {
  const folder = await freshFolder();
  await fillDirectory(folder.path, messages);
  await damage(folder.path);
  return { dir: folder.path, before: await contentOf(folder.path), [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

const refused: Readonly<Record<string, (dir: string) => Promise<unknown>>> = {
  'a byte in the last file of the log was changed': (dir) => flip(lastFile(dir), 5_000),
  'the length of its last batch was changed': (dir) => flip(lastFile(dir), 9),
  'the offset of its last batch was changed': (dir) => flip(lastFile(dir), 7),
  'something was written behind the log': (dir) => appendFile(lastFile(dir), 'something else altogether'),
  'the end of the log was cut off': (dir) => truncate(lastFile(dir), 5_000),
  'the last file of the log is missing': (dir) => rm(lastFile(dir)),
  'the first file of the log is missing': (dir) => rm(firstFile(dir)),
  'the log is missing': (dir) => rm(join(dir, 'log'), { recursive: true }),
  'what was forgotten of the log is no number': (dir) => writeFile(join(logFolder(dir), 'start'), 'NaN'),
  'the database is something else': (dir) => writeFile(join(dir, 'serving.duckdb'), 'not a database'.repeat(1000)),
  'the beginning of the database was changed': (dir) => flip(join(dir, 'serving.duckdb'), 10),
  'the database is cut off': (dir) => truncate(join(dir, 'serving.duckdb'), 5_000),
  'what the database wrote last was changed': (dir) => flip(join(dir, 'serving.duckdb.wal'), 600),
  'the description is cut off': (dir) => truncate(join(dir, 'snacklab.json'), 10),
};

describe('a directory is refused, and not changed, when', () => {
  it.each(Object.entries(refused))('%s', async (_, damage) => {
    await using damaged = await damagedDirectory(damage);
    const { kind, suggestion, message: said } = await refusalOf(damaged.dir);
    expect({ kind, suggestion, said }).toMatchObject({ kind: 'fail', suggestion: expect.stringContaining('copy') });
    expect(said).toContain(damaged.dir);
    expect(await contentOf(damaged.dir)).toEqual(damaged.before);
  });
});

describe('a log', () => {
  it('goes on behind what a killed process wrote in part', async () => {
    await using folder = await freshFolder();
    const dir = folder.path;
    await fillDirectory(dir, messages);
    const batch = await readFile(lastFile(dir));
    batch.writeBigInt64BE(BigInt(messages));
    await appendFile(lastFile(dir), batch.subarray(0, batch.length - 10));
    {
      await using data = await openEmbedded({ dir, ...quiet });
      expect(await logTexts(data)).toEqual(textsUpTo(messages));
      expect(await data.log.append(0, [message(messages)], 1000)).toBe(messages);
      expect(await logTexts(data)).toEqual(textsUpTo(messages + 1));
    }
    await using again = await openEmbedded({ dir, ...quiet });
    expect(await logTexts(again)).toEqual(textsUpTo(messages + 1));
  });

  it('is not refused for zeros at its end, which a machine that went down leaves', async () => {
    await using folder = await freshFolder();
    await fillDirectory(folder.path, messages);
    await appendFile(lastFile(folder.path), Buffer.alloc(4096));
    await using data = await openEmbedded({ dir: folder.path, ...quiet });
    expect(await logTexts(data)).toEqual(textsUpTo(messages));
  });

  it.each([
    [
      'a byte of an earlier file was changed',
      (dir: string) => flip(firstFile(dir), 5_000),
      'its checksum does not fit',
    ],
    ['an offset of an earlier file was changed', (dir: string) => flip(firstFile(dir), 7), 'is missing'],
    [
      'an earlier file is missing',
      (dir: string) => rm(join(logFolder(dir), `${String(100).padStart(20, '0')}.log`)),
      'begins there',
    ],
  ])('is read up to the place where %s', async (_, damage, why) => {
    await using damaged = await damagedDirectory(damage);
    await using data = await openEmbedded({ dir: damaged.dir, ...quiet });
    await expect(logTexts(data)).rejects.toMatchObject({ kind: 'fail', message: expect.stringContaining(why) });
    await using reader = await data.log.read([300]);
    expect(await reader.next(0)).toHaveLength(100);
  });

  it('tells a slow reader that what it wants was forgotten', async () => {
    await using folder = await freshFolder();
    await fillDirectory(folder.path, messages);
    await using data = await openEmbedded({ dir: folder.path, ...quiet });
    await using reader = await data.log.read([0]);
    await data.log.forget([300]);
    await expect(reader.next(0)).rejects.toMatchObject({
      kind: 'fail',
      message: expect.stringContaining('starts at 300'),
    });
  });
});

describe('an archive file', () => {
  const damages: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
    'that was cut off': (path) => truncate(path, 100),
    'of which a byte was changed': async (path) => flip(path, Math.floor((await stat(path)).size / 2)),
    'that is gone': (path) => rm(path),
  };

  it.each(Object.entries(damages))('%s fails the batch, and is never counted', async (_, damage) => {
    await using folder = await freshFolder();
    await fillDirectory(folder.path, messages);
    const said: string[] = [];
    await using data = await openEmbedded({ dir: folder.path, say: (line) => said.push(line) });
    const inputs = await data.archive.list();
    expect(inputs).toHaveLength(4);
    await damage(inputs[0]!.path);
    expect(await runBatch(data, inputs, messages)).toEqual({ state: 'failed', output: undefined });
    expect(said.join()).toContain(`${inputs[0]!.path} is damaged`);
    const reading = data.archive.readMessages(inputs[0]!)[Symbol.asyncIterator]().next();
    await expect(reading).rejects.toMatchObject({ kind: 'fail' });
  });

  it('that is damaged does not become part of a larger one', async () => {
    await using folder = await freshFolder();
    await fillDirectory(folder.path, messages);
    await using data = await openEmbedded({ dir: folder.path, ...quiet });
    const inputs = await data.archive.list();
    await flip(inputs[1]!.path, 200);
    const range = { partition: 0, level: 1, from: 0, until: messages };
    const temporary = await data.archive.createTemporary(range);
    await data.archive.appendFiles(temporary, inputs);
    await expect(data.archive.finish(temporary, range)).rejects.toMatchObject({ kind: 'fail' });
    expect(await data.archive.list()).toEqual(inputs);
  });

  it('that is whole is counted', async () => {
    await using folder = await freshFolder();
    await fillDirectory(folder.path, messages);
    await using data = await openEmbedded({ dir: folder.path, ...quiet });
    const { output } = await runBatch(data, await data.archive.list(), messages);
    expect(output).toMatchObject({ messages, rejected: 0 });
    expect(await fileIn(join(folder.path, 'archive/0'), '.parquet')).toContain('0-0000000000000000-100-');
  });
});
