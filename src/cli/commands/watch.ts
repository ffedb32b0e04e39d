/** `watch`: the same question again and again, until interrupted or often enough. */
import { parseFlags, watchFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import type { QueryDocument } from '../documents.js';
import { findLab } from '../lab.js';
import { liveQuestions, questionNamed } from '../live-version.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { answerText, csvText, positionText, queryDocument, queryReport } from './query.js';

/** A picture that is redrawn need not wait long for the truth: the next one has it. */
const truthWaitMs = 1000;

export async function* run(input: CommandInput, context: CommandContext): AsyncGenerator<Report> {
  const flags = parseFlags(watchFlags, input.options);
  await using store = await (await findLab(input, context)).openStore();
  const { name } = questionNamed(input.arguments[0] ?? 'items-sold', await liveQuestions(store));
  let withHeader = true;
  for (let shown = 0; flags.count === undefined || shown < flags.count; shown++) {
    if (shown > 0) await context.clock.sleep(flags.interval);
    const read = queryDocument(input.lab, store, name, context.clock, truthWaitMs);
    const document = await read.catch((error) => awayDocument(error, input, name, context));
    yield flags.csv ? lines(document, withHeader) : picture(document);
    withHeader &&= document.answer === null;
  }
}

/** Redrawn in a terminal, a line where it is none. */
function picture(document: QueryDocument): Report {
  const report = queryReport(document, answerText);
  const line = document.answer === null ? report.text : positionText(document.answer);
  return { ...report, line: `${new Date(document.atMs).toISOString()} ${line}` };
}

/** One answer below the other, with one header; a moment without an answer has no lines. */
function lines(document: QueryDocument, withHeader: boolean): Report {
  const report = queryReport(document, (answer) => csvText(answer, withHeader));
  return document.answer === null ? { ...report, text: '' } : report;
}

/** A watch outlives an engine that is away for a while: what cannot be read is unknown. */
function awayDocument(error: unknown, { lab }: CommandInput, question: string, context: CommandContext): QueryDocument {
  context.signal.throwIfAborted();
  if (!(error instanceof LabError) || error.kind !== 'unavailable') throw error;
  const unknown = error.message;
  return { schema: 'snacklab/query', version: 1, lab, question, atMs: context.clock.nowMs(), answer: null, unknown };
}
