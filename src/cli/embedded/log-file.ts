/**
 * The log of an embedded lab: lines of `TIME SERVICE: TEXT`, bounded by copying what is too long away and beginning anew
 * in the same file, since the process's own output goes to that file as well. Read by commands, also when the lab is down.
 */
import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLine } from '../lab.js';
import { logFileIn, olderLogFileIn } from './directory.js';

const bytesMax = 8 << 20;
const lookEveryMs = 5_000;
const followEveryMs = 200;
const pieceBytes = 64 * 1024;

/** Keeps the log of a directory bounded, as long as it is not disposed of. */
export function boundLog(dir: string, bytes: number = bytesMax): Disposable {
  const timer = setInterval(() => shorten(dir, bytes), lookEveryMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** At once and without a pause: a line that is printed between the two would be lost. */
export function shorten(dir: string, bytes: number): void {
  const path = logFileIn(dir);
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= bytes) return;
  copyFileSync(path, olderLogFileIn(dir));
  truncateSync(path);
}

/** The last lines of a lab's log, of one service or of all. */
export async function lastLines(dir: string, service: string | undefined, tail: number): Promise<readonly LogLine[]> {
  const text = await readFile(logFileIn(dir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').filter((line) => line !== '');
  const chosen = lines.map(parseLine).filter((line) => service === undefined || line.container === service);
  return tail === 0 ? [] : chosen.slice(-tail);
}

/** The services that have printed something, as far back as the log goes. */
export async function servicesIn(dir: string): Promise<readonly string[]> {
  const lines = await lastLines(dir, undefined, Number.POSITIVE_INFINITY);
  return [...new Set(lines.map(({ container }) => container))].sort();
}

/** Lines as they are printed, beginning with the last `tail`, until the signal. The lab may end and be started again. */
export async function* followLines(
  dir: string,
  service: string | undefined,
  tail: number,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  let at = (await stat(logFileIn(dir)).catch(() => undefined))?.size ?? 0;
  yield* await lastLines(dir, service, tail);
  let rest = '';
  while (!signal.aborted) {
    const size = (await stat(logFileIn(dir)).catch(() => undefined))?.size ?? 0;
    // It was begun anew.
    if (size < at) at = 0;
    const piece = size > at ? await readPiece(logFileIn(dir), at) : Buffer.alloc(0);
    at += piece.length;
    const lines = (rest + piece.toString('utf8')).split('\n');
    rest = lines.pop()!;
    for (const line of lines.filter((one) => one !== '').map(parseLine)) {
      if (service === undefined || line.container === service) yield line;
    }
    if (piece.length === 0) await sleep(followEveryMs, undefined, { signal }).catch(() => {});
  }
}

async function readPiece(path: string, at: number): Promise<Buffer> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(pieceBytes), 0, pieceBytes, at);
  return buffer.subarray(0, bytesRead);
}

/** `container` is the service that said it, as where services are containers. What Node itself prints has neither that nor a time. */
export function parseLine(line: string): LogLine {
  const [, at, container, text] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([\w-]+): (.*)$/.exec(line) ?? [];
  if (text === undefined) return { container: 'lab', at: '', text: line };
  return { container: container!, at: at!, text };
}
