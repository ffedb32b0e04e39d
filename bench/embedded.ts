/**
 * The benchmark of the embedded runtime: every row of the project's table for it, each in a fresh directory. A row runs in
 * a process of its own, so that its memory and its warm-up are its own.
 *
 *     npm run bench:embedded -- [--only throughput,batch,ages,demo,memory]
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { embeddedAgeRow } from './embedded/ages.js';
import { batchRow } from './embedded/batch.js';
import { demoRow } from './embedded/demo.js';
import { memoryAtRow } from './embedded/memory.js';
import { throughputRow } from './embedded/throughput.js';
import type { Row } from './row.js';
import { runBench } from './run.js';

const rows: Readonly<Record<string, () => Promise<Row>>> = {
  throughput: throughputRow,
  batch: batchRow,
  ages: embeddedAgeRow,
  demo: demoRow,
  memory: memoryAtRow,
};

const [, , alone, name] = process.argv;
if (alone === 'row') {
  process.stdout.write(JSON.stringify(await rows[name!]!()));
  process.exit(0);
}
const self = fileURLToPath(import.meta.url);
const inProcess = (row: string) => async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', self, 'row', row], {
    maxBuffer: 1 << 20,
  });
  return JSON.parse(stdout) as Row;
};
await runBench('embedded', Object.fromEntries(Object.keys(rows).map((row) => [row, inProcess(row)])));
