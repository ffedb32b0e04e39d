/**
 * Goal: the thread that writes the archive has all of the log in files, whatever happens to the log's files meanwhile, and
 * its errors arrive. Method: a small directory whose log begins a new file every hundred messages.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveLimits } from '../../src/archive/archiver.js';
import { coverage } from '../../src/archive/chain.js';
import { covers } from '../../src/positions/position.js';
import { type EmbeddedData, openEmbedded } from '../../src/runtimes/embedded/open.js';
import { type FreshFolder, freshFolder, message } from './fresh-directory.js';

const limits: ArchiveLimits = {
  ...{ fileBytesMax: 30_000, fileAgeMsMax: 200, quietMs: 50 },
  ...{ filesPerMerge: 16, bytesMax: 1 << 20, levelMax: 1 },
};
const origin = [0, 0];
let folder: FreshFolder;
let data: EmbeddedData;
let stopping: AbortController;

beforeEach(async () => {
  folder = await freshFolder();
  data = await openEmbedded({ dir: folder.path, partitions: 2, segmentBytesMax: 20_000, say: () => {} });
  stopping = new AbortController();
});
afterEach(async () => {
  stopping.abort();
  await data[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const follow = () => data.followArchive(origin, limits, stopping.signal);
const sleep = (ms: number) => new Promise((wake) => setTimeout(wake, ms));

/** So many hundreds of messages to each partition, some at once, some after a while. */
async function append(hundreds: number): Promise<void> {
  for (let n = 0; n < hundreds; n++) {
    const values = Array.from({ length: 100 }, (_, i) => message(100 * n + i));
    await Promise.all(origin.map((_, partition) => data.log.append(partition, values, 1000)));
    if (n % 5 === 4) await sleep(30);
  }
}

/** Waits until the archive holds all that the log does. */
async function untilArchived(): Promise<void> {
  while (!covers(coverage(await data.archive.list(), origin), await data.log.ends())) await sleep(10);
}

async function archivedTexts(partition: number): Promise<readonly string[]> {
  const files = (await data.archive.list()).filter((file) => file.partition === partition);
  const texts: string[] = [];
  for (const file of files.sort((a, b) => a.from - b.from)) {
    expect(file.from).toBe(texts.length);
    for await (const messages of data.archive.readMessages(file)) {
      texts.push(...messages.map(({ value }) => Buffer.from(value!).toString()));
    }
  }
  return texts;
}

const sent = (hundreds: number) => Array.from({ length: 100 * hundreds }, (_, n) => Buffer.from(message(n)).toString());

describe('the thread of the archive', () => {
  it('has all in files, each message once, and ends when it is told to', async () => {
    await append(3);
    const following = follow();
    await append(20);
    await untilArchived();
    expect(data.log.readable[0]!.segments.length).toBeGreaterThan(10);
    stopping.abort();
    await following;
    for (const partition of origin.keys()) {
      expect(await archivedTexts(partition)).toEqual([...sent(3), ...sent(20)]);
    }
  });

  it('goes on from what the archive holds, also where the log has forgotten it meanwhile', async () => {
    const before = follow();
    await append(10);
    await untilArchived();
    await data.log.forget([950, 950]);
    await append(5);
    await untilArchived();
    stopping.abort();
    await before;
    stopping = new AbortController();
    const after = follow();
    await append(5);
    await untilArchived();
    stopping.abort();
    await after;
    expect(await archivedTexts(1)).toEqual([...sent(10), ...sent(5), ...sent(5)]);
  });

  it('gives each start to one file where two follow at once', async () => {
    // Who was not the quicker one begins again.
    const again = async () => {
      while (!stopping.signal.aborted) await follow();
    };
    const both = [again(), again()];
    await append(20);
    await untilArchived();
    stopping.abort();
    await Promise.all(both);
    const starts = (await data.archive.list()).map(({ level, partition, from }) => `${level} ${partition} ${from}`);
    expect(new Set(starts).size).toBe(starts.length);
  });

  it('says that the log has lost what comes next, with what to do about it', async () => {
    await append(3);
    await data.log.forget([150, 0]);
    await expect(follow()).rejects.toMatchObject({
      kind: 'fail',
      message: 'the log of partition 0 starts at 150, the archive ends at 0: messages between are lost',
      suggestion: expect.stringContaining('a longer retention'),
      detail: { reached: [0, 0], starts: [150, 0] },
    });
  });

  it('says that a file could not be written, and leaves none behind', async () => {
    await append(3);
    await rm(join(folder.path, 'archive/temporary'), { recursive: true });
    await expect(follow()).rejects.toMatchObject({
      name: 'LabError',
      kind: 'internal',
      message: expect.stringMatching(/^an archive file could not be written: .*ENOENT/),
    });
    expect(await data.archive.list()).toEqual([]);
  });

  it('writes nothing where it was stopped before it began', async () => {
    await append(3);
    stopping.abort();
    await follow();
    expect(await data.archive.list()).toEqual([]);
  });
});
