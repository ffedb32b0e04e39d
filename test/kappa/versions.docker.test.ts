/**
 * Goal: a second version reads the whole log beside the live one, readers move to it and back without a wrong answer,
 * and it goes without a trace; also when something is killed on the way.
 * Method: the commands as a user gives them, on the Kappa lab while events flow; the outside judge reads meanwhile.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type CliResult, runCli } from '../lab/cli.js';
import { deleteBelow, kappa, useKappa } from '../lab/kappa.js';
import { docker, waitFor } from '../lab/lab.js';
import { patienceOf } from '../lab/patience.js';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.mjs');

const questions = `
- name: items-sold
  asks: How many healthy items of each kind were sold?
  where: { kind: sale, healthy: true }
  key: [item]
  sums: { sold: { sum: count }, revenueCents: { sum: total, field: price_cents } }
- name: margin
  asks: What does each item earn and cost?
  where: { kind: sale }
  key: [item]
  sums: { priceCents: { sum: total, field: price_cents }, costCents: { sum: total, field: cost_cents } }
`;

interface Version {
  readonly version: string;
  readonly live: boolean;
  readonly state: string;
}

async function versions(): Promise<readonly Version[]> {
  return JSON.parse((await runCli(['kappa', 'versions', '--json'])).stdout).versions;
}

const isReady = async () => (await versions()).some(({ state }) => state === 'ready');

async function heads() {
  await using store = await kappa.openStore();
  // Awaited here: the store closes when this function is left.
  return await store.readHeads();
}

/** Runs a command and expects this exit code. */
async function run(exitCode: number, ...args: readonly string[]): Promise<CliResult> {
  const result = await runCli(['kappa', ...args, ...(exitCode === 0 ? patienceOf(args[0]!) : [])]);
  expect(result.exitCode, `${args.join(' ')}: ${result.stdout}\n${result.stderr}`).toBe(exitCode);
  return result;
}

