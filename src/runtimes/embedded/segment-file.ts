/**
 * One file of the log: Kafka's record batches one after the other, as a broker's own `.log` files hold them, named by
 * the offset of its first message. Bytes that are no whole batch are an error, never skipped; only the end of the last
 * file may be torn, by a process that was killed while it wrote.
 */
import type { FileHandle } from 'node:fs/promises';
import { crc32c } from '../../../generator/kafka/crc32c.js';
import { LabError } from '../../errors.js';

/** Where a batch stands in its file, and which offsets it holds. */
export interface BatchPlace {
  readonly at: number;
  readonly bytes: number;
  readonly first: number;
  readonly next: number;
}

export const segmentName = (base: number): string => `${String(base).padStart(20, '0')}.log`;

/** The offset that a file is named by; undefined where the name is no log file's. */
export function baseOfName(name: string): number | undefined {
  const match = /^(\d{20})\.log$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

const headerBytes = 61;
const lengthEnd = 12;
const scanBytes = 1 << 20;

/** The batch that begins at `at` of `bytes`; undefined when it is not wholly there. Checks all but the checksum. */
export function batchAt(bytes: Buffer, at: number): Omit<BatchPlace, 'at'> | undefined {
  if (at + headerBytes > bytes.length) return undefined;
  const size = lengthEnd + bytes.readInt32BE(at + 8);
  if (size < headerBytes || bytes.readInt8(at + 16) !== 2) return undefined;
  if (at + size > bytes.length) return undefined;
  const first = Number(bytes.readBigInt64BE(at));
  return { bytes: size, first, next: first + bytes.readInt32BE(at + 23) + 1 };
}

/** Whether a batch's bytes are those that were written. */
export function isIntact(bytes: Buffer, at: number, size: number): boolean {
  return checksumFits(bytes, at, at + size);
}

/** Whether a batch that begins at `at` would be intact if it ended at `end`. */
export function checksumFits(bytes: Buffer, at: number, end: number): boolean {
  return bytes.readUInt32BE(at + 17) === crc32c(bytes, at + 21, end);
}

/** The size that a batch's header announces; undefined where not even that is there, or it cannot be one. */
export function announcedBytes(bytes: Buffer, at: number): number | undefined {
  if (at + lengthEnd > bytes.length) return undefined;
  const size = lengthEnd + bytes.readInt32BE(at + 8);
  return size < headerBytes ? undefined : size;
}

/** All whole batches of a file up to `length`, in order, each following the one before. Stops at the first that does not. */
export async function* batchesOf(
  file: FileHandle,
  base: number,
  length: number,
  verified: boolean,
): AsyncGenerator<BatchPlace> {
  let at = 0;
  let expected = base;
  let window = scanBytes;
  while (at < length) {
    const bytes = await readAt(file, at, Math.min(window, length - at));
    let within = 0;
    for (let batch = batchAt(bytes, within); batch !== undefined; batch = batchAt(bytes, within)) {
      if (batch.first !== expected || (verified && !isIntact(bytes, within, batch.bytes))) return;
      yield { at: at + within, ...batch };
      expected = batch.next;
      within += batch.bytes;
    }
    const missing = announcedBytes(bytes, within);
    if (within === 0 && (missing === undefined || missing <= bytes.length || missing > length - at)) return;
    at += within;
    window = Math.max(scanBytes, missing ?? 0);
  }
}

/** Reads so many bytes from a place on; fewer only at the end of the file. Their memory belongs to nobody else. */
export async function readAt(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, at);
  return bytesRead === bytes ? buffer : buffer.subarray(0, bytesRead);
}

export function damaged(path: string, at: number, why: string): LabError {
  return new LabError(`${path} is damaged at byte ${at}: ${why}`, {
    kind: 'fail',
    suggestion: 'restore the directory from a copy, or begin a new one; nothing in it was changed',
    detail: { path, at },
  });
}
