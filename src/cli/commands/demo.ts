/** `demo`: both architectures in this process for half a minute, with a verdict; it needs nothing but Node. */
import { demoFlags, parseFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import type { LabName } from '../../resources.js';
import { demoText } from '../demo/demo-text.js';
import { type DemoOutcome, type DemoPlan, type DemoResult, runDemo } from '../demo/run-demo.js';
import type { DemoDocument } from '../documents-demo.js';
import type { CommandContext, CommandInput, Report } from '../report.js';

const both: readonly LabName[] = ['lambda', 'kappa'];

export async function run({ options }: CommandInput, context: CommandContext): Promise<Report> {
  const flags = parseFlags(demoFlags, options);
  const { seconds, rate, seed, late, duplicate, malformed, merge } = flags;
  const architectures = flags.architecture === 'both' ? both : [flags.architecture];
  if (merge === 'naive' && !architectures.includes('lambda')) {
    throw new LabError('Kappa has nothing that could be merged naively', {
      kind: 'usage',
      suggestion: 'leave out --merge naive, or give --architecture lambda',
    });
  }
  const plan: DemoPlan = {
    seconds,
    architectures,
    keep: flags.keep,
    naive: merge === 'naive',
    generator: { rate, seed, late, duplicate, malformed, events: undefined, startTimeMs: undefined, dayMs: null },
  };
  context.say(`${architectures.join(' and ')}, seed ${seed}, ${rate} events a second for ${seconds} s`);
  const document = documentOf(plan, merge, await runDemo(plan, context));
  return { document, text: demoText(document), verdict: document.verdict };
}

function documentOf(plan: DemoPlan, merge: DemoDocument['merge'], outcome: DemoOutcome): DemoDocument {
  const { rate, seed } = plan.generator;
  const { messages, tookMs, memoryBytes } = outcome.baseline;
  const results = [...outcome.results];
  const verdicts = results.map(([, { verification }]) => verification.verdict);
  const isWrong = verdicts.includes('fail') || !outcome.agrees;
  return {
    schema: 'snacklab/demo',
    version: 1,
    verdict: isWrong ? 'fail' : verdicts.includes('unknown') ? 'unknown' : 'pass',
    seconds: plan.seconds,
    rate,
    seed,
    merge,
    directory: plan.keep ?? null,
    architectures: Object.fromEntries(results.map(([name, result]) => [name, architectureOf(result)])),
    eventsPerSecond: (outcome.added * 1000) / outcome.ranMs,
    memoryBytes: outcome.memoryBytes,
    baseline: { messages, tookMs, memoryBytes, agrees: outcome.agrees },
    again: plan.architectures.map((lab) => `npx snacklab ${lab} up --rate ${rate} --seed ${seed}`),
  };
}

function architectureOf({ verification, ageMs, messages, bases, replayed, naive }: DemoResult) {
  const { verdict, ok, wrong, unknown, wrongAnswers, shortcomings } = verification;
  const replay =
    replayed === null
      ? null
      : {
          version: replayed.version,
          messages: replayed.messages,
          tookMs: replayed.caughtUpMs,
          switchedMs: replayed.switchedMs,
        };
  const told = wrongAnswers.map(
    ({ question, number, flaws }) =>
      `${question} at slice ${number}: ${flaws.map(({ what, expected, got }) => `${what} is ${got}, not ${expected}`).join('; ')}`,
  );
  const known = (age: number) => (Number.isNaN(age) ? null : age);
  return {
    ...{ verdict, ok, wrong, unknown, wrongAnswers: told, shortcomings },
    ...{ ageMs: { p50: known(ageMs.p50), p99: known(ageMs.p99) }, messages, bases, replay, naive },
  };
}
