/**
 * Goal: a directory that cannot be opened here and now is refused with what to do about it, and left as it is.
 * Method: a path of each kind that is not ours to use; what a mode forbids is tried by a process of another user where
 * this one is root, whom no mode stops.
 */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describedDirectory } from '../../src/runtimes/embedded/directory.js';
import { openEmbedded } from '../../src/runtimes/embedded/open.js';
import { bundled, type Program, start } from './child-process.js';
import { contentOf, fillDirectory, freshFolder, logTexts, refusalOf, textsUpTo } from './fresh-directory.js';

const messages = 200;
const quiet = { say: () => {} };
/** Nobody's, on all systems that have such a user. */
const otherUser = '65534';

let program: Program;
beforeAll(async () => {
  program = await bundled('open-child');
});
afterAll(() => program[Symbol.asyncDispose]());

async function describedAs(change: (description: Record<string, unknown>) => Record<string, unknown>) {
  const folder = await freshFolder();
  const path = join(folder.path, 'snacklab.json');
  await fillDirectory(folder.path, messages);
  await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')))));
  return { dir: folder.path, before: await contentOf(folder.path), [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

/** The refusal of a process that may do no more than modes allow. */
async function refusalAsOtherUser(dir: string): Promise<unknown> {
  const uid = process.getuid?.() === 0 ? [otherUser] : [];
  const running = start([process.execPath, program.path, dir, '3', ...uid]);
  await running.ended;
  return JSON.parse(running.lines.at(-1) ?? JSON.stringify(running.said));
}

describe('a directory is refused, and not changed, when', () => {
  it('it was written by a newer version', async () => {
    await using newer = await describedAs((description) => ({ ...description, format: 2 }));
    const { kind, message, suggestion } = await refusalOf(newer.dir);
    expect({ kind, message, suggestion }).toMatchObject({ kind: 'fail', message: expect.stringContaining('format 2') });
    expect(suggestion).toContain('use the version that wrote it');
    expect(await contentOf(newer.dir)).toEqual(newer.before);
  });

  it('it was written under another rule of what an event is', async () => {
    await using other = await describedAs((description) => ({ ...description, rule: 'another' }));
    expect(await refusalOf(other.dir)).toMatchObject({
      kind: 'fail',
      message: expect.stringContaining('another rule'),
    });
    expect(await contentOf(other.dir)).toEqual(other.before);
  });

  it('it holds something else', async () => {
    await using folder = await freshFolder();
    await writeFile(join(folder.path, 'thesis.tex'), 'years of work');
    const before = await contentOf(folder.path);
    expect(await refusalOf(folder.path)).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('thesis.tex'),
    });
    expect(await contentOf(folder.path)).toEqual(before);
  });

  it.each(['file', 'file/below'])('it is a file, or lies below one: %s', async (path) => {
    await using folder = await freshFolder();
    await writeFile(join(folder.path, 'file'), 'no directory');
    expect(await refusalOf(join(folder.path, path))).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('no directory'),
      suggestion: expect.stringContaining('--dir'),
    });
    expect(await readFile(join(folder.path, 'file'), 'utf8')).toBe('no directory');
  });

  it('it may only be read', async () => {
    await using folder = await freshFolder();
    const dir = join(folder.path, 'lab');
    await fillDirectory(dir, messages);
    const before = await contentOf(dir);
    await chmod(folder.path, 0o755);
    await chmod(dir, 0o555);
    await chmod(join(dir, 'serving.duckdb'), 0o444);
    expect(await refusalAsOtherUser(dir)).toMatchObject({
      kind: 'unavailable',
      suggestion: expect.stringContaining('writable'),
    });
    expect(await contentOf(dir)).toEqual(before);
    await chmod(dir, 0o755);
  });

  it('the folder that it is to be made in may only be read', async () => {
    await using folder = await freshFolder();
    await chmod(folder.path, 0o555);
    const dir = join(folder.path, 'lab');
    expect(await refusalAsOtherUser(dir)).toMatchObject({
      kind: 'unavailable',
      suggestion: expect.stringContaining('writable'),
    });
    expect(await contentOf(folder.path)).toEqual({});
    await chmod(folder.path, 0o755);
  });

  it('its description may not be read', async () => {
    await using folder = await freshFolder();
    await fillDirectory(folder.path, messages);
    await chmod(folder.path, 0o755);
    await chmod(join(folder.path, 'snacklab.json'), 0o000);
    expect(await refusalAsOtherUser(folder.path)).toMatchObject({
      kind: 'unavailable',
      suggestion: expect.stringContaining('readable'),
    });
  });
});

describe('two processes', () => {
  it('do not share a directory: the second is told so, and the first goes on', async () => {
    await using folder = await freshFolder();
    await fillDirectory(folder.path, messages);
    await using data = await openEmbedded({ dir: folder.path, ...quiet });
    const running = start([process.execPath, program.path, folder.path]);
    await running.ended;
    expect(JSON.parse(running.lines.at(-1)!)).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('another process'),
      suggestion: expect.stringContaining('--dir'),
    });
    expect(await logTexts(data)).toEqual(textsUpTo(messages));
  });

  it('that begin a directory at once agree on what it is', async () => {
    await using folder = await freshFolder();
    const dir = join(folder.path, 'lab');
    const racing = [3, 5, 7].map((partitions) => start([process.execPath, program.path, dir, String(partitions)]));
    await Promise.all(racing.map(({ ended }) => ended));
    const told = racing.map(({ lines, said }) => JSON.parse(lines.at(-1) ?? JSON.stringify(said)));
    await using data = await openEmbedded({ dir, ...quiet });
    for (const one of told) {
      if ('kind' in one) expect(one).toMatchObject({ kind: 'unavailable' });
      else expect(one).toEqual({ partitions: data.log.partitions });
    }
    expect(told.some((one) => 'partitions' in one)).toBe(true);
  });

  it('never take for something else what the other is just beginning', async () => {
    for (let round = 0; round < 20; round++) {
      await using folder = await freshFolder();
      let isOpen = false;
      const opening = openEmbedded({ dir: folder.path, ...quiet }).finally(() => {
        isOpen = true;
      });
      while (!isOpen) await describedDirectory(folder.path);
      await (await opening)[Symbol.asyncDispose]();
    }
  });
});
