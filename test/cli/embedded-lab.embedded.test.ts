// Goal: a lab without Docker is one that a user starts, finds again with every command, kills, goes on with and forgets,
// and its answers are exact throughout. Method: the built command line, as processes of their own, on a machine whose
// Docker engine does not answer; the judge reads the log over the lab's socket.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { covers } from '../../src/positions/position.js';
import { runCli } from '../lab/cli.js';
import { expectRight } from '../lab/only-slow.js';

const folder = mkdtempSync(join(tmpdir(), 'snacklab-test-'));
const environment = {
  XDG_DATA_HOME: join(folder, 'data'),
  XDG_CACHE_HOME: join(folder, 'cache'),
  DOCKER_HOST: `unix://${join(folder, 'no-engine.sock')}`,
};
const lambdaDir = join(folder, 'data', 'snacklab', 'lambda');
/** Too long for a socket in it. */
const kappaDir = join(folder, 'a-long-name-'.repeat(12), 'kappa');

afterAll(async () => {
  for (const args of [
    ['lambda', 'down', '--runtime', 'embedded'],
    ['kappa', 'down', '--dir', kappaDir],
  ])
    await runCli(args, { environment });
  rmSync(folder, { recursive: true });
}, 60_000);

// biome-ignore lint/suspicious/noExplicitAny: each command's document has its own published schema
async function snacklab(...args: string[]): Promise<{ exitCode: number; document: any; stderr: string }> {
  const { exitCode, stdout, stderr } = await runCli([...args, '--json'], { environment });
  return { exitCode, document: JSON.parse(stdout), stderr };
}

/** The document of a command that has to pass. */
async function passed(...args: string[]) {
  const { exitCode, document, stderr } = await snacklab(...args);
  expect(exitCode, `${args.join(' ')}: ${JSON.stringify(document).slice(0, 2_000)}\n${stderr}`).toBe(0);
  return document;
}

/** The lab is judged until enough was seen; that it answered seldom is forgiven, and nothing else. */
async function expectExact(...args: string[]) {
  expectRight(await runCli([...args, '--at-most', '120', '--json'], { environment }));
}

async function pidIn(dir: string): Promise<number> {
  return JSON.parse(await readFile(join(dir, 'lab.json'), 'utf8')).pid;
}

const core = ['--questions', 'core'];
const bad = ['--malformed', '0.02', '--duplicate', '0.01', '--late', '0.01'];

