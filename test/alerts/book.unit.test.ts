/**
 * Goal: an alert is raised once and cleared once, by the answers alone, whoever decides and however often.
 * Method: rulings by hand; and by fast-check histories of findings, decided again, out of order, by two who take turns, and
 * after the book was read anew, beside a plain loop over the same history.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Book, bookSchema, decide, differs, emptyBook, sent } from '../../src/alerts/book.js';
import type { Ruling } from '../../src/alerts/ruling.js';

/** What a rule finds in the answer up to a slice; a slice comes every second. */
function ruling(
  number: number,
  subjects: readonly string[],
  { rule = 'broken', settlesMs = 0, generation = 1 } = {},
): Ruling {
  return {
    rule,
    findings: subjects.map((subject) => ({ subject, says: `${subject}!`, settlesMs })),
    decided: { pipeline: 'kappa-1', generation, number, position: [number], atMs: number * 1000 },
  };
}

const decideAll = (rulings: readonly Ruling[], book: Book = emptyBook) =>
  rulings.reduce((now, one) => decide(now, one, true), book);
const told = ({ outbox }: Book) => outbox.map(({ alert: { id }, state }) => `${id} ${state}`);
const subjects = (alerts: Book['raised']) => alerts.map(({ subject }) => subject);
const reread = (book: Book): Book => bookSchema.parse(JSON.parse(JSON.stringify(book)));

describe('an alert', () => {
  it('is raised at the answer that first has it, and cleared at the first that has it no more', () => {
    const book = decideAll([ruling(1, []), ruling(2, ['a']), ruling(3, ['a', 'b']), ruling(4, ['b'])]);
    expect(book.raised).toMatchObject([{ id: 2, subject: 'b', says: 'b!', raised: { number: 3, position: [3] } }]);
    expect(book.cleared).toMatchObject([{ id: 1, subject: 'a', raised: { number: 2 }, cleared: { number: 4 } }]);
    expect(told(book)).toEqual(['1 raised', '2 raised', '1 cleared']);
    expect(book.outbox[0]!.alert.cleared, 'as it was then').toBeNull();
  });

  it('comes again under another number', () => {
    const book = decideAll([ruling(1, ['a']), ruling(2, []), ruling(3, ['a'])]);
    expect(book.raised.map(({ id }) => id)).toEqual([2]);
  });

  it('is not decided from an older answer, nor twice from one, but anew after a switch', () => {
    const book = decideAll([ruling(5, ['a'])]);
    expect(decide(book, ruling(4, []), true)).toBe(book);
    expect(decide(book, ruling(5, []), true)).toBe(book);
    expect(subjects(decide(book, ruling(1, [], { generation: 2 }), true).raised)).toEqual([]);
  });

  it('of one rule is no matter of another', () => {
    const book = decideAll([ruling(1, ['a']), ruling(1, ['a'], { rule: 'empty' }), ruling(2, [])]);
    expect(book.raised.map(({ rule, subject }) => [rule, subject])).toEqual([['empty', 'a']]);
  });

  it('waits until what is found has settled, and does not come where it has gone before', () => {
    const settles = { settlesMs: 3000 };
    const early = decideAll([ruling(1, ['a', 'b'], settles), ruling(3, ['a'], settles)]);
    expect([subjects(early.raised), early.settling.map(({ subject }) => subject)]).toEqual([[], ['a']]);
    const due = decideAll([ruling(4, ['a', 'b'], settles)], reread(early));
    expect([subjects(due.raised), due.settling.map(({ subject }) => subject)]).toEqual([['a'], ['b']]);
  });

  it('is missing for as long before it is cleared as it had to be found', () => {
    const settles = { settlesMs: 3000 };
    const raised = decideAll([ruling(1, ['a'], settles), ruling(4, ['a'], settles)]);
    const missing = decideAll([ruling(5, [], settles), ruling(7, [], settles)], reread(raised));
    expect([subjects(missing.raised), subjects(missing.cleared)]).toEqual([['a'], []]);
    const back = decideAll([ruling(8, ['a'], settles), ruling(9, [], settles), ruling(11, [], settles)], missing);
    expect(subjects(back.raised), 'found meanwhile').toEqual(['a']);
    expect(subjects(decideAll([ruling(12, [], settles)], reread(back)).cleared)).toEqual(['a']);
  });

  it('is told to nobody where nobody is to be told, nor that it is cleared', () => {
    const silently = decide(emptyBook, ruling(1, ['a']), false);
    expect(told(decide(silently, ruling(2, []), true))).toEqual([]);
  });

  it('is told as cleared to whoever was told that it is raised, though nobody is told of new ones', () => {
    const both = decide(decideAll([ruling(1, ['a'])]), ruling(2, ['b']), false);
    expect(told(both)).toEqual(['1 raised', '1 cleared']);
  });
});

