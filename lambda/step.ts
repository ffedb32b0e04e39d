/** What a step of the batch cycle is given to work with: one version of the lab, its ports, its limits and its turn. */
import { LabError } from '../src/errors.js';
import type { Question } from '../src/questions/question.js';
import type { ArchiveStore, BatchEngine, Clock, Hold, ServingStore } from '../src/runtimes/ports.js';
import type { Head } from '../src/serving/head.js';
import type { Cycle } from './cycle.js';
import type { Turn } from './turns.js';

export interface CoordinatorLimits {
  readonly batchEveryMs: number;
  readonly jobMsMax: number;
  /** How often a job is asked for: each look reads heads and cycle anew, and asks the engine. */
  readonly jobLookMs: number;
  /**
   * So long a job that the engine does not know may still be on its way to it, from another coordinator that was taken for
   * dead, or started twice. Without patience two of them would fail each other's attempts until the base is given up; one
   * that is slower still is failed, and its output is never read.
   */
  readonly submissionMsMax: number;
  readonly attemptsMax: number;
  /** More slices than this above the base are merged into a fold: the batch is away for long. */
  readonly slicesMax: number;
}

export interface Coordinator {
  readonly pipeline: string;
  readonly incarnation: number;
  readonly questions: readonly Question[];
  readonly store: ServingStore;
  readonly archive: Pick<ArchiveStore, 'list' | 'remove'>;
  readonly engine: BatchEngine;
  readonly clock: Clock;
  readonly limits: CoordinatorLimits;
  readonly turn: Turn;
  readonly hold: Hold;
  /** A name that was never used before. */
  readonly newId: () => string;
  readonly log: (line: string) => void;
}

/** What is to be done in a state; it ends with at most one move to the next. */
export type Step<Name extends Cycle['name']> = (
  coordinator: Coordinator,
  cycle: Extract<Cycle, { name: Name }>,
  move: (next: Cycle) => Promise<void>,
) => Promise<void>;

/** The head of this very version. Throws `unavailable` when it was dropped meanwhile. */
export async function readHead(c: Coordinator): Promise<Head> {
  const head = (await c.store.readHeads()).heads.get(c.pipeline);
  // By number: a cycle that is carried on after its version was dropped must not touch a new one of its name.
  if (head?.incarnation === c.incarnation) return head;
  throw new LabError(`${c.pipeline} was dropped in the midst of its batch cycle`, {
    kind: 'unavailable',
    suggestion: 'none is needed: the cycle goes with its version',
  });
}
