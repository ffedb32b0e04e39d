/** `compare`: the same seeded events through one lab after the other, on the same machine, and one table of both. */
import { compareFlags, parseFlags } from '../../config/flags.js';
import type { LabName } from '../../resources.js';
import { connectEngine } from '../../runtimes/docker/containers.js';
import { type Budget, budgetOf } from '../compare/budget.js';
import { measureLab, refuseOthersLab } from '../compare/measure-lab.js';
import { comparisonTable, type Measurements } from '../compare/measurements.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { size } from '../text.js';

const labs: readonly LabName[] = ['lambda', 'kappa'];

export async function run({ options }: CommandInput, context: CommandContext): Promise<Report> {
  const { seconds, rate, seed, cpus, portBase, merge } = parseFlags(compareFlags, options);
  const flags = { rate: String(rate), seed: String(seed), portBase: String(portBase) };
  const budget = await budgetOf(await connectEngine(context.config), cpus);
  // Before anything is measured: the second lab's turn comes after minutes.
  for (const lab of labs) await refuseOthersLab(lab, context);
  const measured: [LabName, Measurements][] = [];
  for (const lab of labs)
    measured.push([lab, await measureLab(lab, { seconds, budget, naive: merge === 'naive', flags }, context)]);
  const document = {
    schema: 'snacklab/compare',
    version: 1,
    seconds,
    rate,
    seed,
    budget: { processors: budget.processors, memoryBytes: budget.memoryBytes },
    labs: Object.fromEntries(measured) as Record<LabName, Measurements>,
  } as const;
  const verdicts = measured.map(([, { verdict }]) => verdict);
  const verdict = verdicts.includes('fail') ? 'fail' : verdicts.includes('unknown') ? 'unknown' : 'pass';
  return { document, text: `${comparisonTable(measured)}\n\n${budgetText(budget)}`, verdict };
}

function budgetText({ processors, memoryBytes }: Budget): string {
  return `Each lab alone, one after the other, on ${processors} processors and ${size(memoryBytes)} of memory.`;
}
