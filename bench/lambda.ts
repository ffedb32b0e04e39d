/**
 * The benchmark of the Lambda lab: every row of the project's "Speed and memory" table, measured on the real engines as
 * a user would run them. It needs a machine without a Lambda lab and removes the one that it brings up.
 *
 *     npm run bench:lambda -- [--only images,start,ages,memory,generator,batch,rate] [--hold RATE]
 */
import { batchAgeRow } from './age.js';
import { batchRow } from './batch.js';
import { generatorRow } from './generator.js';
import { highestRateRow } from './highest-rate.js';
import { imagesRow } from './images.js';
import type { WantedLab } from './lab.js';
import { batchMemoryRow } from './memory.js';
import { runBench } from './run.js';
import { startRow } from './start.js';

/** Shared by the rows at a thousand events a second, so that they share a lab. */
const thousand: WantedLab = { name: 'lambda', flags: ['--rate', '1000', '--batch-every', '60'] };

await runBench('lambda', {
  images: imagesRow,
  start: () => startRow(thousand, { answer: 60, base: 100 }),
  ages: () => batchAgeRow(thousand, { between: { p50: 500, p99: 1000 }, whileBatch: { p99: 1500 } }),
  memory: () => batchMemoryRow(thousand, 5.5),
  generator: () => generatorRow(thousand),
  batch: batchRow,
  rate: highestRateRow,
});
