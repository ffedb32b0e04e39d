/** The files of histories, below the user's cache folder: written line by line while answers come, the newest kept. */
import { appendFileSync, createReadStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type History, parseHistory } from '../../checker/history.js';
import { describeError, LabError } from '../../errors.js';
import type { CommandContext } from '../report.js';

const historiesKept = 20;

/** A file for a new history. Older ones are removed, so that they do not pile up. */
export async function historyFile({ config, clock }: CommandContext, lab: string): Promise<string> {
  const folder = join(config.cacheFolder, 'histories');
  await mkdir(folder, { recursive: true });
  const older = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  for (const name of older.slice(0, Math.max(0, older.length - historiesKept + 1))) await rm(join(folder, name));
  const when = new Date(clock.nowMs()).toISOString().replaceAll(/[:.]/g, '-');
  return join(folder, `${when}-${lab}.jsonl`);
}

/** Appends lines at once: what was seen is on disk before anything is judged, also if the checker is killed. */
export function historySaver(file: string): (line: string) => void {
  return (line) => appendFileSync(file, `${line}\n`);
}

/** A saved history. Throws a `usage` error when there is none or when it was cut short. */
export async function savedHistory(file: string): Promise<History> {
  const input = createReadStream(file);
  try {
    // By lines: one of many minutes is longer than a text may be.
    return await parseHistory(createInterface({ input, crlfDelay: Infinity }));
  } catch (cause) {
    throw new LabError(`${file} cannot be judged: ${describeError(cause)}`, {
      kind: 'usage',
      suggestion: 'give a file that `verify` of this version named; one of an older version has to be recorded again',
      detail: { file },
    });
  } finally {
    input.destroy();
  }
}
