// Goal: the console's server keeps its promises to whoever asks: bounded, guarded, honest. Method: the real server on a port
// of its own over a lab that is made up, asked with Node's own client, which sets the headers that browsers forbid.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { endingEarly } from '../../src/cli/embedded/keep-running.js';
import type { Action } from '../../src/console/actions.js';
import { policyOf, readAssets } from '../../src/console/assets.js';
import { type ConsoleLab, followLab } from '../../src/console/follow.js';
import { clientsMax } from '../../src/console/hub.js';
import { openServer } from '../../src/console/server.js';
import { LabError } from '../../src/errors.js';
import { realClock } from '../../src/runtimes/service-scope.js';
import { labSeen } from './seen.js';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Given {
  readonly lab?: Partial<ConsoleLab>;
  readonly token?: string;
}

/** A console on a free port, over a lab that is made up. */
async function consoleOf({ lab = {}, token }: Given = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'snacklab-console-'));
  for (const file of ['index.html', 'page.js', 'icon.svg', 'blank.html']) {
    writeFileSync(join(folder, file), `<p>${file}</p>`);
  }
  const pressed: Action[] = [];
  const made: ConsoleLab = {
    ...{ lab: 'lambda', runtime: 'embedded' },
    look: async () => labSeen(),
    read: async (question) => ({ question, atMs: 1, answer: null, unknown: 'slice 7 of lambda-1 is missing' }),
    perform: async (action) => {
      pressed.push(action);
      return `did ${action.action}`;
    },
    ...lab,
  };
  const stopping = new AbortController();
  const clock = endingEarly(realClock(), stopping.signal);
  const followed = followLab({ lab: made, clock, server: 'run-1', version: 'test' });
  const assets = await readAssets(folder);
  const server = await openServer({ host: '127.0.0.1', port: 0, token, assets, followed, nowMs: clock.nowMs });
  const running = followed.run({ stop: stopping.signal, clock, say: () => {} });
  closing.push(async () => {
    stopping.abort();
    await server[Symbol.asyncDispose]();
    await running;
    rmSync(folder, { recursive: true });
  });
  return { port: server.port, pressed, hub: followed.hub };
}