describe('an embedded Lambda lab', () => {
  it('comes up with an exact answer, and is found again by every command', async () => {
    const up = await passed(
      'lambda',
      'up',
      '--runtime',
      'embedded',
      '--rate',
      '300',
      '--batch-every',
      '20',
      ...core,
      ...bad,
    );
    expect(up).toMatchObject({ runtime: 'embedded', dir: lambdaDir, answer: { compared: 'equal' } });
    expect(await passed('lambda', 'generator', 'rate', '400')).toMatchObject({ rate: 400, paused: false });
    expect(await passed('lambda', 'batch')).toMatchObject({ published: true });
    expect((await passed('lambda', 'query', 'revenue-by-machine')).answer).toMatchObject({ compared: 'equal' });
    const places = await passed('lambda', 'query', 'where-most-is-sold');
    expect(places).toMatchObject({ schema: 'snacklab/presented', answer: { compared: 'equal' } });
    expect(places.answer.rows[0]).toMatchObject({ place: 'main station', machines: '14' });
    await expectExact('lambda', 'verify', '--seconds', '15', '--ledger');
    const status = await passed('lambda', 'status');
    expect(status).toMatchObject({ runtime: 'embedded', running: true, problem: null, wanted: { rate: 400 } });
    expect(status.services.map(({ service }: { service: string }) => service)).toContain('coordinator');
    const { lines } = await passed('lambda', 'logs', 'coordinator', '--tail', '3');
    expect(lines.at(-1).text).toContain('lambda-1');
  });

  it('is asked again and again by `query --watch`: one header for all lines, or a document a look', async () => {
    const ask = ['lambda', 'query', 'items-sold', '--watch', '--count', '3', '--interval', '0.5'];
    const { exitCode, stdout } = await runCli([...ask, '--csv'], { environment });
    const [header, ...lines] = stdout.trim().split('\n');
    expect([exitCode, header]).toEqual([0, expect.stringMatching(/^pipeline,number,position,item,sold_base,/)]);
    const looks = new Set(lines.map((line) => line.split(',')[1]));
    expect(looks.size).toBe(3);
    expect(lines.filter((line) => /,apple,/.test(line))).toHaveLength(3);
    const documents = (await runCli([...ask, '--json'], { environment })).stdout.trim().split('\n');
    expect(documents.map((text) => JSON.parse(text).schema)).toEqual(Array(3).fill('snacklab/query'));
  });

  it('is left alone by a second `up`, and refuses what only containers have', async () => {
    const pid = await pidIn(lambdaDir);
    const again = await snacklab('lambda', 'up');
    expect(again).toMatchObject({ exitCode: 0, document: { runtime: 'embedded' } });
    expect(again.stderr).toContain('is up already');
    expect(await pidIn(lambdaDir)).toBe(pid);
    const refused = await snacklab('lambda', 'up', '--datanodes', '2');
    expect(refused).toMatchObject({ exitCode: 64, document: { detail: { flag: '--datanodes' } } });
  });

  it('says that it is down after a kill, and goes on exactly where it stood', async () => {
    const before = (await passed('lambda', 'query', 'items-sold')).answer;
    process.kill(await pidIn(lambdaDir), 'SIGKILL');
    expect(await snacklab('lambda', 'query', 'items-sold')).toMatchObject({
      exitCode: 69,
      document: { kind: 'unavailable', suggestion: 'snacklab lambda up --runtime embedded' },
    });
    const status = await snacklab('lambda', 'status');
    expect(status).toMatchObject({ exitCode: 69, document: { running: false, runtime: 'embedded' } });
    const after = (await passed('lambda', 'up', '--runtime', 'embedded')).answer;
    expect(after).toMatchObject({ compared: 'equal', origin: before.origin });
    expect(covers(after.position, before.position)).toBe(true);
    await expectExact('lambda', 'verify', '--seconds', '15', '--ledger');
    // What was wanted at run time is wanted still.
    expect(await passed('lambda', 'status')).toMatchObject({ wanted: { rate: 400 } });
  });

  it('changes a question, switches, rolls back and drops', async () => {
    const changed = await passed('lambda', 'change', '--as', 'v2', '--questions', 'business');
    expect(changed).toMatchObject({ pipeline: 'lambda-2', caughtUp: true });
    expect(await passed('lambda', 'switch', 'v2')).toMatchObject({ to: 'lambda-2', changed: true, back: false });
    await expectExact('lambda', 'verify', '--seconds', '20');
    // Late events have minutes of their own, so there are several.
    const trend = await passed('lambda', 'query', 'sales-trend');
    expect(trend.answer).toMatchObject({
      pipeline: 'lambda-2',
      compared: 'equal',
      rows: [{ what: 'items' }, { what: 'cents' }],
    });
    expect(await passed('lambda', 'rollback')).toMatchObject({ to: 'lambda-1', changed: true, back: false });
    expect((await snacklab('lambda', 'query', 'sales-trend')).stderr).toContain('the live version does not answer');
    expect(await passed('lambda', 'drop', 'v2')).toMatchObject({ gone: true });
    expect((await passed('lambda', 'versions')).versions).toHaveLength(1);
  });

  it('is stopped, keeps its data, and is forgotten', async () => {
    const pid = await pidIn(lambdaDir);
    expect(await passed('lambda', 'down')).toMatchObject({ runtime: 'embedded', pid, volumes: [] });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    const { lines } = await passed('lambda', 'logs', '--tail', '1');
    expect(lines.at(-1).text).toBe('ended');
    const gone = await passed('lambda', 'down', '--volumes', '--runtime', 'embedded');
    expect(gone).toMatchObject({ pid: null, volumes: [lambdaDir] });
    expect(existsSync(lambdaDir)).toBe(false);
  });
});

describe('an embedded Kappa lab in a directory of its own', () => {
  const kappa = (...args: string[]) => passed('kappa', ...args, '--dir', kappaDir);

  it('replays a changed question, switches, rolls back, and is forgotten', async () => {
    expect(await kappa('up', '--rate', '500', ...bad)).toMatchObject({ dir: kappaDir });
    expect((await kappa('query', 'empty-soon')).answer).toMatchObject({ pipeline: 'kappa-1', compared: 'equal' });
    const other = ['up', '--questions', 'docs/questions-example.yaml', '--dir', kappaDir];
    expect(await snacklab('kappa', ...other)).toMatchObject({
      exitCode: 64,
      document: { suggestion: expect.stringContaining('snacklab kappa replay --as v2 --questions FILE') },
    });
    expect(await kappa('up', '--questions', 'business')).toMatchObject({ answer: { pipeline: 'kappa-1' } });
    const filled = await kappa('generator', 'fill', '30000', '--rate', '20000');
    expect(filled.messages).toBeGreaterThanOrEqual(30_000);
    const replayed = await kappa('replay', '--as', 'v2', '--questions', 'docs/questions-example.yaml');
    expect(replayed).toMatchObject({ pipeline: 'kappa-2', caughtUp: true, missing: 0 });
    expect(await kappa('switch', 'v2')).toMatchObject({ to: 'kappa-2', back: false });
    await expectExact('kappa', 'verify', '--seconds', '15', '--ledger', '--dir', kappaDir);
    expect(await kappa('rollback')).toMatchObject({ to: 'kappa-1', back: false });
    expect((await kappa('query', 'items-sold')).answer).toMatchObject({ pipeline: 'kappa-1', compared: 'equal' });
    expect(await kappa('down', '--volumes')).toMatchObject({ volumes: [kappaDir] });
    expect(existsSync(kappaDir)).toBe(false);
  });
});
