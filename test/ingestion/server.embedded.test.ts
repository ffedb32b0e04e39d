/**
 * Goal: each bound of ingestion has its own answer, and none of them stores anything: size, number, time, type, origin,
 * host, token, a socket that is its user's alone, a port that is taken.
 */
import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabError } from '../../src/errors.js';
import { type Ingestion, openIngestion } from '../../src/ingestion/keep-ingestion.js';
import { type EmbeddedLog, openEmbeddedLog } from '../../src/runtimes/embedded/log.js';
import { type FreshFolder, freshFolder } from '../embedded/fresh-directory.js';
import { arrayOf, eventText, eventTexts, send } from './events.js';

const token = 'a-token-of-24-characters';
const limits = {
  ...{ bodyBytesMax: 20_000, eventsMax: 50, eventBytesMax: 2_000, connectionsMax: 20 },
  ...{ headersTimeoutMs: 500, requestTimeoutMs: 1_000, idleTimeoutMs: 10_000 },
};

let folder: FreshFolder;
let log: EmbeddedLog;
let ingestion: Ingestion;
let port: number;
let guarded: number;
beforeAll(async () => {
  folder = await freshFolder();
  log = await openEmbeddedLog(join(folder.path, 'log'), 2);
  const local = { host: '127.0.0.1', port: 0 };
  const doors = [
    { listen: local, access: { token: undefined } },
    { listen: local, access: { token } },
    { listen: { path: join(folder.path, 'ingest.sock') }, access: { token: undefined } },
  ];
  ingestion = await openIngestion({ producer: log.openProducer(), doors, limits }, Date.now);
  [port, guarded] = ingestion.servers.map((server) => server.port) as [number, number];
});
afterAll(async () => {
  await ingestion[Symbol.asyncDispose]();
  await log[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** What a connection is answered when this is all that it sends. */
function answerTo(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (piece) => {
      got += piece;
    });
    socket.on('error', reject).on('close', () => resolve(got));
  });
}

const post = (more: string) => `POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${more}`;

describe('a request that ingestion does not take', () => {
  it.each([
    ['a body that is too long', 413, {}, 'x'.repeat(20_001)],
    ['too many events', 413, {}, arrayOf(new Array(51).fill('{}'))],
    ['no body', 400, {}, ''],
    ['an array that is cut off', 400, {}, '[{"a":1}'],
    ['another type, which a page may send to anybody', 415, { 'content-type': 'text/plain' }, '{}'],
    ['an encoded body', 415, { 'content-encoding': 'gzip' }, '{}'],
    ['a foreign origin', 403, { origin: 'http://evil.example' }, eventText(1)],
    ['a page’s own null origin', 403, { origin: 'null' }, eventText(1)],
    ['a Host that was made to point here', 403, { host: 'evil.example' }, eventText(1)],
  ])('is one with %s: %i', async (_, status, headers, body) => {
    const ends = await log.ends();
    const answer = await send({ port, headers: headers as Record<string, string> }, body);
    expect(answer).toMatchObject({ status, body: { problem: expect.any(String) } });
    expect(await log.ends()).toEqual(ends);
  });

  it('is one of another path or method', async () => {
    expect(await send({ port, path: '/' }, '{}')).toMatchObject({ status: 404 });
    expect(await send({ port, method: 'PUT' }, '{}')).toMatchObject({ status: 404 });
    expect(await send({ port, method: 'OPTIONS' }, '')).toMatchObject({ status: 404 });
  });

  it('is one whose body, sent in pieces of unknown length, grows too long', async () => {
    const pieces = `${(4_000).toString(16)}\r\n${'x'.repeat(4_000)}\r\n`.repeat(6);
    const answered = answerTo(`${post('Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n')}${pieces}0\r\n\r\n`);
    expect(await answered).toContain('413');
  });

  it('is one whose headers or whose body do not come in time', async () => {
    const [headers, body] = [answerTo(post('')), answerTo(post('Content-Length: 10\r\n\r\n{"a'))];
    expect(await headers).toMatch(/408|^$/);
    expect(await body).toMatch(/408|^$/);
    expect(await send({ port, method: 'GET', path: '/health' }, '')).toMatchObject({
      status: 200,
      body: { log: 'ready', bytesInFlight: 0 },
    });
  });

  it('is one with no token or another one, where one is asked for', async () => {
    const ask = (authorization?: string) =>
      send({ port: guarded, headers: authorization === undefined ? {} : { authorization } }, eventText(1));
    expect(await ask()).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(await ask('Bearer another-token-of-24-char')).toMatchObject({ status: 401 });
    expect(await ask(`Bearer ${token}`)).toMatchObject({ status: 200, body: { accepted: 1 } });
  });

  it('refuses an event that no message can hold, and takes the others', async () => {
    const long = eventText(1).replace('}', `,"filler":"${'x'.repeat(2_000)}"}`);
    const { status, body } = await send({ port }, arrayOf([long, ...eventTexts(1, 3)]));
    expect([status, body.events[0].reason]).toEqual([207, 'longer than 2000 bytes']);
    expect(body.accepted).toBe(2);
  });
});

describe('an address', () => {
  it('in the file system is its user’s alone', async () => {
    expect((await stat(join(folder.path, 'ingest.sock'))).mode & 0o777).toBe(0o600);
  });

  it('that is taken is said with its port', async () => {
    const doors = [{ listen: { host: '127.0.0.1', port }, access: { token: undefined } }];
    const opening = openIngestion({ producer: log.openProducer(), doors }, Date.now);
    const error = await opening.then(undefined, (thrown: LabError) => thrown);
    expect(error).toMatchObject({ kind: 'usage', message: expect.stringContaining(`127.0.0.1:${port}`) });
    expect((error as LabError).suggestion).toContain('--ingest-port');
  });

  it('that others can reach is not listened on without a token', async () => {
    const doors = [{ listen: { host: '0.0.0.0', port: 0 }, access: { token: undefined } }];
    await expect(openIngestion({ producer: log.openProducer(), doors }, Date.now)).rejects.toThrow(LabError);
  });
});
