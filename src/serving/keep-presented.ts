/**
 * Keeps what is presented of answers, and what is raised, where panels read it: a table each, replaced whole. Nothing is
 * decided from it: it is as old as it says, and written again it is the same.
 */
import { newestRaised } from '../alerts/book.js';
import { readBook } from '../alerts/kept-book.js';
import { presentedAnswers } from '../presented/all.js';
import { type Cell, type ColumnKind, namedSumsOf, type Presented, questionFor } from '../presented/presented.js';
import type { ServingStore } from '../runtimes/ports.js';
import type { ServiceScope } from '../runtimes/service-scope.js';
import type { Heads } from './head.js';
import { type AnswerSource, readAnswerAt } from './read-answer.js';
import { sayingOnce } from './said-once.js';
import { emptiedVersion, viewVersion } from './served-view.js';

/** The name and columns of one table. */
export interface PanelTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[];
}

/** All that is in it from one answer on. A later `version` wins, whoever writes when. */
export interface PanelRows {
  readonly table: PanelTable;
  readonly version: bigint;
  readonly asOfMs: number;
  readonly rows: readonly (readonly Cell[])[];
}

/** Where tables are kept for panels. */
export type KeepPanelRows = (rows: PanelRows) => Promise<void>;

/** What is raised, the newest first. */
export const raisedTable: PanelTable = {
  name: 'alerts',
  columns: [
    { name: 'alert', kind: 'count' },
    { name: 'rule', kind: 'text' },
    { name: 'says', kind: 'text' },
    { name: 'since', kind: 'text' },
    { name: 'decided by', kind: 'text' },
    { name: 'slice', kind: 'count' },
  ],
};

/** All tables that a lab has. */
export const panelTables: readonly PanelTable[] = [...presentedAnswers, raisedTable];

/** Panels are drawn anew every five seconds. */
const everyMs = 2_000;

/** `reading` is the same store, which answers are read from: one that remembers. */
interface Presenting {
  readonly store: ServingStore;
  readonly reading: AnswerSource;
  readonly keep: KeepPanelRows;
}

/** Runs until it is stopped. Throws what the store throws; a table that cannot be kept is said, and hinders no other. */
export async function keepPresented(
  { store, reading, keep }: Presenting,
  { stop, clock, say }: ServiceScope,
): Promise<void> {
  const kept = new Map<string, bigint>();
  const problems = sayingOnce(say);
  const keepNew = async (name: string, rowsNow: () => Promise<PanelRows | undefined>) => {
    const what = `the table of ${name} is not kept`;
    try {
      const rows = await rowsNow();
      if (rows === undefined || kept.get(name) === rows.version) return;
      await keep(rows);
      kept.set(name, rows.version);
      problems.passed(what);
    } catch (error) {
      problems.failed(what, error);
    }
  };
  while (!stop.aborted) {
    const heads = await store.readHeads();
    const newest = newestVersion(heads);
    for (const presented of presentedAnswers) {
      const { name } = presented;
      if (kept.get(name) !== newest) await keepNew(name, () => presentedRows(presented, heads, reading, clock.nowMs()));
    }
    await keepNew(raisedTable.name, () => raisedRows(store, clock.nowMs()));
    await clock.sleep(everyMs);
  }
}

/** Of the newest answer that there is. */
function newestVersion({ heads, live, generation }: Heads): bigint {
  const { number, baseNumber } = heads.get(live)!;
  return viewVersion(generation, number, baseNumber);
}

/** Without rows where the live version does not answer what it is made of; undefined where the answer is unknown now. */
async function presentedRows(
  presented: Presented,
  heads: Heads,
  store: AnswerSource,
  asOfMs: number,
): Promise<PanelRows | undefined> {
  const question = questionFor(presented, heads.heads.get(heads.live)?.questions);
  if (question === undefined) return { table: presented, version: emptiedVersion(heads.generation), asOfMs, rows: [] };
  const answer = await readAnswerAt(store, heads, question.name);
  if ('unknown' in answer) return undefined;
  const version = viewVersion(answer.generation, answer.number, answer.baseNumber);
  const { rows } = presented.present(namedSumsOf(answer.question, answer.merged));
  return { table: presented, version, asOfMs, rows };
}

/** Undefined where nobody has kept alerts yet. */
async function raisedRows(store: ServingStore, asOfMs: number): Promise<PanelRows | undefined> {
  const book = await readBook(store);
  if (book === undefined) return undefined;
  return {
    table: raisedTable,
    // What is raised changes with each alert that is raised or cleared, and neither number ever falls.
    version: BigInt(book.lastId) + BigInt(book.lastId - book.raised.length),
    asOfMs,
    rows: newestRaised(book).map(({ id, rule, says, raised }) => {
      return [BigInt(id), rule, says, new Date(raised.atMs).toISOString(), raised.pipeline, BigInt(raised.number)];
    }),
  };
}
