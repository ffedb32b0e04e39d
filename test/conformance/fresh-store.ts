/** A fresh serving store as the facts about it (./serving-store.ts) use one, and what must be in it. */
import type { Position } from '../../src/positions/position.js';
import { builtinQuestions, itemsSold } from '../../src/questions/builtin.js';
import { count, type Question } from '../../src/questions/question.js';
import type { ServedView, ServingStore } from '../../src/runtimes/ports.js';
import type { SumFace } from '../../src/serving/served-view.js';

/** A store as `up` leaves it: one pipeline, which is live and has read nothing. */
export interface FreshStore extends AsyncDisposable {
  readonly store: ServingStore;
  /** That pipeline: `newHead(pipeline, 1, firstPosition, builtinQuestions)`. Nobody else uses names that begin so. */
  readonly pipeline: string;
  /** Nobody else stores anything under this incarnation and the nine after it. */
  readonly incarnation: number;
  /** What a panel shows of a view of one of `servedQuestions`, in any order; nothing where there is none. */
  readView(question: Question, face: ServedView['face']): Promise<readonly ShownRow[]>;
}

/** A row of a view, with what the whole view says of itself. */
export interface ShownRow extends Pick<ServedView, 'number' | 'pipeline' | 'position' | 'asOfMs'> {
  readonly key: Readonly<Record<string, string>>;
  /** By the sum's name, then by face. */
  readonly sums: Readonly<Record<string, Readonly<Record<SumFace, bigint | null>>>>;
}

export type OpenFreshStore = () => Promise<FreshStore>;

/** States one thing that holds of a fresh store. */
export type Fact = (name: string, holds: (fresh: FreshStore) => Promise<void>) => void;

export const firstPosition: Position = [3, 0];

/** Has the name of another question, and is another one. */
export const itemsSoldByHealth: Question = {
  ...itemsSold,
  key: ['healthy', { hour: 'timestamp' }],
  sums: { sold: count() },
};

/** A store must be able to serve these. */
export const servedQuestions: readonly Question[] = [...builtinQuestions, itemsSoldByHealth];
