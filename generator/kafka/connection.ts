/** One connection to a broker: requests go out in order, and their responses come back in that order. */
import { connect, type Socket } from 'node:net';
import { LabError } from '../../src/errors.js';
import { type RequestKind, requestHeader } from './wire.js';

export interface Connection extends Disposable {
  /** Sends a request and resolves with its response's body. Rejects when the connection ends before it came. */
  request(kind: RequestKind, body: readonly Uint8Array[]): Promise<Buffer>;
}

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  /** How long to wait for the connection, and later for any sign of the broker while a response is due. */
  readonly timeoutMs: number;
}

interface Pending {
  readonly correlation: number;
  readonly resolve: (body: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/** Rejects with `unavailable` where nobody answers. */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const socket = connect({ host: options.host, port: options.port, noDelay: true });
  await connected(socket, options);
  const pending: Pending[] = [];
  let correlation = 0;
  const end = (error: Error) => {
    socket.destroy();
    for (const request of pending.splice(0)) request.reject(error);
  };
  socket.on(
    'data',
    frames((frame) => answer(pending, frame), end),
  );
  socket.on('error', (error) => end(unreachable(options, error)));
  socket.on('close', () => end(unreachable(options, 'it closed the connection')));
  socket.on('timeout', () => {
    if (pending.length > 0) end(unreachable(options, `no answer within ${options.timeoutMs} ms`));
  });
  return {
    request: (kind, body) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(unreachable(options, 'the connection is closed'));
        pending.push({ correlation: ++correlation, resolve, reject });
        const bodyBytes = body.reduce((sum, part) => sum + part.length, 0);
        socket.cork();
        socket.write(requestHeader(kind, correlation, options.clientId, bodyBytes));
        for (const part of body) socket.write(part);
        socket.uncork();
      }),
    [Symbol.dispose]: () => end(unreachable(options, 'the connection was closed here')),
  };
}

function connected(socket: Socket, options: ConnectionOptions): Promise<void> {
  socket.setTimeout(options.timeoutMs);
  return new Promise((resolve, reject) => {
    const fail = (why: unknown) => {
      socket.destroy();
      reject(unreachable(options, why));
    };
    socket.once('error', fail);
    const late = () => fail(`no connection within ${options.timeoutMs} ms`);
    socket.once('timeout', late);
    socket.once('connect', () => {
      socket.off('error', fail);
      socket.off('timeout', late);
      resolve();
    });
  });
}

/** Cuts a stream of bytes into the frames that four bytes of length announce. */
function frames(deliver: (frame: Buffer) => void, fail: (error: Error) => void): (chunk: Buffer) => void {
  let waiting: Buffer = Buffer.alloc(0);
  return (chunk) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    try {
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE(0)) {
        const end = 4 + waiting.readInt32BE(0);
        const frame = waiting.subarray(4, end);
        waiting = waiting.subarray(end);
        deliver(frame);
      }
    } catch (error) {
      fail(error as Error);
    }
  };
}

function answer(pending: Pending[], frame: Buffer): void {
  const request = pending.shift();
  const correlation = frame.readInt32BE(0);
  if (request?.correlation !== correlation) {
    const expected = request === undefined ? 'none' : `response ${request.correlation}`;
    const error = new LabError(`the broker sent response ${correlation} where ${expected} was due`);
    request?.reject(error);
    throw error;
  }
  request.resolve(frame.subarray(4));
}

function unreachable(options: ConnectionOptions, why: unknown): LabError {
  // Where a name has several addresses and none answers, Node's error has a code but no text.
  const reason = why instanceof Error ? why.message || String((why as NodeJS.ErrnoException).code) : String(why);
  return new LabError(`kafka at ${options.host}:${options.port} cannot be reached: ${reason}`, {
    kind: 'unavailable',
    suggestion: 'look at its log: snacklab {lab} logs kafka',
    ...(why instanceof Error ? { cause: why } : {}),
  });
}
