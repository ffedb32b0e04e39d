/**
 * `npm run simulate`: runs seeds of the simulated labs and says which fail, and how to run one again. With mutations it
 * looks for the first seed that finds each. Data on stdout, progress on stderr. Exit 1: a seed failed, or a mutation that
 * should be found was not.
 */
import { describeError, exitCodes, LabError } from '../src/errors.js';
import { help, type Order, orderOf } from './command-line.js';
import { jobsFrom, runAll, searchMutations } from './search.js';
import { mutationsText, resultText, shortened, totalsText } from './text.js';
import type { JobResult } from './worker.js';

const progressEvery = 50;

process.exitCode = await simulate(process.argv.slice(2));

async function simulate(args: readonly string[]): Promise<number> {
  try {
    const order = orderOf(args, Date.now() >>> 0);
    const { kind } = order.task;
    if (kind === 'help') {
      process.stdout.write(help);
      return exitCodes.pass;
    }
    return kind === 'mutations' ? await findMutations(order) : await runSeeds(order);
  } catch (error) {
    const suggestion = error instanceof LabError ? (error.suggestion ?? '') : '';
    process.stderr.write(`${describeError(error)}\n${suggestion === '' ? '' : `Try: ${suggestion}\n`}`);
    return exitCodes[error instanceof LabError ? error.kind : 'internal'];
  }
}

async function runSeeds(order: Order): Promise<number> {
  const { task, architectures, threads, json } = order;
  if (task.kind === 'again') return runAgain(order, task);
  if (task.kind !== 'runs') return exitCodes.internal;
  const { from, runs } = task;
  const only = architectures.length === 1 ? ` --architecture ${architectures[0]}` : '';
  say(`${runs} runs of ${architectures.join(' and ')}: npm run simulate -- --from ${from} --seeds ${runs}${only}`);
  let done = 0;
  const totals = await runAll(jobsFrom(from, runs, architectures), threads, (result) => {
    done++;
    if (result.violation !== undefined) say(resultText(result));
    if (done % progressEvery === 0) say(`${done} of ${runs}`);
  });
  if (json) print({ from, architectures, ...totals });
  else process.stdout.write(`${totalsText(totals)}\n`);
  return totals.failures.length === 0 ? exitCodes.pass : exitCodes.fail;
}

/** One seed, in each architecture that is asked for. */
async function runAgain(
  { architectures, threads, json }: Order,
  { seed, traceLines, mutation }: Extract<Order['task'], { kind: 'again' }>,
): Promise<number> {
  const results: JobResult[] = [];
  const jobs = architectures.map((architecture) => ({ architecture, seed, traceLines }));
  const { failures } = await runAll(jobs, threads, (result) => results.push(result), mutation);
  if (json) print({ seed, mutation: mutation?.name, results });
  else for (const result of results) process.stdout.write(`${resultText(result, mutation?.name)}\n`);
  return failures.length === 0 ? exitCodes.pass : exitCodes.fail;
}

async function findMutations({ task, threads, json }: Order): Promise<number> {
  if (task.kind !== 'mutations') return exitCodes.internal;
  const { from, seeds, wanted } = task;
  say(`${wanted.length} mutations, each in up to ${seeds} seeds from ${from}`);
  const outcomes = await searchMutations(wanted, { from, seeds, threads }, ({ mutation, found }) => {
    const seed = found === undefined ? 'not found' : `${found.architecture} ${found.seed}`;
    say(`${mutation.name}: ${seed}  ${shortened(found?.violation ?? '')}`);
  });
  if (json) print({ from, seeds, mutations: outcomes.map(({ mutation, found }) => ({ ...mutation, found })) });
  else process.stdout.write(`${mutationsText(outcomes)}\n`);
  const isMissing = outcomes.some(({ mutation, found }) => found === undefined && mutation.unfound === undefined);
  return isMissing ? exitCodes.fail : exitCodes.pass;
}

function print(document: object): void {
  process.stdout.write(`${JSON.stringify({ schema: 'snacklab/simulation', version: 1, ...document })}\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
