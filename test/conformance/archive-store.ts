/**
 * How an archive behaves on any runtime: the port's promises as facts. A runtime's test calls `archiveBehaviour` within a
 * describe, and says how it opens an archive without a file.
 */
import { expect, it } from 'vitest';
import type { ArchiveFile, ArchiveRange, ArchiveStore, Message } from '../../src/runtimes/ports.js';
import { strangeNames } from './corpus-messages.js';

export interface FreshArchive extends AsyncDisposable {
  readonly archive: ArchiveStore;
}

const range = (partition: number, from: number, until: number, level = 0): ArchiveRange => ({
  ...{ partition, level, from, until },
});

/** The messages of a range; `say` makes those of one writer other ones than another's. */
function messagesOf({ partition, from, until }: ArchiveRange, say = 'message'): readonly Message[] {
  return Array.from({ length: until - from }, (_, i) => {
    const value = Buffer.from(`${say} ${from + i}`);
    return { partition, offset: from + i, timestampMs: 0, value };
  });
}

/** Writes a whole file. */
async function write(archive: ArchiveStore, of: ArchiveRange, messages = messagesOf(of)): Promise<string> {
  const temporary = await archive.createTemporary(of);
  await archive.append(temporary, messages);
  return archive.finish(temporary, of);
}

/** What is kept of a message; its time is not. */
const kept = ({ partition, offset, value }: Message) => [
  ...[partition, offset, value === null ? null : Buffer.from(value).toString('base64')],
];

async function read(archive: ArchiveStore, file: ArchiveFile) {
  const messages: Message[] = [];
  for await (const some of archive.readMessages(file)) messages.push(...some);
  return messages.map(kept);
}

/** The one file that begins there. */
async function fileAt(archive: ArchiveStore, partition: number, from: number, level = 0): Promise<ArchiveFile> {
  const files = (await archive.list()).filter(
    (file) => file.partition === partition && file.from === from && file.level === level,
  );
  expect(files).toHaveLength(1);
  return files[0]!;
}

export function archiveBehaviour(open: () => Promise<FreshArchive>): void {
  const fact = (name: string, holds: (archive: ArchiveStore) => Promise<void>) =>
    it(name, async () => {
      await using fresh = await open();
      await holds(fresh.archive);
    });

  fact('shows a file when it is finished, and not before', async (archive) => {
    expect(await archive.list()).toEqual([]);
    const temporary = await archive.createTemporary(range(1, 7, 10));
    await archive.append(temporary, messagesOf(range(1, 7, 10)));
    expect(await archive.list()).toEqual([]);
    expect(await archive.finish(temporary, range(1, 7, 10))).toBe('finished');
    const files = await archive.list();
    expect(files).toMatchObject([range(1, 7, 10)]);
    expect(files[0]!.bytes).toBeGreaterThan(0);
  });

  fact('keeps any bytes, over several appends', async (archive) => {
    const texts = ['', '\n', '\r\n', '\t', '#snacklab-archive 1 0 0 0 5\n', ...strangeNames];
    const values = [null, Buffer.from([0, 255, 10]), Buffer.alloc(900_000, '\n'), ...texts.map((t) => Buffer.from(t))];
    const of = range(0, 5, 5 + values.length);
    const messages = values.map((value, i) => ({ partition: 0, offset: 5 + i, timestampMs: 0, value }));
    const temporary = await archive.createTemporary(of);
    for (const message of messages) await archive.append(temporary, [message]);
    await archive.finish(temporary, of);
    expect(await read(archive, await fileAt(archive, 0, 5))).toEqual(messages.map(kept));
  });

  fact('never overwrites: of two files that begin at one offset the first stays', async (archive) => {
    const [first, second] = [range(0, 5, 8), range(0, 5, 9)];
    const temporaries = [await archive.createTemporary(first), await archive.createTemporary(first)];
    const longer = await archive.createTemporary(second);
    expect(new Set([...temporaries, longer]).size).toBe(3);
    await archive.append(temporaries[0]!, messagesOf(first, 'one'));
    await archive.append(temporaries[1]!, messagesOf(first, 'two'));
    await archive.append(longer, messagesOf(second, 'three'));
    expect(await archive.finish(temporaries[1]!, first)).toBe('finished');
    expect(await archive.finish(temporaries[0]!, first)).toBe('exists');
    expect(await archive.finish(longer, second)).toBe('exists');
    for (const name of [temporaries[0]!, longer]) await archive.remove(name);
    const file = await fileAt(archive, 0, 5);
    expect(file).toMatchObject(first);
    expect(await read(archive, file)).toEqual(messagesOf(first, 'two').map(kept));
  });

  fact('lists the lower levels first', async (archive) => {
    for (const of of [range(0, 0, 4, 2), range(1, 0, 1), range(0, 0, 2, 1), range(0, 0, 1), range(0, 1, 2)]) {
      expect(await write(archive, of)).toBe('finished');
    }
    expect((await archive.list()).map(({ level }) => level)).toEqual([0, 0, 0, 1, 2]);
  });

  fact('merges files in the order that they are given in, and keeps them', async (archive) => {
    for (const of of [range(0, 10, 13), range(0, 13, 20)]) await write(archive, of);
    const files = [await fileAt(archive, 0, 10), await fileAt(archive, 0, 13)];
    const merged = range(0, 10, 20, 1);
    const temporary = await archive.createTemporary(merged);
    await archive.appendFiles(temporary, files.slice(0, 1));
    await archive.appendFiles(temporary, files.slice(1));
    expect(await archive.finish(temporary, merged)).toBe('finished');
    expect(await read(archive, await fileAt(archive, 0, 10, 1))).toEqual(messagesOf(merged).map(kept));
    expect(await archive.list()).toHaveLength(3);
  });

  fact('gives the messages of a large file in their order', async (archive) => {
    const of = range(2, 100, 5_100);
    await write(archive, of);
    expect(await read(archive, await fileAt(archive, 2, 100))).toEqual(messagesOf(of).map(kept));
  });

  fact('removes a file, whoever asks for it afterwards', async (archive) => {
    for (const of of [range(0, 0, 2), range(0, 2, 4)]) await write(archive, of);
    const [first, second] = [await fileAt(archive, 0, 0), await fileAt(archive, 0, 2)];
    await archive.remove(first.path);
    await archive.remove(first.path);
    expect(await archive.list()).toEqual([second]);
    await expect(read(archive, first)).rejects.toThrow();
    const given = await archive.createTemporary(range(0, 4, 5));
    await archive.remove(given);
    expect(await archive.list()).toEqual([second]);
    expect(await write(archive, range(0, 0, 2)), 'its name is free again').toBe('finished');
  });
}
