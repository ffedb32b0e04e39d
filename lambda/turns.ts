/**
 * Whose turn it is, where several versions have batch cycles: YARN has room for one job, and the files that a merge
 * replaced may only go while no job can be reading them. Pure.
 */
import type { Cycle } from './cycle.js';

/** The cycles of all versions as they stand; undefined where it is not known, which is never taken for idle. */
export type CyclesNow = ReadonlyMap<string, Cycle | undefined>;

/** What one version's cycle may do now, beside those of the others. */
export interface Turn {
  /** To choose a cut: no other cycle is under way. */
  readonly mayBegin: boolean;
  /** To submit a job: no other version's runs, or has an output that is being made into a base. */
  readonly maySubmit: boolean;
  /** To remove archive files that a merge replaced: no job of another cycle reads them, or is about to. */
  readonly mayRemoveFiles: boolean;
}

/** What `pipeline` may do while the others stand so. Two that have chosen may both submit: the first in order does. */
export function turnOf(pipeline: string, cycles: CyclesNow): Turn {
  const others = [...cycles].filter(([other]) => other !== pipeline).map(([, cycle]) => cycle?.name);
  const areIdle = others.every((name) => name === 'idle');
  const areWithoutJob = others.every((name) => name === 'idle' || name === 'chosen');
  return { mayBegin: areIdle, maySubmit: areWithoutJob, mayRemoveFiles: areIdle };
}

/**
 * Pipelines in the order in which they are stepped: the one whose last cycle began longest ago first. Each of them is
 * tried at each look, so one that is due but cannot begin keeps nobody waiting, and who has just had a turn comes last.
 */
export function inTurn(cycles: CyclesNow): readonly string[] {
  const startedMs = (pipeline: string) => cycles.get(pipeline)?.history.startedMs ?? Number.MAX_SAFE_INTEGER;
  return [...cycles.keys()].sort((a, b) => startedMs(a) - startedMs(b));
}
