// Goal: a lab in another process behaves as if it were here, and nothing that comes over its socket harms it. Method: a
// served lab and a client in this process, a real socket, and a peer that says what no client says.
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabError } from '../../../src/errors.js';
import { remoteLab } from '../../../src/runtimes/embedded/remote/client.js';
import { encodeFrame, FrameReader } from '../../../src/runtimes/embedded/remote/frames.js';
import { serveLab } from '../../../src/runtimes/embedded/remote/server.js';
import { socketPathFor } from '../../../src/runtimes/embedded/remote/socket-path.js';
import type { Log, Message, ServingStore, Slice } from '../../../src/runtimes/ports.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snacklab-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const slice: Slice = {
  incarnation: 1,
  epoch: 1,
  number: 1,
  question: 'items-sold',
  from: [0, 0],
  until: [4, 2],
  messages: 6,
  rejected: 1,
  leastEventMs: null,
  greatestEventMs: 7,
  sums: new Map([['["mars"]', [1n, -(2n ** 63n)]]]),
};

const message = (offset: number): Message => ({
  partition: 0,
  offset,
  timestampMs: 5,
  value: offset === 1 ? null : Uint8Array.of(0, 255, offset),
});

/** A lab whose log has three messages, and which knows how many readers of it are open. */
async function served(name: string) {
  const path = join(folder, `${name}.sock`);
  const log = { opened: 0, closed: 0 };
  const store: Partial<ServingStore> = {
    readSlices: async () => [slice],
    readWanted: async () => {
      throw new LabError('it is away', { kind: 'unavailable', suggestion: 'wait', detail: { since: 7n } });
    },
    readState: async () => undefined,
    changeWanted: async () => {
      throw new LabError('cannot be sent', { detail: { call: () => {} } });
    },
  };
  const read: Log['read'] = async ([from]) => {
    log.opened++;
    let next = from!;
    return {
      async next(maxWaitMs) {
        if (next < 3) return [message(next++)];
        await new Promise((resolve) => setTimeout(resolve, maxWaitMs));
        return [];
      },
      [Symbol.asyncDispose]: async () => void log.closed++,
    };
  };
  const ports = { store: store as ServingStore, log: { starts: async () => [0], ends: async () => [3], read } };
  const server = await serveLab(path, { ...ports, lab: { about: async () => ({ pid: 1 }) } });
  const client = () => remoteLab(path, (cause) => new LabError('not up', { kind: 'unavailable', cause }));
  return { path, log, server, client };
}

async function until(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`not within 5 s: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Resolves when the lab has closed a connection over which these bytes came. */
async function refused(path: string, bytes: Uint8Array): Promise<void> {
  const socket = connect(path);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(bytes);
  await once(socket, 'close');
}

describe('a remote lab', () => {
  it('gives maps, 64-bit sums, bytes, nulls and nothing as they are', async () => {
    const { client, server } = await served('values');
    await using _server = server;
    await using lab = client();
    expect(await lab.store.readSlices(1, 'items-sold', 0, 1)).toEqual([slice]);
    expect(await lab.store.readState('lambda-1')).toBeUndefined();
    expect(await lab.lab('about')).toEqual({ pid: 1 });
    await using reader = await lab.log.read([0]);
    const values = [await reader.next(10), await reader.next(10), await reader.next(10)].flat();
    expect(values.map(({ value }) => value && [...value])).toEqual([[0, 255, 0], null, [0, 255, 2]]);
    expect(await reader.next(10)).toEqual([]);
  });

  it('throws what was thrown there, with all its fields', async () => {
    const { client, server } = await served('errors');
    await using _server = server;
    await using lab = client();
    const error = await lab.store.readWanted().catch((one: unknown) => one);
    expect(error).toBeInstanceOf(LabError);
    expect(error).toMatchObject({
      message: 'it is away',
      kind: 'unavailable',
      suggestion: 'wait',
      detail: { since: 7n },
    });
    await expect(lab.store.changeWanted({})).rejects.toMatchObject({ message: 'cannot be sent', detail: {} });
    await expect(lab.lab('unheard-of')).rejects.toMatchObject({ kind: 'internal' });
  });

  it('is served on a socket that only its user may open', async () => {
    const { path, server } = await served('mode');
    await using _server = server;
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('closes the readers of a client that vanishes, also while they wait', async () => {
    const { client, server, log } = await served('vanished');
    await using _server = server;
    const lab = client();
    const reader = await lab.log.read([3]);
    const waiting = reader.next(60_000);
    waiting.catch(() => {});
    await lab[Symbol.asyncDispose]();
    await expect(waiting).rejects.toMatchObject({ kind: 'unavailable' });
    await until(() => log.closed === 1);
    expect(log.opened).toBe(1);
  });

  it('is not harmed by what is no message: garbage, a message that is no request, a length beyond all bounds', async () => {
    const { client, server, path } = await served('garbage');
    await using _server = server;
    await using lab = client();
    await lab.log.ends();
    await refused(path, Buffer.concat([Buffer.from([0, 0, 0, 4]), Buffer.from('oops')]));
    await refused(path, encodeFrame({ id: 'one', method: 'log.ends' }));
    await refused(path, Buffer.from([255, 255, 255, 255]));
    await refused(path, Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    expect(await lab.log.ends()).toEqual([3]);
  });

  it('says that it is not up while it is not, and goes on when it is up again', async () => {
    const first = await served('again');
    await using lab = first.client();
    expect(await lab.log.starts()).toEqual([0]);
    await first.server[Symbol.asyncDispose]();
    await expect(lab.log.starts()).rejects.toMatchObject({ message: 'not up', kind: 'unavailable' });
    const second = await served('again');
    await using _server = second.server;
    expect(await lab.log.starts()).toEqual([0]);
  });

  it('answers many calls at once, each its own', async () => {
    const { client, server } = await served('many');
    await using _server = server;
    await using lab = client();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? lab.log.starts() : lab.log.ends())),
    );
    expect(answers.map(([offset]) => offset)).toEqual(Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0 : 3)));
  });
});

describe('frames', () => {
  it('are put together from pieces of any size', () => {
    const values = [{ a: 1n }, 'x'.repeat(5_000), new Map([['k', [1n]]])];
    const bytes = Buffer.concat(values.map(encodeFrame));
    for (const size of [1, 3, 1000, bytes.length]) {
      const reader = new FrameReader();
      const taken: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size) taken.push(...reader.take(bytes.subarray(at, at + size)));
      expect(taken).toEqual(values);
    }
  });

  it('that are too long are refused by their length alone', () => {
    expect(() => new FrameReader(100).take(Buffer.from([0, 0, 0, 101]))).toThrow('longer than any may be');
  });
});

describe('the path of a socket', () => {
  it('is in the directory, or short and private where that path is too long', async () => {
    expect(await socketPathFor('/data/lab')).toBe('/data/lab/lab.sock');
    const long = await socketPathFor(`/data/${'x'.repeat(200)}`);
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(103);
    expect((await stat(join(long, '..'))).mode & 0o077).toBe(0);
    expect(await socketPathFor(`/data/${'y'.repeat(200)}`)).not.toBe(long);
  });
});
