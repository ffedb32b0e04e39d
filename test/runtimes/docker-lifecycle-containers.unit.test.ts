/** Goal: what the engine says of a container and of its output is read as it is meant. */

import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { labContainerOf, socketOf } from '../../src/runtimes/docker/containers.js';
import { demultiplex, followLogs } from '../../src/runtimes/docker/containers-logs.js';

const info = {
  Id: 'abc',
  Name: '/snacklab-lambda-kafka-1',
  Config: {
    Image: 'snacklab/kafka:0',
    Env: ['EMPTY=', 'OPTIONS=-Da=b', 'SNACKLAB_RATE=50'],
    Labels: {
      'com.docker.compose.service': 'kafka',
      'com.docker.compose.depends_on': 'setup:service_completed_successfully:false,cassandra:service_healthy:false',
    },
  },
  State: { Status: 'running', ExitCode: 0, StartedAt: 'then', OOMKilled: false, Health: { Status: 'starting' } },
  RestartCount: 2,
  HostConfig: {
    RestartPolicy: { Name: 'unless-stopped' },
    Memory: 1_048_576,
    PortBindings: { '9092/tcp': [{ HostIp: '127.0.0.1', HostPort: '19092' }], '29092/tcp': null },
  },
};

describe('a container of the lab', () => {
  it('is described in the lab’s words', () => {
    expect(labContainerOf(info as never)).toEqual({
      id: 'abc',
      name: 'snacklab-lambda-kafka-1',
      service: 'kafka',
      image: 'snacklab/kafka:0',
      state: 'running',
      health: 'starting',
      exitCode: 0,
      startedAt: 'then',
      restarts: 2,
      oneShot: false,
      outOfMemory: false,
      memoryLimitBytes: 1_048_576,
      ports: new Map([[9092, 19092]]),
      environment: { EMPTY: '', OPTIONS: '-Da=b', SNACKLAB_RATE: '50' },
      dependsOn: ['setup', 'cassandra'],
    });
  });

  it('keeps its name while compose replaces it', () => {
    const replaced = { ...info, Name: '/0123456789ab_snacklab-lambda-kafka-1' };
    expect(labContainerOf(replaced as never).name).toBe('snacklab-lambda-kafka-1');
  });

  it('does its work once when it is not always started again', () => {
    const setup = { ...info, HostConfig: { RestartPolicy: { Name: 'on-failure' } } };
    expect(labContainerOf(setup as never)).toMatchObject({
      oneShot: true,
      ports: new Map(),
      memoryLimitBytes: undefined,
    });
  });
});

describe('the engine’s log frames', () => {
  const frame = (stream: number, text: string) => {
    const content = Buffer.from(text);
    const header = Buffer.alloc(8);
    header[0] = stream;
    header.writeUInt32BE(content.length, 4);
    return Buffer.concat([header, content]);
  };

  it('are joined over both streams, also where a character is cut in two', () => {
    const text = Buffer.from('ä');
    const half = (part: Buffer) => Buffer.concat([frame(1, ' ').subarray(0, 4), Buffer.from([0, 0, 0, 1]), part]);
    const frames = [frame(1, 'one\n'), frame(2, 'two\n'), half(text.subarray(0, 1)), half(text.subarray(1))];
    expect(demultiplex(Buffer.concat(frames))).toBe('one\ntwo\nä');
  });
});

describe('the engine’s address', () => {
  it('is a socket on this machine, or none that can be used as one', () => {
    expect(socketOf('unix:///var/run/docker.sock')).toBe('/var/run/docker.sock');
    expect(socketOf('npipe:////./pipe/docker_engine')).toBe('//./pipe/docker_engine');
    expect(socketOf('ssh://me@elsewhere')).toBeUndefined();
    expect(socketOf('tcp://10.0.0.1:2376')).toBeUndefined();
  });
});

describe('following a container', () => {
  it('goes on over its restarts, without saying a line twice, until it is removed', async () => {
    const second = (n: number) => `2026-01-01T00:00:0${n}.000000000Z`;
    const runs = [
      [`${second(1)} one\n`, `${second(2)} two\n`],
      [`${second(2)} two\n`, `${second(3)} three\n`],
    ];
    const asked: object[] = [];
    const docker = {
      getContainer: () => ({
        logs: async (options: object) => {
          asked.push(options);
          const run = runs.shift();
          if (run === undefined) throw Object.assign(new Error('no such container'), { statusCode: 404 });
          return Readable.from(run);
        },
      }),
      modem: { demuxStream: (stream: Readable, out: NodeJS.WritableStream) => stream.on('data', (d) => out.write(d)) },
    };
    const container = labContainerOf(info as never);
    const texts: string[] = [];
    for await (const line of followLogs(docker as never, [container], 5, new AbortController().signal)) {
      texts.push(line.text);
    }
    expect(texts).toEqual(['one', 'two', 'three']);
    expect(asked[0]).toMatchObject({ tail: 5 });
    expect(asked[1]).toMatchObject({ since: Date.parse(second(2)) / 1000 });
  });

  it('ends when the user has seen enough', async () => {
    const enough = new AbortController();
    const docker = {
      getContainer: () => ({ logs: async () => new Readable({ read() {}, signal: enough.signal }) }),
      modem: { demuxStream: () => {} },
    };
    setTimeout(() => enough.abort(), 20);
    const lines = [];
    for await (const line of followLogs(docker as never, [labContainerOf(info as never)], 5, enough.signal)) {
      lines.push(line);
    }
    expect(lines).toEqual([]);
  });
});
