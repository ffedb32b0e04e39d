/**
 * Sends events to a lab's ingestion and says what became of them. A connection that breaks after something was sent is
 * `lost`: the events may be in the log. One that never was is `away`, and nothing is. Each request has a connection of its
 * own: on one that was kept, what is sent to a lab that has just ended would be in doubt.
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { LabError } from '../../errors.js';
import { type EventState, refusal, reply } from '../../ingestion/outcome.js';
import type { IngestionAddress } from '../lab.js';

export type Sent = { readonly states: readonly EventState[] } | { readonly away: string } | { readonly lost: string };

export interface IngestClient {
  /** Throws `usage` where the lab lets nobody in without a token, or with another one. */
  send(events: readonly Uint8Array[], signal: AbortSignal): Promise<Sent>;
}

/** Longer than the lab takes to say that it does not know. */
const answerMsMax = 45_000;
const lineFeed = Buffer.from('\n');

export function ingestClient(address: IngestionAddress, token: string | undefined): IngestClient {
  const headers = {
    'content-type': 'application/x-ndjson',
    host: 'localhost',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return {
    async send(events, signal) {
      const body = Buffer.concat(events.flatMap((event) => [event, lineFeed]));
      // Closed from this side: Node ends a request with an empty write, which fails where the lab, told to close the
      // connection, has answered and closed it by then, and the answer would be lost.
      const agent = new Agent({ keepAlive: true });
      const own = { ...headers, 'content-length': body.length };
      const got = await post({ ...address, agent, headers: own }, body, signal).finally(() => agent.destroy());
      return 'status' in got ? sentOf(got.status, got.text, events.length) : got;
    },
  };
}

type Got = { readonly status: number; readonly text: string } | { readonly away: string } | { readonly lost: string };

function post(options: object, body: Buffer, signal: AbortSignal): Promise<Got> {
  return new Promise((resolve, reject) => {
    let isConnected = false;
    const failed = (error: Error) => {
      if (signal.aborted) reject(signal.reason);
      else resolve(isConnected ? { lost: error.message } : { away: error.message || 'nothing listens there' });
    };
    const asking = request({ ...options, method: 'POST', path: '/events', signal, timeout: answerMsMax });
    asking.on('socket', (socket) => {
      if (!socket.connecting) isConnected = true;
      else socket.once('connect', () => (isConnected = true));
    });
    asking.on('timeout', () => asking.destroy(new Error(`no answer within ${answerMsMax} ms`)));
    asking.on('error', failed);
    asking.on('response', (response) =>
      textOf(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), failed),
    );
    asking.end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

function sentOf(status: number, text: string, events: number): Sent {
  const json = parsedJson(text);
  const answered = reply.safeParse(json);
  if (answered.success && answered.data.events.length === events) return { states: answered.data.events };
  const { problem, suggestion } = refusal.safeParse(json).data ?? {
    problem: text.slice(0, 200),
    suggestion: undefined,
  };
  if (status === 503) return { away: problem };
  throw new LabError(`the lab takes no events: ${problem} (${status})`, {
    kind: status === 401 || status === 403 ? 'usage' : 'internal',
    suggestion: status === 401 ? 'set SNACKLAB_INGEST_TOKEN to what it was when the lab was brought up' : suggestion,
    detail: { status, problem },
  });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
