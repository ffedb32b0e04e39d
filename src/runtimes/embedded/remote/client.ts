/**
 * A lab in another process, with the ports as if they were here. It connects when it is first asked, and again when the
 * connection was lost: a lab that was killed and started again is the same one. While it is away each call says so.
 */
import { connect, type Socket } from 'node:net';
import { LabError } from '../../../errors.js';
import type { Position } from '../../../positions/position.js';
import type { Log, LogReader, Message, ServingStore } from '../../ports.js';
import { receivedError, type SentError } from '../sent-error.js';
import { encodeFrame, FrameReader } from './frames.js';
import { answerSchema, storeMethods } from './protocol.js';

export interface RemoteLab extends AsyncDisposable {
  readonly store: ServingStore;
  readonly log: Log;
  /** Calls one of the lab's own methods. */
  readonly lab: (method: string) => Promise<unknown>;
}

const connectMsMax = 5_000;
/** The longest that anything asked for takes: waiting for messages, and reading all slices of a long log. */
const answerMsMax = 60_000;

/** A client of the lab at a socket. Nothing is connected yet. `away` is thrown, with its cause, while nobody answers. */
export function remoteLab(path: string, away: (cause: unknown) => LabError): RemoteLab {
  let connection: Promise<Connection> | undefined;
  const call = async (method: string, ...args: unknown[]): Promise<unknown> => {
    connection ??= openConnection(path, away, () => {
      connection = undefined;
    });
    return (await connection).call(method, args);
  };
  const store = Object.fromEntries(
    storeMethods.map((name) => [name, (...args: unknown[]) => call(`store.${name}`, ...args)]),
  ) as unknown as ServingStore;
  return {
    store,
    log: {
      starts: async () => (await call('log.starts')) as Position,
      ends: async () => (await call('log.ends')) as Position,
      read: async (from) => remoteReader((await call('log.open', from)) as number, call),
    },
    lab: (method) => call(`lab.${method}`),
    [Symbol.asyncDispose]: async () => (await connection?.catch(() => undefined))?.close(),
  };
}

function remoteReader(number: number, call: (method: string, ...args: unknown[]) => Promise<unknown>): LogReader {
  return {
    next: async (maxWaitMs) => (await call('log.next', number, maxWaitMs)) as readonly Message[],
    // A lab that is gone has closed it itself.
    [Symbol.asyncDispose]: async () => void (await call('log.close', number).catch(() => {})),
  };
}

interface Connection {
  call(method: string, args: readonly unknown[]): Promise<unknown>;
  close(): void;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: LabError) => void;
  readonly timer: NodeJS.Timeout;
}

async function openConnection(
  path: string,
  away: (cause: unknown) => LabError,
  onEnd: () => void,
): Promise<Connection> {
  const pending = new Map<number, Pending>();
  const frames = new FrameReader();
  let last = 0;
  let failure: unknown;
  const socket = await connected(path).catch((cause) => {
    onEnd();
    throw away(cause);
  });
  socket.on('data', (piece: Buffer) => {
    try {
      for (const value of frames.take(piece)) settle(pending, value);
    } catch (error) {
      socket.destroy(error as Error);
    }
    // A process with nothing more to ask may end.
    if (pending.size === 0) socket.unref();
  });
  socket.on('error', (error) => {
    failure = error;
  });
  socket.once('close', () => {
    onEnd();
    for (const { reject, timer } of pending.values()) {
      clearTimeout(timer);
      reject(away(failure ?? new Error('it closed the connection')));
    }
    pending.clear();
  });
  socket.unref();
  return {
    call: (method, args) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(away(failure));
        const id = ++last;
        const timer = setTimeout(() => {
          pending.delete(id);
          reject(silent(method));
        }, answerMsMax);
        pending.set(id, { resolve, reject, timer });
        socket.ref();
        socket.write(encodeFrame({ id, method, args }));
      }),
    close: () => socket.destroy(),
  };
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no connection within ${connectMsMax} ms`));
    }, connectMsMax);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

/** Throws where it is no answer. One that nobody waits for any more is left. */
function settle(pending: Map<number, Pending>, value: unknown): void {
  const answer = answerSchema.parse(value);
  const waiting = pending.get(answer.id);
  pending.delete(answer.id);
  clearTimeout(waiting?.timer);
  if ('error' in answer) waiting?.reject(receivedError(answer.error as SentError));
  else waiting?.resolve(answer.result);
}

function silent(method: string): LabError {
  return new LabError(`the lab did not answer ${method} within ${answerMsMax} ms`, {
    kind: 'unavailable',
    suggestion: 'snacklab {lab} logs',
    detail: { method, isSilent: true },
  });
}
