/** Says which program holds a port on this machine, from /proc. Where there is none, or no right to look, it is unnamed. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';

/** Who holds a TCP port on 127.0.0.1, such as `nginx (pid 812)`; undefined when it is free. */
export async function portHolder(port: number): Promise<string | undefined> {
  if (await isFree(port)) return undefined;
  const inodes = await listeningInodes(port);
  return (await programOf(inodes)) ?? 'another program';
}

/** Inodes of the sockets that listen on a port, from the text of /proc/net/tcp or tcp6. */
export function inodesListening(table: string, port: number): readonly string[] {
  const listening = '0A';
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === listening && Number.parseInt(local?.split(':')[1] ?? '', 16) === port)
    .map((columns) => columns[9]!);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

async function listeningInodes(port: number): Promise<ReadonlySet<string>> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return new Set(tables.flatMap((table) => inodesListening(table, port)));
}

async function programOf(inodes: ReadonlySet<string>): Promise<string | undefined> {
  if (inodes.size === 0) return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (!(await holdsOneOf(pid, inodes))) continue;
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'a program');
    return `${name.trim()} (pid ${pid})`;
  }
  return undefined;
}

async function holdsOneOf(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  // Other users' processes cannot be looked into, and any may end meanwhile.
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const file of files) {
    const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '');
    const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? [];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}
