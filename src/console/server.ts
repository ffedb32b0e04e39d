/**
 * The console's server: the page, the stream of events, and the buttons. Nothing of the log is ever made into HTML: data
 * goes out as JSON, and the page's policy allows no script but its own. Requests, bodies, clients and what waits for a
 * slow client are bounded; every error says what happened and what to do.
 */

import type { AddressInfo } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { describeError, LabError } from '../errors.js';
import { actionSchema } from './actions.js';
import { type Asset, policyOf } from './assets.js';
import type { Followed } from './follow.js';
import { type Access, type Refusal, refusedHost, refusedPress, refusedReader } from './guard.js';
import type { Client } from './hub.js';
import { bounded } from './pace.js';

export interface ServerOptions extends Access {
  readonly host: string;
  readonly port: number;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly followed: Pick<Followed, 'hub' | 'actions'>;
  readonly nowMs: () => number;
}

export interface ConsoleServer extends AsyncDisposable {
  readonly port: number;
}

const bodyBytesMax = 64 * 1024;
const connectionsMax = 256;
const requestRate = { most: 200, perSecond: 50 };
const pressRate = { most: 10, perSecond: 2 };
/** What waits for a client that does not read; a welcome with a full history is the most that is sent at once. */
const waitingBytesMax = 8 << 20;

const headers = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/** Listens. Throws `usage` where the port is taken, or where it would listen for others without a token. */
export async function openServer(options: ServerOptions): Promise<ConsoleServer> {
  const server = fastify({
    bodyLimit: bodyBytesMax,
    connectionTimeout: 0,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    forceCloseConnections: true,
    logger: false,
  });
  server.server.maxConnections = connectionsMax;
  guardAll(server, options);
  servePage(server, options);
  serveEvents(server, options);
  serveButtons(server, options);
  answerErrors(server);
  await listen(server, options);
  return {
    port: (server.server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      options.followed.hub.endAll();
      await server.close();
    },
  };
}

async function listen(server: FastifyInstance, { host, port }: ServerOptions): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EADDRNOTAVAIL' && code !== 'EACCES') throw cause;
    const why = {
      EADDRINUSE: 'is in use',
      EADDRNOTAVAIL: 'is of no address of this machine',
      EACCES: 'is not allowed',
    };
    throw new LabError(`the console cannot listen: port ${port} of ${host} ${why[code]}`, {
      kind: 'usage',
      suggestion: 'give it other ports: snacklab {lab} up --port-base 10000, or leave it out: --no-console',
      detail: { host, port, code },
      cause,
    });
  }
}

function guardAll(server: FastifyInstance, options: ServerOptions): void {
  const mayAsk = bounded(requestRate, options.nowMs);
  const policy = policyOf(options.assets);
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...headers, 'content-security-policy': policy });
    if (!mayAsk()) return refuse(reply, 429, 'the console is asked too often', 'wait a moment');
    const refusal = refusedHost(options, request.headers);
    if (refusal !== undefined) return refuseFor(reply, refusal);
  });
}

function servePage(server: FastifyInstance, { assets }: ServerOptions): void {
  for (const [path, { type, bytes, packed }] of assets) {
    server.get(path, async (request, reply) => {
      const takesPacked = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
      reply.headers({ 'content-type': type, 'cache-control': 'no-cache', vary: 'accept-encoding' });
      if (takesPacked) reply.header('content-encoding', 'gzip');
      return takesPacked ? packed : bytes;
    });
  }
  server.get('/health', async () => ({ ok: true }));
}

function serveEvents(server: FastifyInstance, options: ServerOptions): void {
  const { hub } = options.followed;
  server.get('/events', async (request, reply) => {
    const refusal = refusedReader(options, request.headers);
    if (refusal !== undefined) return refuseFor(reply, refusal);
    const client = clientOf(reply);
    reply.raw.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    if (!hub.join(client)) {
      reply.raw.write(eventText('full', JSON.stringify('too many pages of the console are open: close some')));
      client.end();
    }
    request.raw.on('close', () => hub.leave(client));
  });
}

/** Takes the reply out of fastify's hands: events are written as they come. */
function clientOf(reply: FastifyReply): Client {
  reply.hijack();
  const { raw } = reply;
  // A client that goes away in the middle of a write is no error of ours.
  raw.on('error', () => {});
  return {
    send(event, data) {
      if (raw.destroyed || raw.writableLength > waitingBytesMax) return false;
      raw.write(eventText(event, data));
      return true;
    },
    end: () => void raw.end(),
  };
}

/** One event, as the HTML standard's "Server-sent events" has it. JSON has no newline in it. */
function eventText(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`;
}

function serveButtons(server: FastifyInstance, options: ServerOptions): void {
  const mayPress = bounded(pressRate, options.nowMs);
  // Before the body is read.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    const refusal = refusedPress(options, request.headers);
    if (refusal !== undefined) return refuseFor(reply, refusal);
    if (!mayPress()) return refuse(reply, 429, 'buttons are pressed too often', 'wait a second');
  };
  server.post('/actions', { onRequest }, async (request, reply) => {
    const parsed = actionSchema.safeParse(request.body);
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      return refuse(reply, 400, `this is no action: ${issue.path.join('.')} ${issue.message}`, 'reload the page');
    }
    return reply.code(202).send(options.followed.actions.begin(parsed.data));
  });
}

function answerErrors(server: FastifyInstance): void {
  server.setNotFoundHandler((request, reply) => refuse(reply, 404, `there is no ${request.url.slice(0, 100)}`, '/'));
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof LabError) {
      return refuse(reply, error.kind === 'unavailable' ? 503 : 400, error.message, error.suggestion ?? '');
    }
    return refuse(reply, error.statusCode ?? 500, describeError(error), 'see what the console prints');
  });
}

function refuseFor(reply: FastifyReply, { status, message, suggestion }: Refusal): FastifyReply {
  return refuse(reply, status, message, suggestion);
}

function refuse(reply: FastifyReply, status: number, message: string, suggestion: string): FastifyReply {
  return reply.code(status).send({ error: message, suggestion });
}
