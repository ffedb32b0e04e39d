/** What a directory of the embedded runtime is: its format, its rule of events and its partitions, in one small file. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../errors.js';
import { eventRule } from '../../events/rule.js';
import { formatVersion } from './schema.js';

const fileName = 'snacklab.json';
const described = z.object({
  format: z.number().int().min(1),
  rule: z.string(),
  partitions: z.number().int().min(1).max(128),
});

/** What `snacklab.json` says. */
export type DirectoryFormat = z.infer<typeof described>;

/** Of which rule the directory's judgements are: another rule would need other answers. */
const ruleNow = createHash('sha256').update(JSON.stringify(eventRule)).digest('hex').slice(0, 16);

/** Whether this is a directory of the embedded runtime. */
export async function isEmbeddedDirectory(dir: string): Promise<boolean> {
  return (await read(dir)) !== undefined;
}

/**
 * Reads what a directory is; undefined for one that may be begun: it is not there, or empty. Changes nothing. Throws
 * `usage` where something else is there, `fail` for a directory that this version cannot continue.
 */
export async function describedDirectory(dir: string): Promise<DirectoryFormat | undefined> {
  const text = (await read(dir)) ?? (await readOfOccupied(dir));
  if (text === undefined) return undefined;
  const path = join(dir, fileName);
  const parsed = described.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new LabError(`${path} is damaged`, {
      kind: 'fail',
      suggestion: 'restore the directory from a copy, or choose another --dir; it was not changed',
      detail: { path },
    });
  }
  if (parsed.data.format > formatVersion) {
    throw newer(
      `${dir} was written by a newer snacklab (format ${parsed.data.format}, this one knows ${formatVersion})`,
    );
  }
  if (parsed.data.rule !== ruleNow) throw newer(`${dir} was written under another rule of what a valid event is`);
  return parsed.data;
}

/** Makes the folder if it is missing. */
export async function makeDirectory(dir: string): Promise<void> {
  await writable(dir, () => mkdir(dir, { recursive: true }));
}

/** Makes an empty directory one of the runtime, unless somebody has. Only who has the directory's lock may call it. */
export async function beginDirectory(dir: string, partitions: number): Promise<DirectoryFormat> {
  const text = await read(dir);
  if (text !== undefined) return described.parse(parseJson(text));
  const format = { format: formatVersion, rule: ruleNow, partitions };
  // Whole or not there: a process that is killed here leaves nothing that looks damaged.
  const path = join(dir, fileName);
  await writable(dir, () => writeFile(`${path}.new`, `${JSON.stringify(format)}\n`));
  await writable(dir, () => rename(`${path}.new`, path));
  return format;
}

async function read(dir: string): Promise<string | undefined> {
  try {
    return await readFile(join(dir, fileName), 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR') throw notADirectory(dir, cause);
    throw unreadable(dir, cause);
  }
}

/** What a directory is that another process began since it was looked at; undefined for one that may still be begun. */
async function readOfOccupied(dir: string): Promise<string | undefined> {
  const names = await readdir(dir).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw unreadable(dir, cause);
  });
  const there = names.filter((name) => !ownNames.includes(name));
  if (there.length === 0) return undefined;
  // Whoever begins a directory describes it first: of all that is put there only `ownNames` may come before.
  const text = await read(dir);
  if (text !== undefined) return text;
  throw new LabError(`${dir} holds something else: ${there.slice(0, 3).join(', ')}`, {
    kind: 'usage',
    suggestion: 'choose an empty --dir',
    detail: { dir },
  });
}

/** What a process may have put there before the directory was begun: its lock is the database's. */
const ownNames = [`${fileName}.new`, 'lab.log', 'lab.sock', 'serving.duckdb', 'serving.duckdb.wal'];

async function writable(dir: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (['ENOTDIR', 'EEXIST'].includes(code)) throw notADirectory(dir, cause);
    throw new LabError(`${dir} cannot be written`, {
      kind: 'unavailable',
      suggestion: 'make the directory writable for you, make room on its disk, or choose another --dir',
      detail: { dir },
      cause,
    });
  }
}

function notADirectory(dir: string, cause: unknown): LabError {
  return new LabError(`${dir} is no directory, or lies below something that is none`, {
    kind: 'usage',
    suggestion: 'choose another --dir',
    detail: { dir },
    cause,
  });
}

function unreadable(dir: string, cause: unknown): LabError {
  return new LabError(`${dir} cannot be read`, {
    kind: 'unavailable',
    suggestion: 'make the directory readable for you, or choose another --dir',
    detail: { dir },
    cause,
  });
}

function newer(message: string): LabError {
  return new LabError(message, {
    kind: 'fail',
    suggestion: 'use the version that wrote it, or choose another --dir; it was not changed',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
