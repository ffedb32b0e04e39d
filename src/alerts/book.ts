/**
 * The book of a lab's alerts: what is raised, what was cleared lately, what is not sent yet. A ruling changes it, and the
 * same ruling again changes nothing, nor does an older one; so whoever keeps the book may be killed and started anywhere,
 * or be there twice, and each alert is raised once and cleared once. Pure.
 */
import { z } from 'zod';
import { type Decided, isLater, type Ruling } from './ruling.js';

const whole = z.number().int().min(0);
const decided = z.object({
  ...{ pipeline: z.string(), generation: whole, number: whole, position: z.array(whole), atMs: z.number() },
});
const alert = z.object({
  /** From 1, in the order in which they were raised. */
  id: whole,
  rule: z.string(),
  subject: z.string(),
  /** As it was when the alert was raised. */
  says: z.string(),
  raised: decided,
  cleared: decided.nullable(),
});
const settling = z.object({ rule: z.string(), subject: z.string(), sinceMs: z.number() });
const notice = z.object({ alert: whole, state: z.enum(['raised', 'cleared']) });

export const bookSchema = z.object({
  format: z.literal(1),
  /** The last ruling of each rule that was decided. */
  decided: z.record(z.string(), decided),
  /** Found, but not for long enough yet. */
  settling: z.array(settling),
  raised: z.array(alert),
  /** The newest first; no more than a hundred. */
  cleared: z.array(alert),
  /** What is still to be sent, in order. */
  outbox: z.array(notice),
  /** Notices that were given up since too many waited. */
  unsent: whole,
  lastId: whole,
});

export type Alert = z.infer<typeof alert>;
/** An alert was raised, or cleared: by both its number and its state it is told from all others. */
export type Notice = z.infer<typeof notice>;
export type Book = z.infer<typeof bookSchema>;

export const emptyBook: Book = {
  ...{ format: 1, decided: {}, settling: [], raised: [], cleared: [], outbox: [], unsent: 0, lastId: 0 },
};

const clearedMax = 100;
const outboxMax = 1_000;

/** The book after a ruling. `sends`: whether anybody is told of what changes. */
export function decide(book: Book, ruling: Ruling, sends: boolean): Book {
  const before = book.decided[ruling.rule];
  if (before !== undefined && !isLater(ruling.decided, before)) return book;
  const found = new Map(ruling.findings.map((finding) => [finding.subject, finding]));
  const ofRule = ({ rule }: { readonly rule: string }) => rule === ruling.rule;
  const ended = book.raised.filter((one) => ofRule(one) && !found.has(one.subject));
  const standing = new Set(book.raised.filter(ofRule).map(({ subject }) => subject));
  const waiting = [...found.values()].filter(({ subject }) => !standing.has(subject));
  const since = sinceOf(book, ruling);
  const due = waiting.filter((finding) => ruling.decided.atMs - since(finding.subject) >= ruling.settlesMs);
  const raised = due.map(({ subject, says }, i): Alert => {
    return { id: book.lastId + 1 + i, rule: ruling.rule, subject, says, raised: kept(ruling.decided), cleared: null };
  });
  const cleared = ended.map((one): Alert => ({ ...one, cleared: kept(ruling.decided) }));
  const settles = waiting.filter((finding) => !due.includes(finding));
  const told = [...cleared.map(noticeOf('cleared')), ...raised.map(noticeOf('raised'))];
  return {
    ...book,
    ...posted(book, sends ? told : []),
    decided: { ...book.decided, [ruling.rule]: kept(ruling.decided) },
    settling: [
      ...book.settling.filter((one) => !ofRule(one)),
      ...settles.map(({ subject }) => ({ rule: ruling.rule, subject, sinceMs: since(subject) })),
    ],
    raised: [...book.raised.filter((one) => !ended.includes(one)), ...raised],
    cleared: [...cleared, ...book.cleared].slice(0, clearedMax),
    lastId: book.lastId + raised.length,
  };
}

/** The book once a notice has been sent. */
export function sent(book: Book, { alert: id, state }: Notice): Book {
  return { ...book, outbox: book.outbox.filter((one) => one.alert !== id || one.state !== state) };
}

/** The alert that a notice is about; undefined where it was cleared so long ago that the book has forgotten it. */
export function alertOf(book: Book, { alert: id }: Notice): Alert | undefined {
  return [...book.raised, ...book.cleared].find((one) => one.id === id);
}

/** Whether they differ in more than how far rules have been decided, which follows from the answers anyway. */
export function differs(a: Book, b: Book): boolean {
  const text = (book: Book) => JSON.stringify({ ...book, decided: {} });
  return text(a) !== text(b);
}

/** Since when a subject has been found. */
function sinceOf({ settling }: Book, { rule, decided: { atMs } }: Ruling): (subject: string) => number {
  const known = new Map(settling.filter((one) => one.rule === rule).map(({ subject, sinceMs }) => [subject, sinceMs]));
  return (subject) => known.get(subject) ?? atMs;
}

/** Whoever is to be told may be away for long: the oldest notices are given up then, and counted. */
function posted({ outbox, unsent }: Book, told: readonly Notice[]): Pick<Book, 'outbox' | 'unsent'> {
  const all = [...outbox, ...told];
  const tooMany = Math.max(0, all.length - outboxMax);
  return { outbox: all.slice(tooMany), unsent: unsent + tooMany };
}

const noticeOf =
  (state: Notice['state']) =>
  ({ id }: Alert): Notice => ({ alert: id, state });

const kept = (one: Decided): z.infer<typeof decided> => ({ ...one, position: [...one.position] });
