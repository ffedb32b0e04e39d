/**
 * The benchmark of the Lambda lab: every row of the project's "Speed and memory" table, measured on the real engines as
 * a user would run them. Prints a table and then one JSON document. It needs a machine without a Lambda lab and removes
 * the one that it brings up. It measures; it is no test: bounds are shown as kept or missed.
 *
 *     npm run bench:lambda -- [--only generator,rate,ages,batch,start,images,memory]
 */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { describeError } from '../src/errors.js';
import { ageRow } from './age.js';
import { batchRow } from './batch.js';
import { generatorRow } from './generator.js';
import { highestRateRow } from './highest-rate.js';
import { imagesRow } from './images.js';
import { removeLab } from './lab.js';
import { memoryRow } from './memory.js';
import { benchTable, type FailedRow, type Row } from './row.js';
import { startRow } from './start.js';

/** Shared by the rows at a thousand events a second, so that they share a lab. */
const thousand = ['--rate', '1000', '--batch-every', '60'];

/** In an order in which they share labs. */
const rows: Readonly<Record<string, () => Promise<Row>>> = {
  images: imagesRow,
  start: () => startRow(thousand),
  ages: () => ageRow(thousand),
  memory: () => memoryRow(thousand),
  generator: () => generatorRow(thousand),
  batch: batchRow,
  rate: highestRateRow,
};

const wanted = wantedRows();
process.once('SIGINT', () => void removeLab().finally(() => process.exit(130)));
const measured: (Row | FailedRow)[] = [];
for (const name of wanted) {
  process.stderr.write(`${name} …\n`);
  measured.push(await measure(name));
}
await removeLab();

const machine = { processors: cpus().length, model: cpus()[0]?.model, memoryGiB: Math.round(totalmem() / 2 ** 30) };
process.stdout.write(`${benchTable(measured)}\n\n`);
process.stdout.write(
  `${JSON.stringify({ schema: 'snacklab/bench', version: 1, lab: 'lambda', machine, rows: measured })}\n`,
);
process.exit(measured.some((row) => 'failure' in row) ? 1 : 0);

async function measure(name: string): Promise<Row | FailedRow> {
  try {
    return await rows[name]!();
  } catch (error) {
    process.stderr.write(`  ${describeError(error)}\n`);
    return { name, title: name, failure: describeError(error) };
  }
}

function wantedRows(): readonly string[] {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const names = values.only?.split(',') ?? Object.keys(rows);
  const unknown = names.filter((name) => !(name in rows));
  if (unknown.length === 0) return names;
  process.stderr.write(`no such row: ${unknown.join(', ')}. There are: ${Object.keys(rows).join(', ')}\n`);
  process.exit(64);
}
