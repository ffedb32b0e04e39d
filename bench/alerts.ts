/**
 * The benchmark of alerts: how long after its threshold a machine that has stopped beating is told to a webhook. On an
 * embedded lab that answers all questions; heartbeats come over HTTP, a round of all machines a second.
 *
 *     npm run bench:alerts
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { WebhookBody } from '../src/alerts/webhook.js';
import { machineCount, machineId } from '../src/machines/catalogue.js';
import { silentMsMin } from '../src/presented/breakdowns.js';
import { findResources } from '../src/resources.js';
import { median, type Row } from './row.js';
import { runBench } from './run.js';

const rounds = 9;
const portBase = 32_000;
const ingestPort = 9022 + portBase;
const tickMs = 100;
const beatsPerTick = Math.ceil((machineCount * tickMs) / 1000);
/** Until all machines have been heard often, and before another one stops. */
const warmMs = 5_000;
const givenUpMs = 60_000;

const { root } = findResources();

await runBench('alerts', { 'heartbeat-to-alert': alertRow });

async function alertRow(): Promise<Row> {
  const dir = await mkdtemp(join(tmpdir(), 'snacklab-bench-'));
  const heard = await openWebhook();
  const env = { ...process.env, SNACKLAB_WEBHOOK: heard.url };
  const cli = (...args: string[]) =>
    promisify(execFile)(process.execPath, [join(root, 'dist', 'cli.mjs'), 'lambda', ...args, '--dir', dir], { env });
  try {
    const ports = ['--port-base', String(portBase), '--ingest-port', String(ingestPort)];
    await cli('up', '--runtime', 'embedded', '--questions', 'business', '--rate', '1000', ...ports);
    // The generator's own heartbeats would go on for a machine that stops here.
    await cli('generator', 'pause');
    return await measured(heard);
  } finally {
    heard.close();
    await cli('down', '--volumes');
    await rm(dir, { recursive: true, force: true });
  }
}

async function measured({ next }: Webhook): Promise<Row> {
  const beating = startBeats();
  const afterThreshold: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      await sleep(warmMs + round * 137);
      const machine = (round * 17 + 3) % machineCount;
      const lastMs = beating.stop(machine);
      const raised = next(
        (body) => body.state === 'raised' && body.subject.startsWith(`machine ${machineId(machine)},`),
      );
      afterThreshold.push((await raised) - lastMs - silentMsMin);
      const cleared = next(
        (body) => body.state === 'cleared' && body.subject.startsWith(`machine ${machineId(machine)},`),
      );
      beating.resume(machine);
      await cleared;
    }
  } finally {
    await beating.end();
  }
  return {
    name: 'heartbeat-to-alert',
    title: 'a heartbeat that stops, to the alert',
    figures: [
      { what: 'after its threshold, median', value: median(afterThreshold) / 1000, unit: 's' },
      { what: 'after its threshold, most', value: Math.max(...afterThreshold) / 1000, unit: 's', atMost: 3 },
    ],
    conditions: [
      `${rounds} machines, one after the other; threshold ${silentMsMin / 1000} s; from the last heartbeat to the webhook`,
      'an embedded Lambda lab with all questions, heartbeats of all machines each second, no other events meanwhile',
    ],
  };
}

/** Each machine beats about once a second, but for those that are stopped. */
function startBeats() {
  const stopped = new Set<number>();
  const lastMs = new Map<number, number>();
  let turn = 0;
  let sent = 0;
  let isOver = false;
  const send = async () => {
    const nowMs = Date.now();
    const turns = Array.from({ length: beatsPerTick }, () => turn++ % machineCount);
    const events = turns
      .filter((machine) => !stopped.has(machine))
      .map((machine) => {
        lastMs.set(machine, nowMs);
        const common = { event_id: `bench-${sent++}`, kind: 'heartbeat', snack_automat_id: machineId(machine) };
        return { ...common, status: 'ok', timestamp: nowMs };
      });
    const headers = { 'content-type': 'application/json' };
    const url = `http://127.0.0.1:${ingestPort}/events`;
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(events) });
    if (!answer.ok) throw new Error(`ingestion answered ${answer.status}: ${await answer.text()}`);
    await answer.arrayBuffer();
  };
  const ended = (async () => {
    while (!isOver) {
      const startedMs = Date.now();
      await send();
      await sleep(Math.max(0, tickMs - (Date.now() - startedMs)));
    }
  })();
  // Told where it is awaited, at the end.
  ended.catch(() => {});
  return {
    /** The time of its last heartbeat. */
    stop(machine: number): number {
      stopped.add(machine);
      return lastMs.get(machine)!;
    },
    resume: (machine: number) => void stopped.delete(machine),
    async end() {
      isOver = true;
      await ended;
    },
  };
}

interface Webhook {
  readonly url: string;
  /** When the next notice that fits has come, by this process's clock. */
  readonly next: (fits: (body: WebhookBody) => boolean) => Promise<number>;
  readonly close: () => void;
}

async function openWebhook(): Promise<Webhook> {
  let awaited: ((body: WebhookBody) => void) | undefined;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    awaited?.(JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    next: (fits) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`no such notice within ${givenUpMs} ms`)), givenUpMs);
        awaited = (body) => {
          if (!fits(body)) return;
          clearTimeout(late);
          resolve(Date.now());
        };
      }),
    close: () => server.close(),
  };
}
