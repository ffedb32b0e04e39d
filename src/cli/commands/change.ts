/**
 * `lambda change`: a second version whose first base the batch computes from the archive, up to the cut of the live
 * version's base, and whose speed layer begins at that cut. The live one serves until the new one is whole.
 */
import { LabError } from '../../errors.js';
import { covers, formatPosition, max, messagesBetween, type Position } from '../../positions/position.js';
import { newHead } from '../../serving/head.js';
import { versionOf } from '../../versions/versions.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { grouped } from '../text.js';
import { startVersion, type VersionPlan, type VersionRequest } from './start-version.js';

export function run(input: CommandInput, context: CommandContext): Promise<Report> {
  return startVersion(input, context, fromTheCut);
}

/** Begins at the cut of the live version's base. */
export async function fromTheCut(request: VersionRequest): Promise<VersionPlan> {
  await using log = await request.found.openLog();
  return planFromCut(request, await log.starts());
}

/** Begins at the live base's cut. Throws `fail` where the log no longer has all that comes after it. */
export function planFromCut(
  { live, pipeline, questions }: Pick<VersionRequest, 'live' | 'pipeline' | 'questions'>,
  logStarts: Position,
): VersionPlan {
  const cut = live.baseCut;
  if (!covers(cut, logStarts)) {
    const missing = messagesBetween(cut, max(cut, logStarts));
    throw new LabError(
      `${versionOf(pipeline)} would begin at the cut of ${versionOf(live.pipeline)}'s base, ${formatPosition(cut)}, but ` +
        `the log begins at ${formatPosition(logStarts)}: it lacks ${grouped(missing)} messages; nothing was changed`,
      {
        kind: 'fail',
        suggestion: 'snacklab lambda batch makes a base with a newer cut; then the same command again',
        detail: { cut, logStarts, missing },
      },
    );
  }
  const fresh = newHead(pipeline, 0, live.origin, questions);
  // Base 1 is the one that the coordinator plans when it finds this head.
  const { incarnation: _, ...head } = { ...fresh, position: cut, baseCut: cut, nextBaseId: 2 };
  return {
    head,
    begins: `its batch over ${grouped(messagesBetween(live.origin, cut))} messages up to ${formatPosition(cut)}, its speed layer from there`,
  };
}
