/**
 * `kappa replay`: a second version reads the log from its beginning into an output of its own, while the live one serves.
 */

import { LabError } from '../../errors.js';
import { formatPosition } from '../../positions/position.js';
import type { Clock } from '../../runtimes/ports.js';
import { newHead } from '../../serving/head.js';
import { type ArchiveReport, type ReplayReach, replayReach } from '../replay-reach.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { grouped } from '../text.js';
import { startVersion, type VersionPlan, type VersionRequest } from './start-version.js';

const archivePatienceMs = 30_000;

export function run(input: CommandInput, context: CommandContext): Promise<Report> {
  return startVersion(input, context, fromTheBeginning);
}

/** Begins where the log begins, or where its archive does. */
export async function fromTheBeginning(
  { found, store, pipeline, questions }: VersionRequest,
  { clock }: Pick<CommandContext, 'clock'>,
): Promise<VersionPlan> {
  // First: what the log loses from now on is in the archive that is asked later.
  await using log = await found.openLog();
  const starts = await log.starts();
  const hasLost = starts.some((start) => start > 0);
  const ask = async () => found.archiveSaid(await store.readReports());
  const reach = replayReach(starts, hasLost ? await whenItHasSpoken(ask, clock) : undefined);
  const { incarnation: _, ...head } = newHead(pipeline, 0, reach.origin, questions);
  return { head, archived: reach.archived, begins: beginsText(reach) };
}

/** An archive that is starting says what it has when it has looked through its files: a replay that is early waits. */
async function whenItHasSpoken(
  ask: () => Promise<ArchiveReport | null | undefined>,
  clock: Clock,
): Promise<ArchiveReport | undefined> {
  const endMs = clock.nowMs() + archivePatienceMs;
  for (;;) {
    const said = await ask();
    if (said !== null) return said;
    if (clock.nowMs() >= endMs) {
      throw new LabError('the archive has not said what it has; nothing was changed', {
        kind: 'unavailable',
        suggestion: 'snacklab {lab} logs archive shows what it waits for',
      });
    }
    await clock.sleep(500);
  }
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
