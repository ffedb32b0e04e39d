/**
 * Goal: a lab on a directory in which something was damaged ends with a clear error or works around it, and in no case
 * answers wrongly.
 * Method: a lab in a process of its own is killed, a file of it is damaged or removed, and the next life is watched;
 * ledger, log and answers are judged by the checker.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundled, type Program, type Running } from './child-process.js';
import { type FreshFolder, freshFolder } from './fresh-directory.js';
import { expectAgreement, killed, type LivedIn, startLab, untilTheEnd } from './lab-lives.js';

let program: Program;
let folder: FreshFolder;
let lived: LivedIn;
/** What the readers of all lives have seen so far. */
const lines: string[] = [];
beforeAll(async () => {
  program = await bundled('lab-child');
  folder = await freshFolder();
  lived = { program, dir: join(folder.path, 'lab'), segmentBytesMax: 16 << 20 };
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
  await program[Symbol.asyncDispose]();
});

async function untilSaid(running: Running, wanted: RegExp): Promise<void> {
  await expect.poll(() => running.said.some((line) => wanted.test(line)), { timeout: 60_000 }).toBe(true);
}

/** The archive's first file of a partition that has been counted. */
async function archiveFile(): Promise<string> {
  const level = join(lived.dir, 'archive/0');
  return join(level, (await readdir(level)).sort()[0]!);
}

describe('a lab in whose directory something was damaged', { timeout: 180_000 }, () => {
  it('was well before', async () => {
    const running = startLab(lived, 2_000);
    await untilSaid(running, /lambda-1: base 3 published/);
    lines.push(...(await killed(running)));
  });

  it('answers on, and publishes no base, while a file of its archive is damaged', async () => {
    const path = await archiveFile();
    const bytes = await readFile(path);
    await writeFile(
      path,
      bytes.map((byte, i) => (i === 300 ? byte ^ 1 : byte)),
    );
    const running = startLab(lived, 2_000);
    await untilSaid(running, /batch job .* failed: .* is damaged: its bytes are not those that were written/);
    expect(running.said.some((line) => /base \d+ published/.test(line))).toBe(false);
    lines.push(...(await killed(running)), ...(await untilTheEnd(lived)));
    await expectAgreement(lived, lines);
  });

  it('writes a file of its archive anew that is gone, and publishes bases again', async () => {
    await rm(await archiveFile());
    const running = startLab(lived, 2_000);
    await untilSaid(running, /lambda-1: base \d+ published/);
    lines.push(...(await killed(running)), ...(await untilTheEnd(lived)));
    await expectAgreement(lived, lines);
  });

  it('ends where its ledger is damaged, and uses no event id twice', async () => {
    const path = join(lived.dir, 'ledger/ledger.jsonl');
    const whole = await readFile(path, 'utf8');
    await writeFile(path, whole.replace('"until"', '"unt'));
    const running = startLab(lived, 2_000);
    const { code } = await running.ended;
    const last = running.said.at(-1);
    expect({ code, last }).toEqual({
      code: 1,
      last: expect.stringMatching(/ended fail: line \d+ of the .* ledger is damaged/),
    });
    await writeFile(path, whole);
    lines.push(...running.lines, ...(await untilTheEnd(lived)));
    await expectAgreement(lived, lines);
  });
});
