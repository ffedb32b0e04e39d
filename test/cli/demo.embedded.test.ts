/**
 * Goal: who has nothing but Node gets a verdict, its data is gone afterwards or goes on where it stood, and a wrong use is
 * told. Method: the built command line, as a process of its own.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from '../lab/cli.js';

const folder = mkdtempSync(join(tmpdir(), 'snacklab-test-demo-'));
const keep = join(folder, 'kept');
const environment = { TMPDIR: folder, XDG_CACHE_HOME: folder };

afterAll(() => rmSync(folder, { recursive: true }));

const demo = async (...flags: string[]) => {
  const { exitCode, stdout, stderr } = await runCli(['demo', '--json', ...flags], { environment });
  return { exitCode, stderr, document: JSON.parse(stdout) };
};

/** Nothing is wrong; whether enough was seen to call it exact depends on how busy the machine is. */
const notWrong = { wrong: 0, wrongAnswers: [] };
const demoFolders = () => readdirSync(folder).filter((name) => name.startsWith('snacklab-demo-'));

describe('demo', () => {
  it('judges both architectures on one log, agrees with a plain scan, and leaves nothing behind', async () => {
    const { document, stderr } = await demo('--seconds', '12', '--merge', 'naive', '--malformed', '0.05');
    expect(['pass', 'unknown'], stderr).toContain(document.verdict);
    expect(stderr).not.toContain('Warning');
    expect(document).toMatchObject({ rate: 1000, seed: 1, directory: null, baseline: { agrees: true } });
    const { lambda, kappa } = document.architectures;
    for (const one of [lambda, kappa]) {
      expect(one).toMatchObject(notWrong);
      expect(one.ok).toBeGreaterThan(0);
      expect(one.messages).toBe(document.baseline.messages);
    }
    expect(lambda.naive.ok + lambda.naive.wrong).toBeGreaterThan(0);
    expect(document.again).toContain('npx snacklab kappa up --rate 1000 --seed 1');
    expect(demoFolders()).toEqual([]);
  });

  it('ends in order when it is interrupted, and leaves nothing behind', async () => {
    // SIGTERM, as Ctrl-C: what a command that is given up after so long is sent.
    const { exitCode, stderr } = await runCli(['demo', '--seconds', '60', '--merge', 'naive'], {
      environment,
      timeoutMs: 20_000,
    });
    expect(stderr).toMatch(/^interrupted$/m);
    expect(exitCode).toBe(130);
    expect(demoFolders()).toEqual([]);
  });

  it('keeps its data where it is told to, and goes on with it', async () => {
    const first = await demo('--seconds', '5', '--keep', keep, '--architecture', 'kappa', '--rate', '500');
    const again = await demo('--seconds', '5', '--keep', keep, '--architecture', 'kappa', '--rate', '500');
    expect(again.document).toMatchObject({ directory: keep, baseline: { agrees: true } });
    expect(again.document.architectures.kappa).toMatchObject(notWrong);
    expect(again.document.baseline.messages).toBeGreaterThan(first.document.baseline.messages);
    const other = await demo('--seconds', '5', '--keep', keep, '--seed', '2');
    expect(other).toMatchObject({ exitCode: 64, document: { schema: 'snacklab/error', kind: 'usage' } });
  });

  it('tells a directory that holds something else', async () => {
    const { exitCode, document } = await demo('--seconds', '5', '--keep', join(import.meta.dirname));
    expect({ exitCode, kind: document.kind }).toEqual({ exitCode: 64, kind: 'usage' });
    expect(document.message).toContain('holds something else');
  });

  it('tells what Kappa cannot be asked', async () => {
    const { exitCode } = await demo('--architecture', 'kappa', '--merge', 'naive');
    expect(exitCode).toBe(64);
  });
});