describe('the book', () => {
  it('keeps a hundred cleared alerts, and tells of all that were cleared', () => {
    const all = Array.from({ length: 700 }, (_, i) => `m${i}`);
    const book = decideAll([ruling(1, all), ruling(2, [])]);
    expect([book.cleared.length, book.outbox.length, book.unsent]).toEqual([100, 1_400, 0]);
    expect(book.outbox.at(-1)).toMatchObject({ state: 'cleared', alert: { subject: 'm699', cleared: { number: 2 } } });
  });

  it('gives up the oldest notices where too many wait, and counts them', () => {
    const all = Array.from({ length: 900 }, (_, i) => `m${i}`);
    const book = decideAll([ruling(1, all), ruling(2, [])]);
    expect([book.outbox.length, book.unsent, told(book)[0]]).toEqual([1_500, 300, '301 raised']);
  });

  it('strikes out what was sent, and that alone', () => {
    const book = decideAll([ruling(1, ['a']), ruling(2, [])]);
    const [raised] = book.outbox;
    expect(told(sent(book, raised!))).toEqual(['1 cleared']);
    expect(differs(book, sent(sent(book, raised!), raised!))).toBe(true);
    expect(differs(sent(book, raised!), sent(sent(book, raised!), raised!))).toBe(false);
  });

  it('is stored only where more has changed than how far it was decided, or readers were switched', () => {
    const book = decideAll([ruling(1, ['a'])]);
    expect(differs(book, decide(book, ruling(2, ['a']), true))).toBe(false);
    expect(differs(book, decide(book, ruling(2, ['b']), true))).toBe(true);
    expect(differs(book, decide(book, ruling(1, ['a'], { generation: 2 }), true))).toBe(true);
  });

  it('is the same, however often and by whomever it is decided', () => {
    const found = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 });
    const history = fc.array(found, { minLength: 1, maxLength: 20 });
    /** Which answer somebody decides next: one of the last few, or the next. */
    const steps = fc.array(fc.record({ back: fc.nat(4), restarts: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(history, steps, (answers, others) => {
        const rulings = answers.map((some, i) => ruling(i + 1, some));
        let book = emptyBook;
        for (const [i, one] of rulings.entries()) {
          book = decide(book, one, true);
          for (const { back, restarts } of others.slice(i * 3, i * 3 + 3)) {
            if (restarts) book = reread(book);
            book = decide(book, rulings[Math.max(0, i - back)]!, true);
          }
        }
        expect(told(book)).toEqual(plainly(answers));
      }),
      { numRuns: 300 },
    );
  });
});

/** What is raised and cleared by a history of findings: in each answer first what ends, then what begins. */
function plainly(answers: readonly (readonly string[])[]): readonly string[] {
  const news: string[] = [];
  const standing = new Map<string, number>();
  let last = 0;
  for (const found of answers) {
    for (const [subject, id] of standing) {
      if (found.includes(subject)) continue;
      standing.delete(subject);
      news.push(`${id} cleared`);
    }
    for (const subject of found) {
      if (standing.has(subject)) continue;
      last += 1;
      standing.set(subject, last);
      news.push(`${last} raised`);
    }
  }
  return news;
}
