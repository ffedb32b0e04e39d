/**
 * A lab's process, as commands reach it: its serving store, its log and itself, on a socket that only its user may open.
 * What comes over it is bounded, and what is no request ends its connection and nothing else; a client that vanishes
 * leaves nothing behind.
 */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import type { Log, ServingStore } from '../../ports.js';
import { sentError } from '../sent-error.js';
import { encodeFrame, FrameReader } from './frames.js';
import { type Request, requestSchema, storeMethods } from './protocol.js';
import { type RemoteReaders, remoteReaders } from './readers.js';

/** What is served. `lab` answers calls about the process as a whole. */
export interface Served {
  readonly store: ServingStore;
  readonly log: Log;
  readonly lab: Readonly<Record<string, () => Promise<unknown>>>;
}

export interface ServedSocket extends AsyncDisposable {
  readonly path: string;
}

/** A request is a head or a slice at most. */
const requestBytesMax = 16 << 20;
/** More at once wait in the socket. */
const underWayMax = 32;

type Method = (...args: unknown[]) => Promise<unknown>;

/** Listens at a path. A socket that an ended process left there is replaced: who calls this has the directory's lock. */
export async function serveLab(path: string, served: Served): Promise<ServedSocket> {
  await rm(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serveConnection(socket, served);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    path,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(path, { force: true });
    },
  };
}

function serveConnection(socket: Socket, served: Served): void {
  const frames = new FrameReader(requestBytesMax);
  const readers = remoteReaders(served.log);
  const methods = methodsOf(served, readers);
  let underWay = 0;
  const handle = async (request: Request) => {
    underWay++;
    if (underWay >= underWayMax) socket.pause();
    await write(socket, await answerTo(methods, request));
    underWay--;
    if (underWay < underWayMax) socket.resume();
  };
  socket.on('data', (piece: Buffer) => {
    try {
      for (const value of frames.take(piece)) void handle(requestSchema.parse(value));
    } catch {
      socket.destroy();
    }
  });
  // What went wrong with a client is the client's to say.
  socket.on('error', () => socket.destroy());
  socket.once('close', () => void readers[Symbol.asyncDispose]());
}

function methodsOf({ store, log, lab }: Served, readers: RemoteReaders): ReadonlyMap<string, Method> {
  const methods = new Map<string, Method>();
  for (const name of storeMethods) methods.set(`store.${name}`, store[name] as Method);
  methods.set('log.starts', () => log.starts());
  methods.set('log.ends', () => log.ends());
  methods.set('log.open', readers.open as Method);
  methods.set('log.next', readers.next as Method);
  methods.set('log.close', readers.close as Method);
  for (const [name, method] of Object.entries(lab)) methods.set(`lab.${name}`, method);
  return methods;
}

/** The answer as a frame. Never rejects: what cannot be sent is an error that can. */
async function answerTo(methods: ReadonlyMap<string, Method>, { id, method, args }: Request): Promise<Buffer> {
  try {
    const called = methods.get(method);
    if (called === undefined) throw new Error(`the lab knows no method ${method}`);
    return encodeFrame({ id, result: await called(...args) });
  } catch (error) {
    const sent = sentError(error);
    try {
      return encodeFrame({ id, error: sent });
    } catch {
      return encodeFrame({ id, error: { ...sent, detail: {} } });
    }
  }
}

/** Resolves when it was taken, or when there is nobody to take it. */
function write(socket: Socket, frame: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.write(frame, () => resolve());
  });
}
