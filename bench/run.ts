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

/** What was asked of the rows on the command line. */
export interface BenchOptions {
  /** Hold this rate, events a second, without looking for the highest. */
  readonly hold: number | undefined;
}

/** Rows by name, in an order in which they share labs. */
export type Rows = Readonly<Record<string, (options: BenchOptions) => Promise<Row>>>;

/** Measures the rows that `--only` names, or all, prints them, and ends the process. */
export async function runBench(lab: LabName | 'embedded' | 'ingestion' | 'console', rows: Rows): Promise<never> {
  const { wanted, options } = commandLine(rows);
  process.once('SIGINT', () => void removeLab().finally(() => process.exit(130)));
  // What goes on beside a row that failed may fail after it: the row has said why.
  process.on('unhandledRejection', (error) => process.stderr.write(`  ${describeError(error)}\n`));
  const measured: (Row | FailedRow)[] = [];
  for (const name of wanted) {
    process.stderr.write(`${name} …\n`);
    const row = await measure(name, () => rows[name]!(options));
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

const text = { type: 'string' } as const;

function commandLine(rows: Rows): { readonly wanted: readonly string[]; readonly options: BenchOptions } {
  const { values } = parseArgs({ options: { only: text, hold: text, url: text } });
  const names = values.only?.split(',') ?? Object.keys(rows);
  const unknown = names.filter((name) => !(name in rows));
  const hold = values.hold === undefined ? undefined : Number(values.hold);
  const isRate = hold === undefined || hold > 0;
  if (unknown.length === 0 && isRate) return { wanted: names, options: { hold } };
  const known = Object.keys(rows).join(', ');
  process.stderr.write(isRate ? `no such row: ${unknown.join(', ')}. There are: ${known}\n` : '--hold RATE\n');
  process.exit(64);
}
