/** Goal: a history that was saved line by line is read again, and a file that is none is said to be so. Method: real files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endLine, seenLines, startLine } from '../../src/checker/history.js';
import { historySaver, savedHistory } from '../../src/cli/commands/verify-history.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { rightAnswer, smallExperiment } from '../checker/small-lab.js';

const extent = { starts: [0], ends: [1] };
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snacklab-history-'));
  file = join(folder, 'history.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

describe('a saved history', () => {
  it('is read as it was seen, also where it is long and a key holds what ends a line elsewhere', async () => {
    const merged = new Map(Array.from({ length: 5_000 }, (_, i) => [`["a\u2028${i}"]`, [BigInt(i), null]] as const));
    const seen = [1, 2, 3].map((reader) => ({ ...rightAnswer(builtinQuestions[0]!, 30, 20), reader, merged }));
    const save = historySaver(file);
    save(startLine(smallExperiment, 0, extent));
    for (const line of seen.flatMap(seenLines())) save(line);
    save(endLine(1, extent));
    expect((await savedHistory(file)).seen).toEqual(seen);
  });

  it('is refused, with its name and what to do, where it is missing or was cut short', async () => {
    const refused = { kind: 'usage', suggestion: expect.stringContaining('`verify`'), detail: { file } };
    await expect(savedHistory(file)).rejects.toMatchObject({ ...refused, message: expect.stringContaining('ENOENT') });
    await writeFile(file, `${startLine(smallExperiment, 0, extent)}\n{"question`);
    await expect(savedHistory(file)).rejects.toMatchObject({ ...refused, message: expect.stringContaining('line 2') });
  });
});
