/**
 * Goal: what a program in a container prints comes over whole, and one that fails, hangs or says nonsense is an error.
 * Method: dockerode's own demultiplexer over frames as the engine sends them; no engine.
 */
import { PassThrough } from 'node:stream';
import Docker from 'dockerode';
import { describe, expect, it } from 'vitest';
import { archiveOf } from '../../../src/runtimes/docker/checker-archive.js';
import { runInContainer } from '../../../src/runtimes/docker/container-exec.js';
import type { Engine, LabContainer } from '../../../src/runtimes/docker/containers.js';

const container = { id: 'abc', service: 'archive' } as LabContainer;

function frame(stream: 1 | 2, text: string | Buffer): Buffer {
  const content = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}

/** An engine whose programs print these frames and end with this code; undefined: they never end. */
function engine(frames: readonly Buffer[], exitCode: number | undefined, asked: string[][] = []): Engine {
  const stream = new PassThrough();
  for (const one of frames) stream.write(one);
  if (exitCode !== undefined) stream.end();
  const exec = { start: async () => stream, inspect: async () => ({ ExitCode: exitCode ?? null }) };
  return {
    modem: new Docker({ socketPath: '/nowhere' }).modem,
    getContainer: () => ({
      exec: async ({ Cmd }: { Cmd: string[] }) => {
        asked.push(Cmd);
        return exec;
      },
    }),
  } as unknown as Engine;
}

async function printed(docker: Engine, take: (piece: Buffer) => void = () => {}): Promise<string> {
  const pieces: Buffer[] = [];
  const onOutput = (piece: Buffer) => {
    pieces.push(piece);
    take(piece);
  };
  await runInContainer(docker, container, { command: ['cat'], what: 'it', silenceMsMax: 50, onOutput });
  return Buffer.concat(pieces).toString();
}

describe('a program in a container', () => {
  it('hands over all that it prints, and none of its complaints', async () => {
    const large = 'x'.repeat(200_000);
    expect(await printed(engine([frame(1, 'a'), frame(2, 'oh'), frame(1, large)], 0))).toBe(`a${large}`);
  });

  it.each([
    [
      'fails',
      engine([frame(1, 'half'), frame(2, 'no archive\n')], 69),
      'archive did not print it: it ended with 69: no archive',
    ],
    ['hangs', engine([frame(1, 'half')], undefined), 'archive did not print it: nothing came for 50 ms'],
  ])('that %s is an error', async (_, docker, message) => {
    await expect(printed(docker)).rejects.toMatchObject({ kind: 'unavailable', message });
  });

  it('whose container is gone is an error that says where to look', async () => {
    const gone = {
      getContainer: () => ({ exec: () => Promise.reject(new Error('no such container')) }),
    } as unknown as Engine;
    await expect(printed(gone)).rejects.toMatchObject({
      message: 'archive did not print it: no such container',
      suggestion: 'snacklab {lab} logs archive',
    });
  });

  it('is left when what it prints cannot be taken', async () => {
    const refuse = () => {
      throw new Error('not a line');
    };
    await expect(printed(engine([frame(1, 'a')], undefined), refuse)).rejects.toThrow('not a line');
  });
});

describe('the archive of a lab', () => {
  it('is asked by stretches, and its lines are taken wherever the pieces end', async () => {
    const asked: string[][] = [];
    const docker = engine([frame(1, '2\t7\tjse'), frame(1, 'ven\n2\t8\tn\n')], 0, asked);
    const seen: unknown[] = [];
    await archiveOf(docker, [container])!.readMessages([{ partition: 2, from: 7, until: 9 }], (...message) =>
      seen.push([...message.slice(0, 2), message[2] && String(message[2])]),
    );
    expect(asked).toEqual([['node', '--max-old-space-size=96', '/opt/snacklab/archive-lines.mjs', '2:7-9']]);
    expect(seen).toEqual([
      [2, 7, 'seven'],
      [2, 8, null],
    ]);
  });

  it('that prints half a line, or no stretches, is an error', async () => {
    const half = archiveOf(engine([frame(1, '2\t7\tjse')], 0), [container])!;
    await expect(half.readMessages([{ partition: 2, from: 7, until: 8 }], () => {})).rejects.toThrow('has no end');
    await expect(archiveOf(engine([frame(1, 'hello')], 0), [container])!.stretches()).rejects.toThrow(
      'the archive did not print what it has, but: hello',
    );
  });

  it('is none where the lab has none', () => {
    expect(archiveOf(engine([], 0), [{ service: 'kafka' } as LabContainer])).toBeUndefined();
  });
});
