/**
 * Where a partition's log ends after its process was killed. A write that was cut off leaves the beginning of one batch
 * and nothing behind it; whatever else stands there is damage, for which nothing that was acknowledged is given up.
 * It only looks: what is torn is cut off by the next append.
 */
import { open } from 'node:fs/promises';
import type { Segment } from './partition-log.js';
import { batchAt, batchesOf, checksumFits, damaged, isIntact, readAt } from './segment-file.js';

export interface LogEnd {
  /** The next offset after the last whole batch. */
  readonly offset: number;
  /** Bytes of whole batches in the last file. */
  readonly bytes: number;
}

/** Finds the end of the last file. Throws `fail` where what follows the last whole batch is more than a torn write. */
export async function findLogEnd({ path, base, bytes }: Segment): Promise<LogEnd> {
  const file = await open(path, 'r');
  try {
    let end: LogEnd = { offset: base, bytes: 0 };
    for await (const batch of batchesOf(file, base, bytes, true)) {
      end = { offset: batch.next, bytes: batch.at + batch.bytes };
    }
    if (end.bytes === bytes) return end;
    const rest = await readAt(file, end.bytes, bytes - end.bytes);
    const why = damageOf(rest, end.offset);
    if (why !== undefined) throw damaged(path, end.bytes, why);
    return end;
  } finally {
    await file.close();
  }
}

const header = { offset: 0, length: 8, magic: 16, end: 61 };

/** Why the bytes after the last whole batch cannot be the beginning of the one that follows it; undefined: they are. */
function damageOf(rest: Buffer, expected: number): string | undefined {
  // Room that was given to the file and not filled: the machine ended, and not only the process.
  if (rest.every((byte) => byte === 0)) return undefined;
  const offset = Buffer.alloc(8);
  offset.writeBigInt64BE(BigInt(expected));
  const known = Math.min(rest.length, offset.length);
  if (!rest.subarray(0, known).equals(offset.subarray(0, known))) return `no batch of offset ${expected} begins there`;
  if (rest.length < header.magic + 1) return undefined;
  if (rest.readInt8(header.magic) !== 2) return 'it is no record batch';
  const announced = 12 + rest.readInt32BE(header.length);
  if (announced <= rest.length) return 'its checksum does not fit';
  // All of it is there but for its length, or whole batches follow: then it was not the end that is missing.
  if (rest.length >= header.end && checksumFits(rest, 0, rest.length)) return 'its length does not fit';
  return hasBatchAfter(rest, expected) ? 'its length does not fit' : undefined;
}

function hasBatchAfter(rest: Buffer, expected: number): boolean {
  for (let at = 1; at + header.end <= rest.length; at++) {
    if (rest[at + header.magic] !== 2) continue;
    const batch = batchAt(rest, at);
    if (batch !== undefined && batch.first > expected && isIntact(rest, at, batch.bytes)) return true;
  }
  return false;
}
