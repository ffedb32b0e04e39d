/**
 * The book of a lab's alerts: what is raised, what was cleared lately, what is not sent yet. A ruling changes it, and the
 * same ruling again changes nothing, nor does an older one; so whoever keeps the book may be killed and started anywhere,
 * or be there twice, and each alert is raised once and cleared once. Pure.
 */
import { z } from 'zod';
import { type Decided, type Finding, isLater, type Ruling } from './ruling.js';

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
  /** For as long as it had to be found, it has to be missing before it is cleared. */
  settlesMs: z.number(),
  /** Since when it has not been found any more. */
  missingSinceMs: z.number().nullable(),
  /** Whether somebody is told of it: who was told that it is raised is told that it is cleared. */
  told: z.boolean(),
});
const settling = z.object({ rule: z.string(), subject: z.string(), sinceMs: z.number() });
/** An alert was raised, or cleared: it is told whole, as it was then. */
const notice = z.object({ state: z.enum(['raised', 'cleared']), alert });

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
export type Notice = z.infer<typeof notice>;
export type Book = z.infer<typeof bookSchema>;

export const emptyBook: Book = {
  ...{ format: 1, decided: {}, settling: [], raised: [], cleared: [], outbox: [], unsent: 0, lastId: 0 },
};

const clearedMax = 100;
/** More than all alerts that the shop can have at once; a book of so many has less than a megabyte. */
const outboxMax = 1_500;

/** The book after a ruling. `sends`: whether somebody is to be told of what is raised now. */
export function decide(book: Book, ruling: Ruling, sends: boolean): Book {
  const before = book.decided[ruling.rule];
  if (before !== undefined && !isLater(ruling.decided, before)) return book;
  const at = kept(ruling.decided);
  const found = new Map(ruling.findings.map((finding) => [finding.subject, finding]));
  const ofRule = ({ rule }: { readonly rule: string }) => rule === ruling.rule;
  const looked = book.raised.map((one) => (ofRule(one) ? lookedFor(one, found.has(one.subject), at.atMs) : one));
  const isOver = ({ missingSinceMs, settlesMs }: Alert) =>
    missingSinceMs !== null && at.atMs - missingSinceMs >= settlesMs;
  const cleared = looked.filter((one) => ofRule(one) && isOver(one)).map((one): Alert => ({ ...one, cleared: at }));
  const standing = new Set(looked.filter(ofRule).map(({ subject }) => subject));
  const { due, waiting } = settle(
    book,
    ruling,
    [...found.values()].filter(({ subject }) => !standing.has(subject)),
  );
  const raised = due.map(({ subject, says, settlesMs }, i): Alert => {
    const about = { id: book.lastId + 1 + i, rule: ruling.rule, subject, says, settlesMs };
    return { ...about, raised: at, cleared: null, missingSinceMs: null, told: sends };
  });
  return {
    ...book,
    ...posted(book, [...cleared.map(noticeOf('cleared')), ...raised.map(noticeOf('raised'))]),
    decided: { ...book.decided, [ruling.rule]: at },
    settling: [...book.settling.filter((one) => !ofRule(one)), ...waiting],
    raised: [...looked.filter((one) => !ofRule(one) || !isOver(one)), ...raised],
    cleared: [...cleared, ...book.cleared].slice(0, clearedMax),
    lastId: book.lastId + raised.length,
  };
}

function lookedFor(one: Alert, isFound: boolean, atMs: number): Alert {
  if (isFound) return one.missingSinceMs === null ? one : { ...one, missingSinceMs: null };
  return { ...one, missingSinceMs: one.missingSinceMs ?? atMs };
}

/** What is raised, the newest first. */
export function newestRaised({ raised }: Book): readonly Alert[] {
  return [...raised].sort((a, b) => b.id - a.id);
}

/** The book once a notice has been sent. */
export function sent(book: Book, { alert: { id }, state }: Notice): Book {
  return { ...book, outbox: book.outbox.filter((one) => one.alert.id !== id || one.state !== state) };
}

/**
 * Whether they differ in more than how far rules have been decided since the last switch, which follows from the answers
 * anyway. A switch is stored at once: nothing that was decided before it may be decided again.
 */
export function differs(a: Book, b: Book): boolean {
  if (a === b) return false;
  const generations = (book: Book) => Object.entries(book.decided).map(([rule, { generation }]) => [rule, generation]);
  const text = (book: Book) => JSON.stringify({ ...book, decided: generations(book).sort() });
  return text(a) !== text(b);
}

/** Which findings have been there for long enough, and since when the others have. */
function settle({ settling }: Book, { rule, decided: { atMs } }: Ruling, findings: readonly Finding[]) {
  const known = new Map(settling.filter((one) => one.rule === rule).map(({ subject, sinceMs }) => [subject, sinceMs]));
  const since = ({ subject }: Finding) => known.get(subject) ?? atMs;
  const isDue = (finding: Finding) => atMs - since(finding) >= finding.settlesMs;
  return {
    due: findings.filter(isDue),
    waiting: findings
      .filter((finding) => !isDue(finding))
      .map((finding) => ({ rule, subject: finding.subject, sinceMs: since(finding) })),
  };
}

/** Whoever is to be told may be away for long: the oldest notices are given up then, and counted. */
function posted({ outbox, unsent }: Book, notices: readonly Notice[]): Pick<Book, 'outbox' | 'unsent'> {
  const all = [...outbox, ...notices.filter(({ alert: { told } }) => told)];
  const tooMany = Math.max(0, all.length - outboxMax);
  return { outbox: all.slice(tooMany), unsent: unsent + tooMany };
}

const noticeOf =
  (state: Notice['state']) =>
  (one: Alert): Notice => ({ state, alert: one });

const kept = (one: Decided): z.infer<typeof decided> => ({ ...one, position: [...one.position] });
