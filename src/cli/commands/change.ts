/**
 * `lambda change`: a second version whose first base the batch computes from the archive, up to the cut of the live
 * version's base, and whose speed layer begins at that cut. The live one serves until the new one is whole.
 */
import { cycleFromCut, firstCycleVersion } from '../../../lambda/cycle.js';
import { LabError } from '../../errors.js';
import { formatPosition, messagesBetween } from '../../positions/position.js';
import { newHead } from '../../serving/head.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { grouped } from '../text.js';
import { startVersion, type VersionPlan, type VersionRequest } from './start-version.js';

export function run(input: CommandInput, context: CommandContext): Promise<Report> {
  return startVersion(input, context, async (request) => fromTheCut(request, context.clock.nowMs()));
}

async function fromTheCut(request: VersionRequest, nowMs: number): Promise<VersionPlan> {
  const { store, live, pipeline, questions } = request;
  const cut = live.baseCut;
  const fresh = newHead(pipeline, 0, live.origin, questions);
  const { incarnation: _, ...head } = { ...fresh, position: cut, baseCut: cut, nextBaseId: 2 };
  const state = JSON.stringify(cycleFromCut(live, cut, nowMs));
  return {
    head,
    // The cycle first: a coordinator that finds a head needs both.
    async before(incarnation) {
      const outcome = await store.putCycle(pipeline, { version: firstCycleVersion(incarnation), state });
      if (outcome === 'applied') return;
      throw new LabError(`the batch cycle of ${pipeline} could not be made (${outcome}); nothing was changed`, {
        kind: 'unavailable',
        suggestion: 'the same command again',
      });
    },
    begins: `its batch over ${grouped(messagesBetween(live.origin, cut))} messages up to ${formatPosition(cut)}, its speed layer from there`,
  };
}
