/**
 * Whether the archive's files are as they were written: a name holds the beginning of its file's SHA-256, since Parquet
 * as DuckDB writes it has no checksums, and a changed byte may read as another number. What this process wrote itself
 * needs no second look, and neither does what it has looked at.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LabError } from '../../errors.js';

export interface ArchiveSeals {
  /** Throws `fail` at the first file that is gone or is not what was written. */
  check(paths: readonly string[]): Promise<void>;
  /** Takes this file as it is. */
  trust(path: string): void;
  forget(path: string): void;
}

export function openSeals(): ArchiveSeals {
  const known = new Set<string>();
  return {
    async check(paths) {
      for (const path of paths.filter((one) => !known.has(one))) {
        await checkFile(path);
        known.add(path);
      }
    },
    trust: (path) => void known.add(path),
    forget: (path) => void known.delete(path),
  };
}

const sealLength = 16;

/** The part of a name that a file's bytes give: sixteen hexadecimal digits. */
export async function sealOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex').slice(0, sealLength);
}

async function checkFile(path: string): Promise<void> {
  const found = await sealOf(path).catch((cause: unknown) => {
    throw damagedFile(path, 'it cannot be read', cause);
  });
  if (!basename(path).includes(`-${found}.`)) throw damagedFile(path, 'its bytes are not those that were written');
}

/** An archive file that does not hold what its name says. */
export function damagedFile(path: string, why: string, cause?: unknown): LabError {
  return new LabError(`${path} is damaged: ${why}`, {
    kind: 'fail',
    suggestion: 'end the lab and remove the file: the archive writes it anew from the log',
    detail: { path },
    cause,
  });
}
