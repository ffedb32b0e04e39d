/**
 * The batch cycle of a version, as it is stored, or made from its head where the version has none yet. The head alone
 * says that there is a version: whoever adds one writes nothing else, so a command that is killed leaves no half of one.
 */
import { LabError } from '../src/errors.js';
import type { Clock, ServingStore } from '../src/runtimes/ports.js';
import type { Head } from '../src/serving/head.js';
import { type Cycle, cycleOf, firstCycleVersion, newCycle } from './cycle.js';

/** A cycle and the version that the next change of it has to expect. */
export interface FoundCycle {
  readonly version: number;
  readonly cycle: Cycle;
}

type Store = Pick<ServingStore, 'readState' | 'putState' | 'readWanted'>;

/**
 * Undefined when somebody else was quicker to make it, or the version is gone: the next look finds it. Throws when the
 * write is in doubt, or what is stored is no state.
 */
export async function findCycle(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  head: Head,
): Promise<FoundCycle | undefined> {
  const record = await store.readState(head.pipeline);
  const cycle = cycleOf(head, record);
  if (record !== undefined && cycle !== undefined) return { version: record.version, cycle };
  const { batchRequests } = await store.readWanted();
  const made = newCycle(head, clock.nowMs(), batchRequests);
  const version = firstCycleVersion(head.incarnation);
  const outcome = await store.putState(head.pipeline, { version, state: JSON.stringify(made) });
  if (outcome === 'in-doubt') {
    throw new LabError(`making the batch cycle of ${head.pipeline} is in doubt`, {
      suggestion: 'none is needed: this process ends and the next one reads what was made',
    });
  }
  return outcome === 'applied' ? { version, cycle: made } : undefined;
}
