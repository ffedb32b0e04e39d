/** What containers print, read from the engine: a bounded tail, or followed until the caller ends it. */
import { PassThrough, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { isGone, type LabContainer } from './containers.js';

export interface LogLine {
  readonly container: string;
  /** ISO 8601 with nanoseconds, as the engine stamped it. */
  readonly at: string;
  readonly text: string;
}

const lookAgainMs = 1000;

/** The last lines that a container printed. */
export async function lastLogLines(docker: Docker, container: LabContainer, count: number): Promise<readonly string[]> {
  return (await readLogs(docker, [container], count)).map(({ text }) => text);
}

/** The last lines of several containers, by time. */
export async function readLogs(
  docker: Docker,
  containers: readonly LabContainer[],
  tail: number,
): Promise<readonly LogLine[]> {
  const each = await Promise.all(
    containers.map(async ({ id, name }) => {
      const options = { stdout: true, stderr: true, timestamps: true, tail } as const;
      const frames = await docker.getContainer(id).logs({ ...options, follow: false });
      return demultiplex(frames as unknown as Buffer)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => logLine(name, line));
    }),
  );
  return each.flat().sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/**
 * Lines as they are printed, beginning with the last `tail` of each container, until the signal or until all containers
 * are gone. One that ends and is started again is followed on: a lab's services may do so at any time.
 */
export async function* followLogs(
  docker: Docker,
  containers: readonly LabContainer[],
  tail: number,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const lines: LogLine[] = [];
  let wake = () => {};
  let following = containers.length;
  const failures: unknown[] = [];
  const push = (line: LogLine) => {
    lines.push(line);
    wake();
  };
  for (const container of containers) {
    followOne(docker, container, tail, signal, push)
      .catch((error) => failures.push(error))
      .finally(() => {
        following--;
        wake();
      });
  }
  signal.addEventListener('abort', () => wake(), { once: true });
  while (!signal.aborted) {
    yield* lines.splice(0);
    if (failures.length > 0) throw failures[0];
    if (following === 0) return;
    if (lines.length === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}

/** Follows a container over its restarts, until it is removed. */
async function followOne(
  docker: Docker,
  { id, name }: LabContainer,
  tail: number,
  signal: AbortSignal,
  push: (line: LogLine) => void,
): Promise<void> {
  let last = '';
  while (!signal.aborted) {
    const since = last === '' ? { tail } : { since: Math.floor(Date.parse(last) / 1000) };
    try {
      const options = { stdout: true, stderr: true, timestamps: true, follow: true, abortSignal: signal, ...since };
      const stream = (await docker.getContainer(id).logs(options as never)) as unknown as Readable;
      await eachLine(docker, stream, (text) => {
        const line = logLine(name, text);
        // `since` counts whole seconds: what was read in the last one comes again.
        if (line.at <= last) return;
        last = line.at;
        push(line);
      });
    } catch (error) {
      if (signal.aborted || isGone(error)) return;
      throw error;
    }
    await sleep(lookAgainMs, undefined, { signal }).catch(() => {});
  }
}

/** Resolves when the stream has ended. */
async function eachLine(docker: Docker, stream: Readable, take: (line: string) => void): Promise<void> {
  const text = new PassThrough();
  takeLines(text, take);
  docker.modem.demuxStream(stream, text, text);
  // It ends with an error when it is aborted: the caller knows.
  await finished(stream, { writable: false }).catch(() => {});
}

/** The text of the engine's log frames: eight bytes of header (stream, three zeros, length), then the text. */
export function demultiplex(frames: Buffer): string {
  const texts: Buffer[] = [];
  for (let at = 0; at + 8 <= frames.length; ) {
    const length = frames.readUInt32BE(at + 4);
    texts.push(frames.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(texts).toString('utf8');
}

function logLine(container: string, line: string): LogLine {
  const space = line.indexOf(' ');
  return { container, at: line.slice(0, space), text: line.slice(space + 1).replace(/\r$/, '') };
}

function takeLines(stream: PassThrough, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line !== '') take(line);
  });
}
