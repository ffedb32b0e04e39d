/**
 * Runs a benchmark: its rows one after the other, each shown as soon as it is measured, and in the end all as a table
 * and as one JSON document. It measures; it is no test: bounds are shown as kept or missed. A row that fails is said
 * to be not measured, and makes the exit code 1.
 */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { describeError } from '../src/errors.js';
import type { LabName } from '../src/resources.js';
import { removeLab } from './lab.js';
import { benchTable, type FailedRow, type Row } from './row.js';

/** Rows by name, in an order in which they share labs. */
export type Rows = Readonly<Record<string, () => Promise<Row>>>;

/** Measures the rows that `--only` names, or all, prints them, and ends the process. */
export async function runBench(lab: LabName, rows: Rows): Promise<never> {
  const wanted = wantedRows(rows);
  process.once('SIGINT', () => void removeLab().finally(() => process.exit(130)));
  // What goes on beside a row that failed may fail after it: the row has said why.
  process.on('unhandledRejection', (error) => process.stderr.write(`  ${describeError(error)}\n`));
  const measured: (Row | FailedRow)[] = [];
  for (const name of wanted) {
    process.stderr.write(`${name} …\n`);
    const row = await measure(name, rows[name]!);
    measured.push(row);
    // At once: what was measured is not lost when a later row ends the run.
    process.stderr.write(`${benchTable([row])}\n\n`);
  }
  await removeLab();

  const machine = { processors: cpus().length, model: cpus()[0]?.model, memoryGiB: Math.round(totalmem() / 2 ** 30) };
  process.stdout.write(`${benchTable(measured)}\n\n`);
  process.stdout.write(`${JSON.stringify({ schema: 'snacklab/bench', version: 1, lab, machine, rows: measured })}\n`);
  process.exit(measured.some((row) => 'failure' in row) ? 1 : 0);
}

async function measure(name: string, rowOf: () => Promise<Row>): Promise<Row | FailedRow> {
  try {
    return await rowOf();
  } catch (error) {
    process.stderr.write(`  ${describeError(error)}\n`);
    return { name, title: name, failure: describeError(error) };
  }
}

function wantedRows(rows: Rows): readonly string[] {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const names = values.only?.split(',') ?? Object.keys(rows);
  const unknown = names.filter((name) => !(name in rows));
  if (unknown.length === 0) return names;
  process.stderr.write(`no such row: ${unknown.join(', ')}. There are: ${Object.keys(rows).join(', ')}\n`);
  process.exit(64);
}
