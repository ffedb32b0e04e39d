/**
 * `kappa replay`: a second version reads the log from its beginning into an output of its own, while the live one serves.
 */
import { formatPosition } from '../../positions/position.js';
import { newHead } from '../../serving/head.js';
import { openLog } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { grouped } from '../text.js';
import { startVersion, type VersionPlan, type VersionRequest } from './start-version.js';

export function run(input: CommandInput, context: CommandContext): Promise<Report> {
  return startVersion(input, context, fromTheBeginning);
}

async function fromTheBeginning(request: VersionRequest): Promise<VersionPlan> {
  const { lab, containers, pipeline, questions } = request;
  const origin = await (await openLog(lab, containers)).starts();
  const { incarnation: _, ...head } = newHead(pipeline, 0, origin, questions);
  const missing = origin.reduce((sum, offset) => sum + offset, 0);
  const begins =
    missing === 0
      ? 'from the beginning of the log'
      : `from ${formatPosition(origin)}: ${grouped(missing)} messages before that are no longer in the log, nor in its answers`;
  return { head, begins };
}
