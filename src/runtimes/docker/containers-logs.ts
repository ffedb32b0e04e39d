/** What containers print, read from the engine: a bounded tail, or followed until the caller ends it. */
import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import type { LabContainer } from './containers.js';

export interface LogLine {
  readonly container: string;
  /** ISO 8601 with nanoseconds, as the engine stamped it. */
  readonly at: string;
  readonly text: string;
}

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

/** Lines as they are printed, beginning with the last `tail` of each container, until the signal or all have ended. */
export async function* followLogs(
  docker: Docker,
  containers: readonly LabContainer[],
  tail: number,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const waiting: LogLine[] = [];
  let wake = () => {};
  let open = containers.length;
  const streams = await Promise.all(
    containers.map(async ({ id, name }) => {
      const options = { stdout: true, stderr: true, timestamps: true, tail } as const;
      const stream = (await docker.getContainer(id).logs({ ...options, follow: true })) as NodeJS.ReadableStream;
      const lines = new PassThrough();
      docker.modem.demuxStream(stream, lines, lines);
      takeLines(lines, (line) => {
        waiting.push(logLine(name, line));
        wake();
      });
      stream.on('close', () => {
        open--;
        wake();
      });
      return stream;
    }),
  );
  const end = () => wake();
  signal.addEventListener('abort', end);
  try {
    while (!signal.aborted) {
      yield* waiting.splice(0);
      if (open === 0 && waiting.length === 0) return;
      if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal.removeEventListener('abort', end);
    for (const stream of streams) (stream as unknown as { destroy(): void }).destroy();
  }
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