/** Runs a command and kills it after a while, if it still runs then. */
async function killedAfter(delayMs: number, ...args: readonly string[]): Promise<void> {
  const child = spawn('node', [cli, 'kappa', ...args], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  setTimeout(() => child.kill('SIGKILL'), delayMs);
  await ended;
}

describe.runIf(inject('docker'))('versions of the Kappa lab', () => {
  let file = '';

  beforeAll(async () => {
    await useKappa();
    file = join(await mkdtemp(join(tmpdir(), 'snacklab-questions-')), 'questions.yaml');
    await writeFile(file, questions);
    await kappa.waitForBase(0);
  });

  it('are only what the lab knows', async () => {
    expect((await run(64, 'replay', '--as', 'second')).stderr).toContain('"second" is no version of the kappa lab');
    expect((await run(64, 'replay', '--as', 'v1')).stderr).toContain('v1 is there already; nothing was changed');
    expect((await run(64, 'switch', 'v7')).stderr).toContain('v7 is not there');
    expect((await run(64, 'rollback')).stderr).toContain('no switch that could be taken back');
    expect((await run(64, 'drop', 'v1')).stderr).toContain('v1 is live; nothing was changed');
    await writeFile(`${file}.bad`, questions.replace('price_cents', 'prise_cents'));
    expect((await run(64, 'replay', '--as', 'v2', '--questions', `${file}.bad`)).stderr).toMatch(
      /questions\.yaml\.bad:\d+:\d+: .*prise_cents/,
    );
    expect((await versions()).map(({ version }) => version)).toEqual(['v1']);
  });

  it('begin whole or not at all, and go whole, when the command is killed', async () => {
    let begun = 0;
    for (const delayMs of [300, 600, 900, 1_500, 4_000, 10_000, 30_000, 60_000]) {
      if (begun > 0 && delayMs > 1_500) break;
      await killedAfter(delayMs, 'replay', '--as', 'v2', '--questions', file);
      const begunHead = (await heads()).heads.get('kappa-2');
      if (begunHead === undefined) continue;
      begun++;
      expect(begunHead).toMatchObject({ status: 'ready', origin: [0, 0, 0, 0] });
      expect(begunHead.questions.map(({ name }) => name)).toEqual(['items-sold', 'margin']);
      await killedAfter(delayMs, 'drop', 'v2');
      const marked = (await heads()).heads.get('kappa-2')?.status;
      if (marked === 'ready') await run(0, 'drop', 'v2');
      await waitFor('v2 is gone', async () => !(await heads()).heads.has('kappa-2'));
    }
    expect(begun).toBeGreaterThan(0);
  });

  it('are not switched to while they are behind, and nothing is changed', async () => {
    await run(0, 'replay', '--as', 'v2', '--questions', file, '--detach');
    const { stderr } = await run(1, 'switch', 'v2', '--wait', '0.1');
    expect(stderr).toMatch(/v2 is \d+ messages behind v1; nothing was changed/);
    expect((await versions()).map(({ version, state }) => [version, state])).toEqual([
      ['v1', 'live'],
      ['v2', 'behind'],
    ]);
  });

  it('have no third beside them where Spark has no room for it', async () => {
    expect((await run(64, 'replay', '--as', 'v3')).stderr).toContain('room for 2 versions');
  });

  it('catch up, whatever is killed on the way, while the live one is exact', async () => {
    // Long enough for both drivers to start again on a small machine, and for positions on both sides of that.
    await kappa.expectExactWhile(
      120,
      async () => {
        // A job takes over, then reads: from the first slice on it may be through at once.
        await waitFor('v2 reads', async () => (await heads()).heads.get('kappa-2')!.epoch > 0);
        await kappa.killAndStart('kafka');
        const isRunning = async () => (await heads()).heads.get('kappa-2')!.number > 0;
        await waitFor('v2 counts', isRunning);
        await kappa.killInside('stream-runner', 'pipeline kappa-2');
        await kappa.killAndStart('stream-runner');
        await waitFor('v2 is ready', isReady);
      },
      '--after-kill',
    );
  });

  it('are switched to and back while events flow, without a wrong answer', async () => {
    await kappa.expectExactWhile(
      40,
      async () => {
        const toV2 = JSON.parse((await run(0, 'switch', 'v2', '--json')).stdout);
        expect(toV2).toMatchObject({ from: 'kappa-1', to: 'kappa-2', changed: true, back: false });
        await kappa.waitForSlices();
        const toV1 = JSON.parse((await run(0, 'rollback', '--json')).stdout);
        expect(toV1).toMatchObject({ from: 'kappa-2', to: 'kappa-1', changed: true, back: false });
        await kappa.waitForSlices();
        await run(0, 'switch', 'v2');
      },
      '--question',
      'items-sold',
    );
  });

  it('answer what they declare, equal to the truth', async () => {
    const ask = async (question: string) =>
      JSON.parse((await runCli(['kappa', 'query', question, '--json'])).stdout).answer;
    await waitFor('the truth of v2', async () => (await ask('margin')).compared === 'equal');
    expect(await ask('items-sold')).toMatchObject({ pipeline: 'kappa-2', asks: expect.stringContaining('healthy') });
    expect((await run(64, 'query', 'revenue-by-machine')).stderr).toContain('items-sold, or margin');
  });

  it('stay whole when the command that switches is killed', async () => {
    for (const delayMs of [0, 150, 300, 450, 600]) {
      const before = await heads();
      const to = before.live === 'kappa-1' ? 'v2' : 'v1';
      await killedAfter(delayMs, 'switch', to);
      const after = await heads();
      const moved = after.generation - before.generation;
      expect([0, 1]).toContain(moved);
      expect(after.live === before.live).toBe(moved === 0);
    }
  });

  it('go on together when Cassandra is killed', async () => {
    await kappa.killAndStart('cassandra');
    await kappa.waitForSlices();
    const bothMove = async () => (await versions()).every(({ state }) => ['live', 'ready'].includes(state));
    await waitFor('both move', bothMove);
    await kappa.expectExact('--after-kill', '--question', 'items-sold');
  });

  it('go without a trace when they are dropped', async () => {
    await waitFor('v1 covers v2', async () => (await runCli(['kappa', 'switch', 'v1'])).exitCode === 0);
    expect(JSON.parse((await run(0, 'drop', 'v2', '--json')).stdout)).toMatchObject({
      pipeline: 'kappa-2',
      gone: true,
    });
    await using store = await kappa.openStore();
    await waitFor('nothing of it is stored', async () => {
      const stored = await store.listStored();
      return stored.every(({ incarnation }) => incarnation === 1);
    });
    const processes = await docker('exec', kappa.container('stream-runner'), 'pgrep', '-fa', 'job.py');
    expect(processes).not.toContain('kappa-2');
    expect((await run(64, 'rollback')).stderr).toContain('v2 is not there');
  });

  it('reach back as far as the log does, and say so', async () => {
    const before = await heads();
    const cut = before.heads.get('kappa-1')!.baseCut.map((offset) => Math.floor(offset / 2));
    await deleteBelow(cut);
    const missing = cut.reduce((sum, offset) => sum + offset, 0);
    const { log } = JSON.parse((await run(0, 'status', '--json')).stdout);
    expect([log.starts, log.missing]).toEqual([cut, missing]);
    const { stdout, stderr } = await run(0, 'replay', '--as', 'v2', '--json');
    expect(stderr).toContain('are no longer in the log, nor in its answers');
    expect(JSON.parse(stdout)).toMatchObject({ origin: cut, missing, caughtUp: true });
    await run(0, 'switch', 'v2');
    const { answer } = JSON.parse((await run(0, 'query', 'items-sold', '--json')).stdout);
    expect(answer).toMatchObject({ pipeline: 'kappa-2', origin: cut });
    // One job alone is quicker.
    await run(0, 'drop', 'v1');
    await kappa.waitForBase(0);
    await kappa.expectExact();
  });
});
