/** The alerts as the console shows them: what is raised, the newest first, and what was cleared lately. Pure. */
import { type Alert, type Book, emptyBook, newestRaised } from '../alerts/book.js';
import { type Undecided, undecidedRules } from '../alerts/undecided.js';
import type { ServiceReport } from '../runtimes/ports.js';
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
  /** Rules that nobody decides now, and why. */
  readonly undecided: readonly Undecided[];
}

const raisedMax = 50;
const clearedMax = 5;

/** What a look has that alerts are told from. `alerts` is undefined where nobody has kept any, or they cannot be read. */
interface Seen {
  readonly alerts: Book | undefined;
  readonly heads: Heads;
  readonly reports: readonly ServiceReport[];
  readonly atMs: number;
}

export function alertsView({ alerts, heads, reports, atMs }: Seen): AlertsView {
  const book = alerts ?? emptyBook;
  return {
    raised: book.raised.length,
    shown: [...newestRaised(book).slice(0, raisedMax), ...book.cleared.slice(0, clearedMax)].map(viewOfAlert),
    undecided: undecidedRules(heads, reports, atMs),
  };
}

function viewOfAlert({ id, rule, subject, says, raised, cleared }: Alert): AlertView {
  const { atMs, pipeline, number } = cleared ?? raised;
  const state = cleared === null ? 'raised' : 'cleared';
  return { id, rule, says: cleared === null ? says : subject, state, atMs, pipeline, number };
}
