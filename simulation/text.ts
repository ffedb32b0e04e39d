/** What the simulator prints. Pure. */
import type { MutationFound, Totals } from './search.js';
import type { JobResult } from './worker.js';

/** How to run a seed again. */
export function commandOf({ architecture, seed }: Pick<JobResult, 'architecture' | 'seed'>, mutation?: string): string {
  const broken = mutation === undefined ? '' : ` --mutation ${mutation}`;
  return `npm run simulate -- --architecture ${architecture} --seed ${seed}${broken}`;
}

/** One seed's outcome, with what to do about a failure. */
export function resultText(result: JobResult, mutation?: string): string {
  const { architecture, seed, violation, trace } = result;
  if (violation === undefined)
    return [...trace, `pass  ${architecture} ${seed}: ${countsText(result.counts)}`].join('\n');
  return [...trace, `FAIL  ${architecture} ${seed}: ${violation}`, `      ${commandOf(result, mutation)}`].join('\n');
}

/** Many seeds' outcome. */
export function totalsText({ runs, failures, counts }: Totals): string {
  const failed = failures.map((failure) => `${resultText(failure)}\n`).join('');
  return `${failed}${runs - failures.length} of ${runs} runs passed: ${countsText(counts)}`;
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

/** A table with a row for each mutation: its rule, its name, what found it and what that was. */
export function mutationsText(outcomes: readonly MutationFound[]): string {
  const width = Math.max(...outcomes.map(({ mutation }) => mutation.name.length));
  const rows = outcomes.map(({ mutation: { rule, name, unfound }, found }) => {
    const first = found === undefined ? '-' : `${found.architecture} ${found.seed}`;
    const what = found?.violation ?? (unfound === undefined ? 'NOT FOUND' : `not found: ${unfound}`);
    return [`${rule}`.padStart(4), name.padEnd(width), first.padEnd(10), shortened(what)].join('  ');
  });
  return [['rule', 'mutation'.padEnd(width), 'first seed', 'what it found'].join('  '), ...rows].join('\n');
}

const charactersMax = 130;

/** The first line's beginning: a table's cell is no place for a whole state. */
export function shortened(text: string): string {
  const [line] = text.split('\n');
  return line!.length > charactersMax ? `${line!.slice(0, charactersMax)}…` : line!;
}
