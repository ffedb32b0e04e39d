/** `watch`: the same question again and again, until interrupted or often enough. */
import { parseFlags, watchFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import { findLab } from '../lab.js';
import { liveQuestions } from '../live-version.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { type Asked, askedNamed, type Reading } from './asked.js';

/** A picture that is redrawn need not wait long for the truth: the next one has it. */
const truthWaitMs = 1000;

export async function* run(input: CommandInput, context: CommandContext): AsyncGenerator<Report> {
  const flags = parseFlags(watchFlags, input.options);
  await using store = await (await findLab(input, context)).openStore();
  const { lab } = input;
  const name = input.arguments[0] ?? 'items-sold';
  const asked = askedNamed(name, await liveQuestions(store), { lab, store, clock: context.clock });
  let header: string | undefined;
  for (let shown = 0; flags.count === undefined || shown < flags.count; shown++) {
    if (shown > 0) await context.clock.sleep(flags.interval);
    const reading = await asked.read(truthWaitMs).catch((error) => unread(error, asked, context));
    const { document, verdict, text, line } = reading;
    const csv = flags.csv ? reading.csv() : undefined;
    if (!flags.csv) yield { document, verdict, text, line: `${timeOf(reading)} ${line}` };
    else if (csv === undefined) {
      // A moment without an answer has no lines; among values it would be read as one, so it is said beside them.
      context.say(`${timeOf(reading)} ${text}`);
      yield { document, verdict, text: '' };
    } else {
      // Another version may have other columns, and an answer without rows has none to name.
      const isNamed = csv.lines.length === 0 || csv.header === header;
      if (!isNamed) header = csv.header;
      yield { document, verdict, text: (isNamed ? csv.lines : [csv.header, ...csv.lines]).join('\n') };
    }
  }
}

const timeOf = ({ document }: Reading) => new Date(document.atMs).toISOString();

/** A watch outlives an engine that is away for a while: what cannot be read is unknown. */
function unread(error: unknown, asked: Asked, context: CommandContext): Reading {
  context.signal.throwIfAborted();
  if (!(error instanceof LabError) || error.kind !== 'unavailable') throw error;
  return asked.unread(error.message);
}
