/**
 * The directory of an embedded lab: `lab.json` says whose it is, `lab.log` is what its process printed, `data` is the
 * runtime's. Only what is named here is ever written or removed.
 */
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../errors.js';
import type { Question } from '../../questions/question.js';
import { questions } from '../../questions/question-schema.js';
import type { LabName } from '../../resources.js';

const settings = z.object({
  rate: z.number(),
  seed: z.number().int(),
  events: z.number().int().optional(),
  startTimeMs: z.number().int().optional(),
  dayMs: z.number().int().nullable().default(null),
  late: z.number(),
  duplicate: z.number(),
  malformed: z.number(),
  batchEveryMs: z.number(),
  /** Added to the console's port. */
  portBase: z.number().int().default(0),
  console: z.boolean().default(true),
  /** The address that the console listens on, and the token that it demands where that is not this machine alone. */
  consoleListen: z.string().default('127.0.0.1'),
  consoleToken: z.string().nullable().default(null),
  /** Where events are taken over HTTP, beside the socket of the directory; undefined: nowhere. */
  ingestPort: z.number().int().optional(),
  ingestHost: z.string().optional(),
  /** What its first version answers; undefined: the two of `core`. */
  questions: questions.transform((them): readonly Question[] => them).optional(),
});
export const settingsSchema = settings;

/** What an embedded lab was brought up with. */
export type EmbeddedSettings = Readonly<z.infer<typeof settings>>;

export const defaultSettings: EmbeddedSettings = {
  rate: 50,
  seed: 1,
  dayMs: null,
  late: 0,
  duplicate: 0,
  malformed: 0,
  // A batch of a small log takes a second here, and slices come by the ten a second.
  batchEveryMs: 10_000,
  portBase: 0,
  console: true,
  consoleListen: '127.0.0.1',
  consoleToken: null,
};

const described = z.object({
  format: z.literal(1),
  lab: z.enum(['lambda', 'kappa']),
  settings,
  /** Where its process listens, or last did, and which that is or was. */
  socket: z.string(),
  pid: z.number().int(),
});

/** What `lab.json` says. */
export type LabDescription = Readonly<z.infer<typeof described>>;

const descriptionFile = 'lab.json';
export const logFileIn = (dir: string): string => join(dir, 'lab.log');
/** What was printed before the log was begun anew. */
export const olderLogFileIn = (dir: string): string => join(dir, 'lab.log.1');
export const dataFolderIn = (dir: string): string => join(dir, 'data');
/** The generator's, in the folder of the runtime's data. */
export const ledgerFolderIn = (dataFolder: string): string => join(dataFolder, 'ledger');

const ownNames = [descriptionFile, `${descriptionFile}.new`, 'lab.log', 'lab.log.1', 'lab.sock', 'ingest.sock', 'data'];

/** The lab of a directory; undefined where there is none. Throws `usage` where the directory is another lab's. */
export async function labIn(dir: string, lab: LabName): Promise<LabDescription | undefined> {
  const path = join(dir, descriptionFile);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const description = parsed(text, path);
  if (description.lab === lab) return description;
  throw new LabError(`${dir} is of a ${description.lab} lab`, {
    kind: 'usage',
    suggestion: `snacklab ${description.lab} with this --dir, or another --dir for the ${lab} lab`,
    detail: { dir, lab: description.lab },
  });
}

/** Makes the directory where it is not there. Throws `usage` where it holds something that is not snacklab's. */
export async function makeDirectory(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    const others = (await readdir(dir)).filter((name) => !ownNames.includes(name));
    if (others.length > 0) throw notOurs(dir, others);
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    throw new LabError(`${dir} cannot be written`, {
      kind: 'unavailable',
      suggestion: 'make it writable for you, or choose another --dir',
      detail: { dir },
      cause,
    });
  }
}

/** Says what the lab is; whole or not at all. */
export async function describeLab(dir: string, description: LabDescription): Promise<void> {
  const path = join(dir, descriptionFile);
  // The console's token is in it.
  await writeFile(`${path}.new`, `${JSON.stringify(description)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Removes what is the lab's, and the directory where nothing else is in it. The lab must not run. */
export async function removeLab(dir: string): Promise<void> {
  // The description last: a removal that is interrupted can be asked for again.
  for (const name of [...ownNames].reverse()) await rm(join(dir, name), { recursive: true, force: true });
  await rmdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  });
}

function parsed(text: string, path: string): LabDescription {
  try {
    return described.parse(JSON.parse(text));
  } catch (cause) {
    throw new LabError(`${path} does not describe a lab of this version of snacklab`, {
      kind: 'fail',
      suggestion: 'choose another --dir; nothing was changed',
      detail: { path },
      cause,
    });
  }
}

function notOurs(dir: string, names: readonly string[]): LabError {
  return new LabError(`${dir} holds something else: ${names.slice(0, 3).join(', ')}`, {
    kind: 'usage',
    suggestion: 'choose an empty --dir, or one that is not there yet',
    detail: { dir, names: names.slice(0, 20) },
  });
}
