/** The alerts as the console shows them: what is raised, the newest first, and what was cleared lately. Pure. */
import type { Alert, Book } from '../alerts/book.js';
import { unansweredRules } from '../alerts/rules.js';
import type { Heads } from '../serving/head.js';

/** One line of the list. `atMs` is when it was raised, or cleared where it is no more. */
export interface AlertView {
  readonly id: number;
  readonly rule: string;
  readonly says: string;
  readonly state: 'raised' | 'cleared';
  readonly atMs: number;
  /** Where that was decided. */
  readonly pipeline: string;
  readonly number: number;
}

export interface AlertsView {
  /** All that are raised, also those that are left out of `shown`. */
  readonly raised: number;
  readonly shown: readonly AlertView[];
  /** Rules whose question the live version does not answer. */
  readonly unanswered: readonly string[];
}

const raisedMax = 50;
const clearedMax = 5;

/** `book` is undefined where nobody has kept one yet. */
export function alertsView(book: Book | undefined, heads: Heads): AlertsView {
  const { raised = [], cleared = [] } = book ?? {};
  const newest = [...raised].sort((a, b) => b.id - a.id);
  return {
    raised: raised.length,
    shown: [...newest.slice(0, raisedMax), ...cleared.slice(0, clearedMax)].map(viewOfAlert),
    unanswered: unansweredRules(heads),
  };
}

function viewOfAlert({ id, rule, subject, says, raised, cleared }: Alert): AlertView {
  const { atMs, pipeline, number } = cleared ?? raised;
  const state = cleared === null ? 'raised' : 'cleared';
  return { id, rule, says: cleared === null ? says : subject, state, atMs, pipeline, number };
}
