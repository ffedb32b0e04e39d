/**
 * Goal: a user's own events, from a file or over HTTP, come out of `query` exactly, and the command goes on after the lab
 * was away. Method: the built command line and an embedded lab whose generator makes no more than a few events.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { covers } from '../../src/positions/position.js';
import { arrayOf, eventTexts, send } from '../ingestion/events.js';
import { runCli } from '../lab/cli.js';

const folder = mkdtempSync(join(tmpdir(), 'snacklab-test-'));
const environment = { DOCKER_HOST: `unix://${join(folder, 'no-engine.sock')}` };
const dir = join(folder, 'kappa');
let port: number;

// biome-ignore lint/suspicious/noExplicitAny: each command's document has its own published schema
async function kappa(...args: string[]): Promise<{ exitCode: number; document: any; stderr: string }> {
  const { exitCode, stdout, stderr } = await runCli(['kappa', ...args, '--dir', dir, '--json'], { environment });
  return { exitCode, document: JSON.parse(stdout), stderr };
}

const up = () => kappa('up', '--events', '240', '--rate', '200', '--ingest-port', String(port), '--questions', 'core');

beforeAll(async () => {
  port = await freePort();
  const { exitCode, stderr } = await up();
  expect(exitCode, stderr).toBe(0);
}, 120_000);
afterAll(async () => {
  await kappa('down', '--volumes');
  rmSync(folder, { recursive: true });
}, 60_000);

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as { port: number };
      server.close(() => resolve(free));
    });
  });
}

/** What `query` says of each item once it has counted the log up to `ends`, or up to all that the generator makes. */
async function sold(ends: Readonly<Record<string, number>> = {}): Promise<Map<string, number>> {
  for (;;) {
    const { document } = await kappa('query', 'items-sold');
    const { answer } = document;
    const wanted = Array.from({ length: answer?.position.length ?? 0 }, (_, partition) => ends[partition] ?? 0);
    if (answer === null || answer.messages < 240 || answer.compared !== 'equal' || !covers(answer.position, wanted))
      continue;
    return new Map(
      answer.rows.map(({ key, sums }: { key: { item: string }; sums: { sold: { merged: string } } }) => [
        key.item,
        Number(sums.sold.merged),
      ]),
    );
  }
}

/** The counts with those of these events added. */
function withEvents(counts: ReadonlyMap<string, number>, texts: readonly string[]): Map<string, number> {
  const sums = new Map(counts);
  for (const text of texts) {
    const { item } = JSON.parse(text);
    sums.set(item, (sums.get(item) ?? 0) + 1);
  }
  return sums;
}

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('ingest', () => {
  it('counts a file of JSON lines exactly, and says which lines were refused', async () => {
    const before = await sold();
    const texts = eventTexts(0, 3_000);
    const path = fileOf('sales.jsonl', [...texts.slice(0, 1_500), 'nonsense', ...texts.slice(1_500)].join('\n'));
    const dry = await kappa('ingest', path, '--dry-run');
    expect(dry).toMatchObject({ exitCode: 1, document: { dryRun: true, accepted: 3_000, refused: 1, ends: {} } });
    const { exitCode, document } = await kappa('ingest', path);
    expect(exitCode).toBe(1);
    expect(document).toMatchObject({ events: 3_001, accepted: 3_000, refused: 1, unknown: 0, stopped: null });
    expect(document.firstRefused).toEqual([{ line: 1_501, reason: 'not JSON' }]);
    expect(await sold(document.ends)).toEqual(withEvents(before, texts));
  });

  it('counts CSV and what is sent over HTTP exactly, and the validation view agrees', async () => {
    const before = await sold();
    const [rows, posted] = [eventTexts(5_000, 5_400), eventTexts(6_000, 6_100)];
    const header = Object.keys(JSON.parse(rows[0]!)).join(',');
    const path = fileOf(
      'sales.csv',
      [header, ...rows.map((row) => Object.values(JSON.parse(row)).join(','))].join('\r\n'),
    );
    const { exitCode, document } = await kappa('ingest', path);
    expect([exitCode, document.format, document.accepted]).toEqual([0, 'csv', 400]);
    const { status, body } = await send({ port }, arrayOf(posted));
    expect([status, body.accepted]).toEqual([200, 100]);
    const ends = { ...document.ends };
    for (const { partition, offset } of body.events) ends[partition] = Math.max(ends[partition] ?? 0, offset + 1);
    expect(await sold(ends)).toEqual(withEvents(before, [...rows, ...posted]));
  });

  it('goes on when the lab is back that was killed, and knows each event’s fate', async () => {
    const before = await sold();
    const texts = eventTexts(10_000, 14_000);
    const cli = join(import.meta.dirname, '../../dist/cli.mjs');
    const args = [cli, 'kappa', 'ingest', '-', '--dir', dir, '--json'];
    const child = spawn(process.execPath, args, { env: { ...process.env, ...environment } });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    child.stdin.write(`${texts.slice(0, 2_000).join('\n')}\n`);
    // The first thousand is in the log; the lab is killed, and the next thousands find nobody.
    await expect.poll(() => stderr, { timeout: 30_000 }).toContain('1,000 accepted');
    process.kill(JSON.parse(await readFile(join(dir, 'lab.json'), 'utf8')).pid, 'SIGKILL');
    const health = () => send({ port, method: 'GET', path: '/health' }, '');
    await expect
      .poll(
        () =>
          health().then(
            () => 'up',
            () => 'gone',
          ),
        { timeout: 30_000 },
      )
      .toBe('gone');
    child.stdin.end(texts.slice(2_000).join('\n'));
    await expect.poll(() => stderr, { timeout: 30_000 }).toContain('waiting for the lab');
    expect((await up()).exitCode).toBe(0);
    expect(await ended, stderr).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ accepted: 4_000, refused: 0, unknown: 0, stopped: null });
    expect(await sold(document.ends)).toEqual(withEvents(before, texts));
  });

  it('says what is wrong with a file, a port and an address', async () => {
    expect(await kappa('ingest', join(folder, 'nowhere'), '--dry-run')).toMatchObject({ exitCode: 64 });
    expect(await kappa('ingest', folder, '--dry-run')).toMatchObject({ exitCode: 64 });
    const other = ['lambda', 'up', '--dir', join(folder, 'lambda'), '--json', '--events', '10'];
    const taken = await runCli([...other, '--ingest-port', String(port)], { environment });
    expect([taken.exitCode, JSON.parse(taken.stdout).message]).toEqual([
      64,
      expect.stringContaining(`127.0.0.1:${port}: another program listens there`),
    ]);
    const open = await runCli([...other, '--ingest-port', String(await freePort()), '--ingest-host', '0.0.0.0'], {
      environment: { ...environment, SNACKLAB_INGEST_TOKEN: '' },
    });
    expect([open.exitCode, JSON.parse(open.stdout).message]).toEqual([
      64,
      expect.stringContaining('there is no token'),
    ]);
  });
});
