/**
 * Keeps a lab's alerts: looks at the newest answer of each rule's question and decides, and tells whoever is to be told. A
 * webhook that is slow or away delays no decision.
 */
import { describeError } from '../errors.js';
import { lacks } from '../presented/presented.js';
import type { Clock, ServingStore } from '../runtimes/ports.js';
import type { ServiceScope } from '../runtimes/service-scope.js';
import { readAnswer } from '../serving/read-answer.js';
import { rememberingStore } from '../serving/remembering-store.js';
import { type Alert, alertOf, decide, type Notice, sent } from './book.js';
import { type KeptBook, openBook } from './kept-book.js';
import { alertRules, isAnswered } from './rules.js';
import { rulingOf } from './ruling.js';

/** Tells somebody of an alert. Throws where that did not arrive. */
export type SendNotice = (alert: Alert, state: Notice['state']) => Promise<void>;

export interface KeptAlerts {
  readonly store: ServingStore;
  /** Undefined: nobody is told; alerts are raised, cleared and shown all the same. */
  readonly send: SendNotice | undefined;
}

const lookEveryMs = 500;
const resend = { afterMs: 1_000, atMostMs: 60_000 };
const reportEveryMs = 2_000;

/** Runs until it is stopped. Throws what the store throws. */
export async function keepAlerts({ store, send }: KeptAlerts, { stop, clock, say }: ServiceScope): Promise<void> {
  const kept = await openBook(store);
  const ended = new AbortController();
  const isOver = () => stop.aborted || ended.signal.aborted;
  const decides = decideUntil(isOver, { store, kept, sends: send !== undefined, clock, say });
  const delivers = send === undefined ? undefined : deliverUntil(isOver, { kept, send, clock, say });
  try {
    // Whichever fails ends the other.
    await Promise.all([decides, delivers]);
  } finally {
    ended.abort();
    await Promise.allSettled([decides, delivers]);
  }
}

interface Deciding {
  readonly store: ServingStore;
  readonly kept: KeptBook;
  readonly sends: boolean;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

async function decideUntil(isOver: () => boolean, { store, kept, sends, clock, say }: Deciding): Promise<void> {
  const reading = rememberingStore(store);
  let reportedMs = 0;
  while (!isOver()) {
    const heads = await store.readHeads();
    for (const rule of alertRules.filter((one) => isAnswered(one, heads))) {
      const answer = await readAnswer(reading, rule.of.of.name, clock);
      // The live version may just have been switched.
      if ('unknown' in answer || lacks(rule.of, answer.question) !== undefined) continue;
      const ruling = rulingOf(rule, answer, clock.nowMs());
      const before = kept.book().lastId;
      const after = await kept.update((book) => decide(book, ruling, sends));
      for (const { id, says } of after.raised.filter((one) => one.id > before))
        say(`alert ${id}: ${rule.name}: ${says}`);
    }
    if (clock.nowMs() - reportedMs >= reportEveryMs) {
      reportedMs = clock.nowMs();
      const { raised, outbox, unsent } = kept.book();
      const report = { raised: raised.length, waiting: outbox.length, unsent };
      await store.report({ service: 'alerts', atMs: reportedMs, report });
    }
    await clock.sleep(lookEveryMs);
  }
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
    const book = kept.book();
    const [notice] = book.outbox;
    if (notice === undefined) {
      await clock.sleep(lookEveryMs / 2);
      continue;
    }
    const alert = alertOf(book, notice);
    try {
      if (alert !== undefined) await send(alert, notice.state);
      failures = 0;
    } catch (error) {
      if (failures === 0) say(`alert ${notice.alert} was not sent: ${describeError(error)}; it is tried again`);
      const untilMs = clock.nowMs() + Math.min(resend.atMostMs, resend.afterMs * 2 ** failures);
      // In steps, so that nobody has to wait for it when all ends.
      while (!isOver() && clock.nowMs() < untilMs) await clock.sleep(lookEveryMs);
      failures = Math.min(failures + 1, 10);
      continue;
    }
    await kept.update((now) => sent(now, notice));
  }
}
