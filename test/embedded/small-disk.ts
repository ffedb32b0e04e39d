/**
 * A disk that can be filled and given room again: a small one in memory where this process may mount it, itself or by
 * sudo; else a limit on the size of a process's files, whose writes fail as on a full disk.
 */
import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** How a command has to begin whose writes are to fail. */
  readonly limits: readonly string[];
  /** Takes all room, at once or as files grow. */
  fill(): Promise<void>;
  makeRoom(pid: number): Promise<void>;
}

export async function openSmallDisk(bytes: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'snacklab-disk-'));
  const mounter = [[], ['sudo', '-n']].find((by) =>
    succeeds([...by, 'mount', '-t', 'tmpfs', '-o', `size=${bytes},mode=777`, 'tmpfs', path]),
  );
  return mounter === undefined ? limitedFiles(path, bytes / 16) : mountedDisk(path, mounter);
}

function mountedDisk(path: string, mounter: readonly string[]): SmallDisk {
  const filler = join(path, 'filler');
  const block = Buffer.alloc(64 << 10);
  return {
    path,
    limits: [],
    async fill() {
      for (;;) {
        try {
          await appendFile(filler, block);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
          throw error;
        }
      }
    },
    makeRoom: () => rm(filler),
    async [Symbol.asyncDispose]() {
      execute([...mounter, 'umount', path]);
      await rm(path, { recursive: true });
    },
  };
}

function limitedFiles(path: string, bytesMax: number): SmallDisk {
  return {
    path,
    limits: ['prlimit', `--fsize=${bytesMax}:unlimited`],
    fill: async () => {},
    makeRoom: async (pid) => execute(['prlimit', '--pid', `${pid}`, '--fsize=unlimited:unlimited']),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

function execute([file, ...args]: readonly string[]): void {
  execFileSync(file!, args, { stdio: 'pipe' });
}

function succeeds(command: readonly string[]): boolean {
  try {
    execute(command);
    return true;
  } catch {
    return false;
  }
}
