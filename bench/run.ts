/**
 * Runs a benchmark: its rows one after the other, each shown as soon as it is measured, and in the end all as a table
 * and as one JSON document. It measures; it is no test: bounds are shown as kept or missed. A row that fails is said
 * to be not measured, and makes the exit code 1.
 */
import { cpus, totalmem } from 'node:os';
import { describeError } from '../src/errors.js';
import type { LabName } from '../src/resources.js';
import { type BenchOptions, benchCommandLine } from './command-line.js';
import { removeLab } from './lab.js';
import { benchTable, type FailedRow, type Row } from './row.js';

/** Rows by name, in an order in which they share labs. */
export type Rows = Readonly<Record<string, (options: BenchOptions) => Promise<Row>>>;

/** Measures the rows that `--only` names, or all, prints them, and ends the process. */
export async function runBench(
  bench: LabName | 'embedded' | 'ingestion' | 'console' | 'alerts',
  rows: Rows,
  takes: readonly (keyof BenchOptions)[] = [],
): Promise<never> {
  const known = { name: bench, rows: Object.keys(rows), takes };
  const { only, ...options } = benchCommandLine(process.argv.slice(2), known, ({ exitCode }) =>
    process.exit(exitCode === 0 ? 0 : 64),
  );
  process.once('SIGINT', () => void removeLab().finally(() => process.exit(130)));
  // What goes on beside a row that failed may fail after it: the row has said why.
  process.on('unhandledRejection', (error) => process.stderr.write(`  ${describeError(error)}\n`));
  const measured: (Row | FailedRow)[] = [];
  for (const name of only) {
    process.stderr.write(`${name} …\n`);
    const row = await measure(name, () => rows[name]!(options));
    measured.push(row);
    // At once: what was measured is not lost when a later row ends the run.
    process.stderr.write(`${benchTable([row])}\n\n`);
  }
  await removeLab();

  const machine = { processors: cpus().length, model: cpus()[0]?.model, memoryGiB: Math.round(totalmem() / 2 ** 30) };
  process.stdout.write(`${benchTable(measured)}\n\n`);
  process.stdout.write(
    `${JSON.stringify({ schema: 'snacklab/bench', version: 1, lab: bench, machine, rows: measured })}\n`,
  );
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
