/** `query`: base, real time, merged and truth of one question, side by side at one position; once, or as `watch` does. */
import { parseFlags, queryFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import { findLab } from '../lab.js';
import { liveQuestions, questionNamed } from '../live-version.js';
import type { CommandContext, CommandInput, Report, Reports } from '../report.js';
import { csvOf } from './answer-csv.js';
import { answerText, queryDocument, queryReport } from './answer-text.js';
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
  const { name } = questionNamed(input.arguments[0]!, await liveQuestions(store));
  const document = await queryDocument(input.lab, store, name, context.clock, truthWaitMs);
  if (!csv) return queryReport(document, answerText);
  const report = queryReport(document, (answer) => {
    const { header, lines } = csvOf(answer);
    return [header, ...lines].join('\n');
  });
  if (document.answer !== null) return report;
  // Among values it would be read as one.
  context.say(report.text);
  return { ...report, text: '' };
}
