/**
 * `kappa replay`: a second version reads the log from its beginning into an output of its own, while the live one serves.
 */
import { formatPosition } from '../../positions/position.js';
import { newHead } from '../../serving/head.js';
import { openLog } from '../lab.js';
import { archiveReportIn, type ReplayReach, replayReach } from '../replay-reach.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { grouped } from '../text.js';
import { startVersion, type VersionPlan, type VersionRequest } from './start-version.js';

export function run(input: CommandInput, context: CommandContext): Promise<Report> {
  return startVersion(input, context, fromTheBeginning);
}

async function fromTheBeginning(
  { lab, containers, store, pipeline, questions }: VersionRequest,
  { clock }: CommandContext,
): Promise<VersionPlan> {
  // First: what the log loses from now on is in the archive that is asked later.
  const starts = await (await openLog(lab, containers)).starts();
  const nowMs = clock.nowMs();
  const reports = (await store.readReports()).map((one) => ({ ...one, ageMs: nowMs - one.atMs }));
  const reach = replayReach(starts, archiveReportIn(containers, reports));
  const { incarnation: _, ...head } = newHead(pipeline, 0, reach.origin, questions);
  return { head, archived: reach.archived, begins: beginsText(reach) };
}

function beginsText({ origin, archived, missing, note }: ReplayReach): string {
  const from = missing === 0 ? 'from the beginning' : `from ${formatPosition(origin)}`;
  if (archived > 0) {
    const lost = missing === 0 ? '' : `; ${grouped(missing)} messages before that are in neither, nor in its answers`;
    return `${from}: ${grouped(archived)} messages from the archive, then the log${lost}`;
  }
  if (missing === 0) return `${from} of the log`;
  const why = note === null ? '' : ` (${note})`;
  return `${from}: ${grouped(missing)} messages before that are no longer in the log, nor in its answers${why}`;
}
