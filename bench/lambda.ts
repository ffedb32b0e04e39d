/**
 * The benchmark of the Lambda lab: every row of the project's "Speed and memory" table, measured on the real engines as
 * a user would run them. It needs a machine without a Lambda lab and removes the one that it brings up.
 *
 *     npm run bench:lambda -- [--only images,start,ages,memory,generator,batch,rate,business-ages,business-rate] [--hold RATE]
 */
import { stockBySlot } from '../src/questions/builtin.js';
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
const everyMinute = ['--batch-every', '60'];
const few = ['--questions', 'core'];
const thousand: WantedLab = { name: 'lambda', flags: ['--rate', '1000', ...everyMinute, ...few] };
/** The same with all questions of the shop. */
const business = ['--questions', 'business'];
const thousandOfAll: WantedLab = { ...thousand, flags: ['--rate', '1000', ...everyMinute, ...business] };

await runBench(
  'lambda',
  {
    images: imagesRow,
    start: () => startRow(thousand, { answer: 60, base: 100 }),
    ages: () => batchAgeRow(thousand, { between: { p50: 500, p99: 1000 }, whileBatch: { p99: 1500 } }),
    memory: () => batchMemoryRow(thousand, 5.5),
    generator: () => generatorRow(thousand),
    batch: batchRow,
    rate: (options) =>
      highestRateRow(
        { name: 'rate', title: 'Highest rate', flags: [...everyMinute, ...few], atLeast: 30_000, firstRate: 20_000 },
        options,
      ),
    'business-ages': () =>
      batchAgeRow(
        thousandOfAll,
        { between: { p50: 800, p99: 2000 }, whileBatch: { p50: 800, p99: 2000 } },
        { name: 'business-ages', title: 'Age with all questions on, at 1,000 events/s', question: stockBySlot },
      ),
    'business-rate': (options) =>
      highestRateRow(
        {
          ...{ name: 'business-rate', title: 'Highest rate with all questions on', atLeast: 15_000, firstRate: 10_000 },
          flags: [...everyMinute, ...business],
        },
        options,
      ),
  },
  ['hold'],
);
