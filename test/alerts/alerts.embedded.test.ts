/**
 * Goal: a machine that falls silent raises an alert, one notice arrives, a killed lab neither repeats nor forgets it, and it
 * is cleared when the machine is heard again. Method: the built command line, an embedded lab whose heartbeats come from a
 * file, and a webhook on this machine that is away at first.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebhookBody } from '../../src/alerts/webhook.js';
import { runCli } from '../lab/cli.js';

const folder = mkdtempSync(join(tmpdir(), 'snacklab-test-'));
const dir = join(folder, 'kappa');
const business = join(import.meta.dirname, '../../docs/questions-business.yaml');
/** An hour ahead of what the generator makes, so that these are the newest heartbeats. */
const startMs = Date.now() + 3_600_000;

const notices: WebhookBody[] = [];
let isAway = true;
let webhook: Server;
let environment: Readonly<Record<string, string>>;

// biome-ignore lint/suspicious/noExplicitAny: each command's document has its own published schema
async function kappa(...args: string[]): Promise<any> {
  const { exitCode, stdout, stderr } = await runCli(['kappa', ...args, '--dir', dir, '--json'], { environment });
  expect(exitCode, `${args.join(' ')}: ${stdout}${stderr}`).toBe(0);
  return JSON.parse(stdout);
}

/** Of this seed's first events no machine says that it has an error. */
const up = () => kappa('up', '--events', '128', '--rate', '200', '--seed', '5', '--questions', 'core');
const alerts = () => kappa('alerts');

let files = 0;

/** Heartbeats so long after the start, of all machines but one. */
async function beat(afterMs: number, without?: number): Promise<void> {
  const machines = Array.from({ length: 126 }, (_, machine) => machine).filter((machine) => machine !== without);
  files += 1;
  const lines = machines.map((machine) =>
    JSON.stringify({
      ...{ event_id: `beat-${files}-${machine}`, kind: 'heartbeat', snack_automat_id: `SNACK--${machine}` },
      ...{ status: 'ok', timestamp: startMs + afterMs },
    }),
  );
  const path = join(folder, `beats-${files}.jsonl`);
  writeFileSync(path, lines.join('\n'));
  expect(await kappa('ingest', path)).toMatchObject({ accepted: machines.length, refused: 0 });
}

const silent = { rule: 'machine-broken', subject: 'machine SNACK--3, problem silent' };
const notice = (state: string) => ({ ...silent, lab: 'kappa', state, pipeline: 'kappa-2' });

beforeAll(async () => {
  webhook = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (!isAway) notices.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(isAway ? 503 : 204).end();
  });
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
  const { port } = webhook.address() as AddressInfo;
  environment = {
    DOCKER_HOST: `unix://${join(folder, 'no-engine.sock')}`,
    SNACKLAB_WEBHOOK: `http://127.0.0.1:${port}/`,
  };
  await up();
}, 120_000);
afterAll(async () => {
  await kappa('down', '--volumes');
  webhook.close();
  rmSync(folder, { recursive: true });
}, 60_000);

describe('alerts', () => {
  it('say which rules nobody decides', async () => {
    await expect.poll(alerts, { timeout: 30_000 }).toMatchObject({
      raised: [],
      undecided: [{ rule: 'slot-empty-soon' }, { rule: 'machine-broken' }],
    });
    await kappa('replay', '--as', 'v2', '--questions', business);
    await kappa('switch', 'v2');
    await expect.poll(alerts, { timeout: 30_000 }).toMatchObject({ raised: [], undecided: [], webhook: true });
  });

  it('are raised where a machine falls silent, at the position that is told, and wait for a webhook that is away', async () => {
    await beat(0);
    // It has to stay silent for a moment, over several answers: the others beat on, as in any lab.
    let afterMs = 60_000;
    await expect
      .poll(
        async () => {
          await beat(afterMs++, 3);
          return (await alerts()).raised;
        },
        { timeout: 60_000 },
      )
      .toMatchObject([silent]);
    const { raised, waiting } = await alerts();
    expect(waiting).toBe(1);
    expect(raised[0]).toMatchObject({ id: 1, raised: { pipeline: 'kappa-2' }, cleared: null });
    const { answer } = await kappa('query', 'broken-machines');
    const seconds = (afterMs - 1) / 1000;
    expect(answer.rows).toMatchObject([{ machine: 'SNACK--3', problem: 'silent', 'seconds silent': seconds }]);
    expect(raised[0].says).toMatch(/seconds silent 60(\.\d+)?$/);
  });

  it('are neither repeated nor forgotten by a lab that is killed', async () => {
    process.kill(JSON.parse(readFileSync(join(dir, 'lab.json'), 'utf8')).pid, 'SIGKILL');
    isAway = false;
    await up();
    await expect.poll(() => notices, { timeout: 60_000 }).toMatchObject([{ ...notice('raised'), id: 1 }]);
    await expect.poll(async () => (await alerts()).waiting, { timeout: 30_000 }).toBe(0);
    process.kill(JSON.parse(readFileSync(join(dir, 'lab.json'), 'utf8')).pid, 'SIGKILL');
    await up();
    await beat(61_000, 3);
    expect(await alerts()).toMatchObject({ raised: [{ ...silent, id: 1 }], cleared: [], waiting: 0 });
    expect(notices).toHaveLength(1);
  });

  it('are cleared where the machine is heard again', async () => {
    let afterMs = 62_000;
    await expect
      .poll(
        async () => {
          await beat(afterMs++);
          return notices;
        },
        { timeout: 60_000 },
      )
      .toMatchObject([notice('raised'), notice('cleared')]);
    expect(await alerts()).toMatchObject({ raised: [], cleared: [{ ...silent, id: 1 }] });
    const { stdout } = await runCli(['kappa', 'alerts', '--dir', dir], { environment });
    expect(stdout).toContain('no alert is raised');
    expect(stdout).toContain('SNACK--3');
  });
});
