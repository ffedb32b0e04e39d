/** `query`: a question's base, real time, merged and truth at one position, or what is presented of one; once, or as `watch`. */
import { parseFlags, queryFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import { findLab } from '../lab.js';
import { liveQuestions } from '../live-version.js';
import type { CommandContext, CommandInput, Report, Reports } from '../report.js';
import { askedNamed } from './asked.js';
import * as watch from './watch.js';

const truthWaitMs = 5000;

export function run(input: CommandInput, context: CommandContext): Reports {
  const flags = parseFlags(queryFlags, input.options);
  if (flags.watch) return watch.run(input, context);
  return once(input, context, flags.csv);
}

async function once(input: CommandInput, context: CommandContext, csv: boolean): Promise<Report> {
  const again = ['count', 'interval'].find((name) => input.options[name] !== undefined);
  if (again !== undefined)
    throw new LabError(`--${again} is for an answer that is asked for again and again`, {
      kind: 'usage',
      suggestion: `add --watch, or leave --${again} out`,
    });
  await using store = await (await findLab(input, context)).openStore();
  const { lab } = input;
  const asked = askedNamed(input.arguments[0]!, await liveQuestions(store), { lab, store, clock: context.clock });
  const { document, verdict, text, csv: csvOf } = await asked.read(truthWaitMs);
  if (!csv) return { document, verdict, text };
  const values = csvOf();
  if (values !== undefined) return { document, verdict, text: [values.header, ...values.lines].join('\n') };
  // Among values it would be read as one.
  context.say(text);
  return { document, verdict, text: '' };
}
