/**
 * The HTTP face of ingestion: `POST /events` and `GET /health`. An answer that says `accepted` is given after the log's
 * acknowledgement and never before. Whatever is sent, its size, its time and its memory are bounded, and each bound has
 * its own answer. What becomes of events is ./take-events.ts's matter.
 */
import { chmod, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { LabError } from '../errors.js';
import { type Access, denialOf } from './access.js';
import type { Budget } from './budget.js';
import type { IngestionLimits } from './limits.js';
import type { Refusal } from './outcome.js';
import { readBody } from './read-body.js';
import type { BodyKind } from './split-body.js';
import { type TakePorts, takeEvents } from './take-events.js';

export interface IngestionPorts extends TakePorts {
  readonly budget: Budget;
  readonly limits: IngestionLimits;
  /** Why the log cannot be reached now; undefined where it can, as far as is known. */
  readonly away: () => string | undefined;
}

/** Where to listen: an address of this machine, or a socket in its file system. */
export type Listen = { readonly host: string; readonly port: number } | { readonly path: string };

export interface IngestionServer extends AsyncDisposable {
  /** The port that it was given where 0 was asked for; undefined on a socket of the file system. */
  readonly port: number | undefined;
}

/** How long to wait before the same is sent again, seconds. */
const retryAfterS = 1;
const kinds: Readonly<Record<string, BodyKind>> = { 'application/json': 'json', 'application/x-ndjson': 'lines' };
/** Below the ten seconds that Docker gives. */
const closeWithinMs = 7_000;

/** Listens. Throws `usage` where the address cannot be had. */
export async function openIngestionServer(
  listen: Listen,
  access: Access,
  ports: IngestionPorts,
): Promise<IngestionServer> {
  const server = newServer(ports.limits);
  server.addHook('onRequest', async (request, reply) => {
    const { host, origin, authorization } = request.headers;
    const denied = denialOf(access, { host, origin, authorization }, request.url === '/health');
    if (denied === undefined) return;
    const { status, ...refusal } = denied;
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    return reply.code(status).send(refusal);
  });
  server.post('/events', (request, reply) => answerEvents(request, reply, ports));
  server.get('/health', (_, reply) => answerHealth(reply, ports));
  try {
    // One that an ended process left there: who listens here has the directory's lock.
    if ('path' in listen) await rm(listen.path, { force: true });
    await server.listen(listen);
    // Its user's alone.
    if ('path' in listen) await chmod(listen.path, 0o600);
  } catch (cause) {
    throw notListening(listen, cause as NodeJS.ErrnoException);
  }
  const address = server.server.address();
  return {
    port: typeof address === 'object' ? address?.port : undefined,
    [Symbol.asyncDispose]: () => close(server),
  };
}

function newServer(limits: IngestionLimits): FastifyInstance {
  const server = fastify({
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.idleTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    // Node looks for requests that take too long every so often, by itself every 30 s.
    http: { headersTimeout: limits.headersTimeoutMs, connectionsCheckingInterval: 1_000 },
  });
  server.server.maxConnections = limits.connectionsMax;
  server.removeAllContentTypeParsers();
  // The body is read by the route itself, against its budget.
  server.addContentTypeParser(Object.keys(kinds), (_request, payload, done) => done(null, payload));
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    const types = Object.keys(kinds).join(' or ');
    const suggestion = status === 415 ? `Content-Type: ${types}` : undefined;
    return reply.code(status).send({ problem: error.message, ...(suggestion === undefined ? {} : { suggestion }) });
  });
  server.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send({ problem: `there is no ${request.method} here of that path`, suggestion: 'POST /events, GET /health' }),
  );
  return server;
}

async function answerEvents(request: FastifyRequest, reply: FastifyReply, ports: IngestionPorts): Promise<unknown> {
  const away = ports.away();
  if (away !== undefined) return again(reply, `the log cannot be reached, and nothing was stored: ${away}`);
  if (request.headers['content-encoding'] !== undefined)
    return refuse(reply, 415, 'the body is encoded: send it plain');
  const source = request.body as Readable | undefined;
  if (source === undefined) return refuse(reply, 400, 'the body is empty');
  const { bodyBytesMax } = ports.limits;
  const share = ports.budget.open();
  try {
    const read = await readBody(source, announcedBytes(request), bodyBytesMax, share);
    if ('problem' in read) {
      if (read.problem === 'too large') return refuse(reply, 413, `the body is longer than ${bodyBytesMax} bytes`);
      if (read.problem === 'no room') return again(reply, 'too much is under way; nothing was stored');
      return refuse(reply, 408, 'the body did not come whole; nothing was stored');
    }
    const kind = kinds[request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''] ?? 'json';
    const taken = await takeEvents(read.body, kind, ports);
    if (taken.status === 503 && taken.mayBeRepeated) reply.header('retry-after', retryAfterS);
    return reply.code(taken.status).send(taken.body);
  } finally {
    share.release();
  }
}

/** 503 while the log is away, so that a balancer or a person looks there. */
function answerHealth(reply: FastifyReply, { away, store, budget }: IngestionPorts): FastifyReply {
  const problem = away() ?? store.lastFailure();
  const state = problem === undefined ? 'ready' : 'away';
  return reply.code(problem === undefined ? 200 : 503).send({ log: state, problem, bytesInFlight: budget.inUse() });
}

function announcedBytes({ headers }: FastifyRequest): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

function again(reply: FastifyReply, problem: string): FastifyReply {
  return reply.code(503).header('retry-after', retryAfterS).send({ problem, suggestion: 'send the same again later' });
}

function refuse(reply: FastifyReply, status: number, problem: string): FastifyReply {
  return reply.code(status).send({ problem } satisfies Refusal);
}

/** What is under way is answered; who then still does not read is cut off. */
async function close(server: FastifyInstance): Promise<void> {
  const impatient = setTimeout(() => server.server.closeAllConnections(), closeWithinMs);
  try {
    await server.close();
  } finally {
    clearTimeout(impatient);
  }
}

function notListening(listen: Listen, cause: NodeJS.ErrnoException): LabError {
  const where = 'path' in listen ? listen.path : `${listen.host}:${listen.port}`;
  const inUse = cause.code === 'EADDRINUSE';
  return new LabError(
    `events cannot be taken at ${where}: ${inUse ? 'another program listens there' : cause.message}`,
    {
      kind: 'usage',
      suggestion: inUse ? 'choose another port with --ingest-port, or end that program' : 'choose another address',
      detail: { ...listen },
      cause,
    },
  );
}
