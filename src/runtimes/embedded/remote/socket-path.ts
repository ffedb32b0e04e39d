/** Where a lab's socket is: in its directory, or, where that path is too long for a socket, under a short name elsewhere. */
import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { LabError } from '../../../errors.js';

/** Linux takes 107 bytes, macOS 103. */
const pathBytesMax = 100;

/** Whose socket it is: commands' or the events'. */
export type SocketName = 'lab.sock' | 'ingest.sock';

/** The path for a directory, and its folder made where it is not the directory itself. Throws where that is another's. */
export async function socketPathFor(dir: string, socket: SocketName = 'lab.sock'): Promise<string> {
  const own = join(dir, socket);
  if (Buffer.byteLength(own) <= pathBytesMax) return own;
  const whose = socket === 'lab.sock' ? dir : own;
  const name = createHash('sha256').update(whose).digest('hex').slice(0, 24);
  const path = join(tmpdir(), `snacklab-${userInfo().uid}`, `${name}.sock`);
  await makePrivate(dirname(path));
  return path;
}

/** In a folder that everybody may write to, the name may have been taken by somebody else. */
async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await lstat(folder);
  if (uid === userInfo().uid && (mode & 0o077) === 0) return;
  throw new LabError(`${folder} is open to others: the lab's socket cannot be there`, {
    kind: 'unavailable',
    suggestion: `choose a --dir with a shorter path, or remove ${folder}`,
    detail: { folder },
  });
}