interface Asked {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function ask(
  port: number,
  path: string,
  given: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  const { method = 'GET', headers = {}, body } = given;
  return new Promise<Asked>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (data) => {
        text += data;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const own = { 'x-snacklab-console': '1', 'content-type': 'application/json' };
const press = (port: number, action: unknown, headers: Record<string, string> = own) =>
  ask(port, '/actions', {
    method: 'POST',
    headers,
    body: typeof action === 'string' ? action : JSON.stringify(action),
  });

/** The stream until a text is in it, or until the server ends it. */
function streamUntil(port: number, has: (text: string) => boolean, headers: Record<string, string> = {}) {
  return new Promise<string>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/events', headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (data) => {
        text += data;
        if (has(text)) asked.destroy();
      });
      response.on('close', () => resolve(text));
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('the console’s server', () => {
  it('serves the page with a policy that allows no script but its own', async () => {
    const { port } = await consoleOf();
    const { status, headers, body } = await ask(port, '/');
    expect({ status, body }).toEqual({ status: 200, body: '<p>index.html</p>' });
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect((await ask(port, '/../package.json')).status).toBe(404);
  });

  it('names by their hashes the style and the script that lie in the page, and no others', () => {
    const html = '<head><style>p { color: red }</style><script type="module">go()</script></head>';
    const page = { type: 'text/html', bytes: Buffer.from(html), packed: Buffer.alloc(0) };
    const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const directives = policyOf(new Map([['/', page]])).split('; ');
    expect(directives).toContain(`script-src 'self' ${hashOf('go()')}`);
    expect(directives).toContain(`style-src 'self' ${hashOf('p { color: red }')}`);
    expect(policyOf(new Map()).split('; ')).toContain("script-src 'self'");
  });

  it('tells a client all that is known, and then what changes', async () => {
    const { port } = await consoleOf();
    const text = await streamUntil(port, (so) => /event: machine\n/.test(so) && /event: answers\n/.test(so));
    const welcome = JSON.parse(/^event: welcome\ndata: (.*)$/m.exec(text)![1]!);
    expect(welcome).toMatchObject({ server: 'run-1', machine: { lab: 'lambda' } });
    expect(text).toContain('slice 7 of lambda-1 is missing');
  });

  it('says that the lab cannot be read, and why, instead of numbers', async () => {
    const down = new LabError('Cassandra does not answer', { kind: 'unavailable', suggestion: 'snacklab {lab} up' });
    const { port } = await consoleOf({ lab: { look: () => Promise.reject(down) } });
    const text = await streamUntil(port, (so) => so.includes('Cassandra does not answer'));
    expect(text).toContain('"problem":"Cassandra does not answer Try: snacklab lambda up","seen":null');
  });

  it('does what its own page asks for, and tells what came of it', async () => {
    const { port, pressed } = await consoleOf();
    const told = streamUntil(port, (so) => so.includes('did rate'));
    expect(await press(port, { action: 'rate', rate: 70 })).toMatchObject({ status: 202 });
    expect(pressed).toEqual([{ action: 'rate', rate: 70 }]);
    expect(await told).toContain('"state":"done"');
  });

  it('tells why an action failed, with what to do', async () => {
    const failed = new LabError('v2 is 9 messages behind v1', { kind: 'fail', suggestion: 'snacklab {lab} versions' });
    const { port } = await consoleOf({ lab: { perform: () => Promise.reject(failed) } });
    const told = streamUntil(port, (so) => so.includes('behind v1'));
    await press(port, { action: 'switch', version: 'v2' });
    expect(await told).toContain('"suggestion":"snacklab lambda versions"');
  });

  it('refuses what another origin, a form, or a rebound name asks for', async () => {
    const { port, pressed } = await consoleOf();
    const pause = { action: 'pause' };
    expect(await press(port, pause, { ...own, origin: 'http://evil.example' })).toMatchObject({ status: 403 });
    expect(await press(port, pause, { ...own, 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 });
    expect(await press(port, pause, { 'content-type': 'application/json' })).toMatchObject({ status: 403 });
    expect(await press(port, pause, { ...own, host: 'evil.example' })).toMatchObject({ status: 421 });
    expect((await ask(port, '/events', { headers: { host: 'evil.example' } })).status).toBe(421);
    expect(pressed).toEqual([]);
  });

  it('wants its token where it has one', async () => {
    const token = 'a-token-of-sixteen-letters';
    const { port, pressed } = await consoleOf({ token });
    expect((await ask(port, '/events')).status).toBe(401);
    expect((await press(port, { action: 'pause' })).status).toBe(401);
    expect((await press(port, { action: 'pause' }, { ...own, authorization: `Bearer ${token}` })).status).toBe(202);
    expect(pressed).toEqual([{ action: 'pause' }]);
  });

  it('refuses what is no action, is too large, or is no JSON, and says so', async () => {
    const { port, pressed } = await consoleOf();
    expect(await press(port, { action: 'rate', rate: -1 })).toMatchObject({ status: 400 });
    expect(await press(port, { action: 'down' })).toMatchObject({ status: 400 });
    expect(await press(port, '{"action":')).toMatchObject({ status: 400 });
    expect(await press(port, { action: 'start', as: 'v2', questions: 'x'.repeat(70_000) })).toMatchObject({
      status: 413,
    });
    expect(pressed).toEqual([]);
  });

  it('lets nobody press without end, and is there for others afterwards', async () => {
    const { port, pressed } = await consoleOf();
    const statuses = await Promise.all(
      Array.from({ length: 40 }, async () => (await press(port, { action: 'pause' })).status),
    );
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(20);
    expect(pressed.length).toBe(statuses.filter((status) => status === 202).length);
    expect((await ask(port, '/health')).status).toBe(200);
  });

  it('has room for so many pages, tells one too many, and forgets those that leave', async () => {
    const { port, hub } = await consoleOf();
    const open = Array.from({ length: clientsMax }, () => connect(port, '127.0.0.1'));
    closing.push(() => open.forEach((socket) => void socket.destroy()));
    for (const socket of open) socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect.poll(() => hub.clients(), { timeout: 30_000 }).toBe(clientsMax);
    expect(await streamUntil(port, () => false)).toContain('too many pages');
    for (const socket of open) socket.destroy();
    await expect.poll(() => hub.clients(), { timeout: 30_000 }).toBe(0);
  });

  it('says that its port is taken, and what to do', async () => {
    const { port } = await consoleOf();
    const followed = { hub: { endAll: () => {} }, actions: {} } as never;
    const taken = openServer({
      host: '127.0.0.1',
      port,
      token: undefined,
      assets: new Map(),
      followed,
      nowMs: Date.now,
    });
    await expect(taken).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining(`port ${port}`) });
  });
});
