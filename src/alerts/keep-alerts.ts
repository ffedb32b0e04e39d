/**
 * Keeps a lab's alerts: looks at the newest answer of each rule's question and decides, and tells whoever is to be told. A
 * webhook that is slow or away delays no decision.
 */
import { describeError } from '../errors.js';
import type { Clock, ServingStore } from '../runtimes/ports.js';
import type { ServiceScope } from '../runtimes/service-scope.js';
import type { Heads } from '../serving/head.js';
import { type AnswerSource, readAnswerAt } from '../serving/read-answer.js';
import { type Alert, type Book, decide, type Notice, sent } from './book.js';
import { type KeptBook, openBook } from './kept-book.js';
import { type AlertRule, alertRules, isAnswered } from './rules.js';
import { isLater, rulingOf } from './ruling.js';
import { type KeeperSaid, keeperName } from './undecided.js';

/** Tells somebody of an alert. Throws where that did not arrive. */
export type SendNotice = (alert: Alert, state: Notice['state']) => Promise<void>;

export interface KeptAlerts {
  readonly store: ServingStore;
  /** The same store, which answers are read from: one that remembers (src/serving/remembering-store.ts). */
  readonly reading: AnswerSource;
  /** Undefined: nobody is told; alerts are raised, cleared and shown all the same. */
  readonly send: SendNotice | undefined;
}

/** Reading the heads is a serial read: dearer than others. */
const lookEveryMs = 500;
/** But while something has to settle it is told as late as the next look is. */
const settlingLookMs = 250;
/** What waits to be sent is in memory. */
const deliverEveryMs = 100;
const resend = { afterMs: 1_000, atMostMs: 60_000 };
/** Until then it may only be that the heads were read a moment before what they name was retired. */
const unknownMsMin = 2_000;
/** With a report the book is read anew, lest another keeper's changes are never seen. */
const reportEveryMs = 3_000;

/** Runs until it is stopped. Throws what the store throws, and `unavailable` where a change of the book is in doubt. */
export async function keepAlerts(
  { store, reading, send }: KeptAlerts,
  { stop, clock, say }: ServiceScope,
): Promise<void> {
  const kept = await openBook(store);
  const ended = new AbortController();
  const isOver = () => stop.aborted || ended.signal.aborted;
  // Whichever fails ends the other.
  const both = [
    decideUntil(isOver, { store, reading, kept, sends: send !== undefined, clock, say }),
    ...(send === undefined ? [] : [deliverUntil(isOver, { kept, send, clock, say })]),
  ];
  try {
    await Promise.all(both);
  } finally {
    ended.abort();
    await Promise.allSettled(both);
  }
}

interface Deciding {
  readonly store: ServingStore;
  readonly reading: AnswerSource;
  readonly kept: KeptBook;
  readonly sends: boolean;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

async function decideUntil(isOver: () => boolean, deciding: Deciding): Promise<void> {
  const { store, kept, sends, clock, say } = deciding;
  const looks: Record<string, { atMs: number; unknown: string | null }> = {};
  let reportedMs = Number.NEGATIVE_INFINITY;
  while (!isOver()) {
    const heads = await store.readHeads();
    for (const rule of alertRules.filter((one) => isAnswered(one, heads))) {
      const unknown = await decideOne(rule, heads, deciding);
      const before = looks[rule.name] ?? { atMs: clock.nowMs(), unknown: null };
      const isLasting = unknown !== null && clock.nowMs() - before.atMs > unknownMsMin;
      const now =
        unknown === null ? { atMs: clock.nowMs(), unknown } : { ...before, unknown: isLasting ? unknown : null };
      if (now.unknown !== before.unknown) say(`${rule.name}: ${now.unknown ?? 'is known'}`);
      looks[rule.name] = now;
    }
    if (clock.nowMs() - reportedMs >= reportEveryMs) {
      reportedMs = clock.nowMs();
      await kept.refresh();
      const report: KeeperSaid = { rules: looks, waiting: kept.book().outbox.length, webhook: sends };
      await store.report({ service: keeperName, atMs: reportedMs, report: { ...report } });
    }
    await clock.sleep(kept.book().settling.length > 0 ? settlingLookMs : lookEveryMs);
  }
}

/** Decides a rule that these heads answer from the newest answer, where that is later than the last. Returns why it is unknown, or null. */
async function decideOne(rule: AlertRule, heads: Heads, { reading, kept, sends, clock, say }: Deciding) {
  const { generation, live } = heads;
  const { number } = heads.heads.get(live)!;
  const decided = kept.book().decided[rule.name];
  if (decided !== undefined && !isLater({ generation, number }, decided)) return null;
  const answer = await readAnswerAt(reading, heads, rule.of.of.name);
  // What the heads named may be gone by now: the next look has newer ones.
  if ('unknown' in answer) return answer.unknown;
  const ruling = rulingOf(rule, answer, clock.nowMs());
  const before = kept.book();
  const after = await kept.update((book) => decide(book, ruling, sends));
  for (const line of newsOf(before, after)) say(line);
  return null;
}

/** A line for each alert that was raised or cleared from one book to the next. */
function newsOf(before: Book, after: Book): readonly string[] {
  const standing = new Set(before.raised.map(({ id }) => id));
  const raised = after.raised.filter(({ id }) => id > before.lastId);
  const cleared = after.cleared.filter(({ id }) => standing.has(id));
  return [
    ...raised.map(({ id, rule, says }) => `alert ${id} is raised: ${rule}: ${says}`),
    ...cleared.map(({ id, rule, subject }) => `alert ${id} is cleared: ${rule}: ${subject}`),
  ];
}

interface Delivering {
  readonly kept: KeptBook;
  readonly send: SendNotice;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

/** One after the other, in order. A notice leaves the book once it has arrived: killed in between, it is sent again. */
async function deliverUntil(isOver: () => boolean, { kept, send, clock, say }: Delivering): Promise<void> {
  let failures = 0;
  while (!isOver()) {
    const [notice] = kept.book().outbox;
    if (notice === undefined) {
      await clock.sleep(deliverEveryMs);
      continue;
    }
    try {
      await send(notice.alert, notice.state);
      failures = 0;
    } catch (error) {
      if (failures === 0) say(`alert ${notice.alert.id} was not sent: ${describeError(error)}; it is tried again`);
      const untilMs = clock.nowMs() + Math.min(resend.atMostMs, resend.afterMs * 2 ** failures);
      // In steps, so that nobody has to wait for it when all ends.
      while (!isOver() && clock.nowMs() < untilMs) await clock.sleep(lookEveryMs);
      failures = Math.min(failures + 1, 10);
      continue;
    }
    await kept.update((now) => sent(now, notice));
  }
}
