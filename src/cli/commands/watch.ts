/** `watch`: the same question again and again, until interrupted or often enough. */
import { parseFlags, watchFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import type { QueryDocument } from '../documents.js';
import { findLab } from '../lab.js';
import { liveQuestions, questionNamed } from '../live-version.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { csvOf } from './answer-csv.js';
import { answerText, positionText, queryDocument, queryReport } from './answer-text.js';

/** A picture that is redrawn need not wait long for the truth: the next one has it. */
const truthWaitMs = 1000;

export async function* run(input: CommandInput, context: CommandContext): AsyncGenerator<Report> {
  const flags = parseFlags(watchFlags, input.options);
  await using store = await (await findLab(input, context)).openStore();
  const { name } = questionNamed(input.arguments[0] ?? 'items-sold', await liveQuestions(store));
  let header: string | undefined;
  for (let shown = 0; flags.count === undefined || shown < flags.count; shown++) {
    if (shown > 0) await context.clock.sleep(flags.interval);
    const read = queryDocument(input.lab, store, name, context.clock, truthWaitMs);
    const document = await read.catch((error) => awayDocument(error, input, name, context));
    if (!flags.csv) yield picture(document);
    else if (document.answer === null) yield unknownLines(document, context);
    else {
      const csv = csvOf(document.answer);
      // Another version may have other columns, and an answer without rows has none to name.
      const isNamed = csv.lines.length === 0 || csv.header === header;
      if (!isNamed) header = csv.header;
      yield queryReport(document, () => (isNamed ? csv.lines : [csv.header, ...csv.lines]).join('\n'));
    }
  }
}

/** Redrawn in a terminal, a line where it is none. */
function picture(document: QueryDocument): Report {
  const report = queryReport(document, answerText);
  const line = document.answer === null ? report.text : positionText(document.answer);
  return { ...report, line: `${new Date(document.atMs).toISOString()} ${line}` };
}

/** A moment without an answer has no lines; among values it would be read as one, so it is said beside them. */
function unknownLines(document: QueryDocument, { say }: CommandContext): Report {
  const report = queryReport(document, () => '');
  say(`${new Date(document.atMs).toISOString()} ${report.text}`);
  return { ...report, text: '' };
}

/** A watch outlives an engine that is away for a while: what cannot be read is unknown. */
function awayDocument(error: unknown, { lab }: CommandInput, question: string, context: CommandContext): QueryDocument {
  context.signal.throwIfAborted();
  if (!(error instanceof LabError) || error.kind !== 'unavailable') throw error;
  const unknown = error.message;
  return { schema: 'snacklab/query', version: 1, lab, question, atMs: context.clock.nowMs(), answer: null, unknown };
}
