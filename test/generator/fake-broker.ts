/**
 * A broker of one topic that keeps its log in memory and judges producers as Kafka does: a batch is appended if its
 * sequence number follows, answered but not appended if it is one of the last five, and refused otherwise.
 * It misbehaves when told to: one fault for each produce request that it meets.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { type ReadBatch, readBatch, type StoredMessage } from './read-batch.js';

/** `none` is no fault; a number is an error code that the first partition of a request gets instead of its append. */
export type Fault = 'none' | 'drop before append' | 'drop after append' | 'silence' | number;

export interface FakeBroker extends AsyncDisposable {
  readonly address: string;
  /** By partition, in order. */
  readonly log: readonly StoredMessage[][];
  /** Taken from the front, one a produce request; none when empty. */
  readonly faults: Fault[];
  producerIds: number;
  produceRequests: number;
  /** Batches that were there already. */
  repeated: number;
  stop(): Promise<void>;
  start(): Promise<void>;
}

interface Known {
  readonly sequence: number;
  readonly next: number;
  readonly baseOffset: number;
}

export async function startFakeBroker(topic: string, partitions: number): Promise<FakeBroker> {
  const sockets = new Set<Socket>();
  const known = new Map<string, Known[]>();
  let server: Server | undefined;
  let port = 0;
  const broker: FakeBroker = {
    get address() {
      return `127.0.0.1:${port}`;
    },
    log: Array.from({ length: partitions }, () => []),
    faults: [],
    producerIds: 0,
    produceRequests: 0,
    repeated: 0,
    async start() {
      server = createServer((socket) => serve(socket));
      await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve));
      port = (server.address() as { port: number }).port;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server?.close(() => resolve()) ?? resolve());
      server = undefined;
    },
    [Symbol.asyncDispose]: () => (server === undefined ? Promise.resolve() : broker.stop()),
  };
  await broker.start();
  return broker;

  function serve(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let waiting = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk]);
      while (!socket.destroyed && waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE(0)) {
        const frame = waiting.subarray(4, 4 + waiting.readInt32BE(0));
        waiting = waiting.subarray(4 + frame.length);
        answer(socket, frame);
      }
    });
  }

  function answer(socket: Socket, frame: Buffer): void {
    const [kind, correlation] = [frame.readInt16BE(0), frame.readInt32BE(4)];
    const body = frame.subarray(10 + frame.readInt16BE(8));
    if (kind === 3) reply(socket, correlation, metadata());
    else if (kind === 22) reply(socket, correlation, [i32(0), i16(0), i64(++broker.producerIds), i16(0)]);
    else if (kind === 0) produce(socket, correlation, body);
    else throw new Error(`request ${kind} is not known here`);
  }

  function metadata(): Buffer[] {
    const described = Array.from({ length: partitions }, (_, partition) => [
      i16(0),
      i32(partition),
      i32(1),
      i32(0),
      i32(0),
    ]);
    const brokers = [i32(1), i32(1), text('127.0.0.1'), i32(port), i16(-1)];
    return [
      i32(0),
      ...brokers,
      i16(-1),
      i32(1),
      i32(1),
      i16(0),
      text(topic),
      Buffer.of(0),
      i32(partitions),
      ...described.flat(),
    ];
  }

  function produce(socket: Socket, correlation: number, body: Buffer): void {
    broker.produceRequests++;
    const fault = broker.faults.shift() ?? 'none';
    if (fault === 'drop before append') return void socket.destroy();
    const results = partsOf(body).map(({ partition, bytes }, i) =>
      typeof fault === 'number' && i === 0
        ? { partition, code: fault, baseOffset: -1 }
        : { partition, ...appended(partition, readBatch(bytes)) },
    );
    if (fault === 'drop after append') return void socket.destroy();
    if (fault === 'silence') return;
    const parts = results.flatMap(({ partition, code, baseOffset }) => [
      i32(partition),
      i16(code),
      i64(baseOffset),
      i64(-1),
      i64(0),
    ]);
    reply(socket, correlation, [i32(1), text(topic), i32(results.length), ...parts, i32(0)]);
  }

  function appended(partition: number, batch: ReadBatch): { code: number; baseOffset: number } {
    const who = `${partition}/${batch.producerId}`;
    const last = known.get(who) ?? [];
    const same = last.find((each) => each.sequence === batch.sequence && each.next === sequenceAfter(batch));
    if (same !== undefined) {
      broker.repeated++;
      return { code: 0, baseOffset: same.baseOffset };
    }
    if (batch.sequence !== (last.at(-1)?.next ?? 0)) return { code: 45, baseOffset: -1 };
    const baseOffset = broker.log[partition]!.length;
    broker.log[partition]!.push(...batch.messages);
    known.set(who, [...last, { sequence: batch.sequence, next: sequenceAfter(batch), baseOffset }].slice(-5));
    return { code: 0, baseOffset };
  }
}

const sequenceAfter = (batch: ReadBatch) => (batch.sequence + batch.messages.length) % 2 ** 31;

function partsOf(body: Buffer): { partition: number; bytes: Buffer }[] {
  // No transaction, all acknowledge, timeout, one topic; then its name and its partitions.
  if (body.readInt16BE(0) !== -1 || body.readInt16BE(2) !== -1 || body.readInt32BE(8) !== 1)
    throw new Error('wrong head');
  let at = 14 + body.readInt16BE(12);
  const count = body.readInt32BE(at);
  at += 4;
  return Array.from({ length: count }, () => {
    const [partition, length] = [body.readInt32BE(at), body.readInt32BE(at + 4)];
    at += 8 + length;
    return { partition, bytes: body.subarray(at - length, at) };
  });
}

function reply(socket: Socket, correlation: number, parts: readonly Buffer[]): void {
  const body = Buffer.concat([i32(correlation), ...parts]);
  socket.write(Buffer.concat([i32(body.length), body]));
}

const i16 = (value: number) => Buffer.from(Int16Array.of(value).buffer).swap16();
const i32 = (value: number) => Buffer.from(Int32Array.of(value).buffer).swap32();
const i64 = (value: number) => Buffer.from(BigInt64Array.of(BigInt(value)).buffer).swap64();
const text = (value: string) => Buffer.concat([i16(Buffer.byteLength(value)), Buffer.from(value)]);
