// Goal: the judge calls a wrong answer wrong, a missing one unknown, and passes only what it could have failed.
// Method: the history of a right lab, with one thing in it changed.
import { describe, expect, it } from 'vitest';
import type { History, Seen, SeenAnswer } from '../../src/checker/history.js';
import { judgeAgain } from '../../src/checker/verify.js';
import { rightHistory, smallCheckedLog } from './small-lab.js';

const clock = { nowMs: () => 0 };
const judged = (history: History, log = smallCheckedLog()) => judgeAgain(history, log, clock);

/** The right history with the answer to `items-sold` at one slice changed. */
function withAnswer(number: number, change: (answer: SeenAnswer) => Partial<SeenAnswer>): History {
  const seen = rightHistory().seen.map((one): Seen => {
    if ('unknown' in one || one.question !== 'items-sold' || one.number !== number) return one;
    return { ...one, ...change(one) };
  });
  return rightHistory({ seen });
}

const plusOneApple = (table: SeenAnswer['merged']) =>
  new Map(table).set('["apple"]', [table.get('["apple"]')![0]! + 1n, table.get('["apple"]')![1]!]);

describe('the judge', () => {
  it('passes a right history', async () => {
    const verdict = await judged(rightHistory());
    expect(verdict).toMatchObject({
      verdict: 'pass',
      ok: 60,
      wrong: 0,
      unknown: 0,
      shortcomings: [],
      wrongAnswers: [],
    });
    expect(verdict.questions[0]).toMatchObject({ question: 'items-sold', ok: 30, positions: 30, bases: 3 });
  });

  it('finds one sale too many, and says where', async () => {
    const verdict = await judged(
      withAnswer(25, ({ merged, realTime }) => ({ merged: plusOneApple(merged), realTime: plusOneApple(realTime) })),
    );
    expect(verdict).toMatchObject({ verdict: 'fail', ok: 59, wrong: 1 });
    expect(verdict.wrongAnswers).toMatchObject([
      {
        question: 'items-sold',
        number: 25,
        position: [75, 50],
        flaws: [{ invariant: 'prefix', what: 'sold', key: '["apple"]' }],
      },
    ]);
    const [flaw] = verdict.wrongAnswers[0]!.flaws;
    expect(BigInt(flaw!.got)).toBe(BigInt(flaw!.expected) + 1n);
  });

  it.each<[string, (answer: SeenAnswer) => Partial<SeenAnswer>]>([
    ['a key is missing', ({ merged }) => ({ merged: new Map([...merged].slice(1)) })],
    ['a key is there that no event has', ({ merged }) => ({ merged: new Map(merged).set('["stone"]', [0n, 0n]) })],
    ['the base is not the prefix of its cut', ({ base }) => ({ base: plusOneApple(base) })],
    ['base and real time are not merged', ({ realTime }) => ({ realTime: new Map([...realTime].slice(1)) })],
    ['a message is not counted', ({ messages }) => ({ messages: messages - 1 })],
    ['a rejected message is not counted', ({ rejected }) => ({ rejected: rejected - 1 })],
    ['the position is ahead of its sums', ({ position }) => ({ position: [position[0]! + 1, position[1]!] })],
    ['the position is beyond the log', () => ({ position: [1000, 50] })],
    ['the position has too few partitions', () => ({ position: [75] })],
    ['the cut is below the origin', () => ({ baseCut: [-1, 0] })],
  ])('calls an answer wrong in which %s', async (_, change) => {
    const verdict = await judged(withAnswer(25, change));
    expect(verdict.verdict).toBe('fail');
    expect(verdict.wrongAnswers[0]!.flaws.every((flaw) => flaw.invariant === 'prefix')).toBe(true);
  });

  it('finds a position that goes back', async () => {
    const seen = rightHistory().seen.filter((one) => one.question === 'items-sold') as SeenAnswer[];
    const back = rightHistory({ seen: [...seen, { ...seen[10]!, askedMs: 4510, seenMs: 4515 }] });
    expect(await judged(back)).toMatchObject({
      verdict: 'fail',
      wrong: 1,
      wrongAnswers: [{ flaws: [{ invariant: 'forward', got: '[33, 22]' }] }],
    });
  });

  it('compares the positions of one reader only: another may have asked earlier and seen it later', async () => {
    const seen = rightHistory().seen.filter((one) => one.question === 'items-sold') as SeenAnswer[];
    const other = rightHistory({ seen: [...seen, { ...seen[10]!, reader: 1, askedMs: 4510, seenMs: 4515 }] });
    expect(await judged(other)).toMatchObject({ wrong: 0 });
  });

  it('lets a position go back where a switch was forced', async () => {
    const seen = rightHistory().seen.filter((one) => one.question === 'items-sold') as SeenAnswer[];
    const forced = rightHistory({ seen: [...seen, { ...seen[10]!, askedMs: 4510, seenMs: 4515, forced: 1 }] });
    expect(await judged(forced)).toMatchObject({ wrong: 0 });
  });

  it('finds dead letters that are missing, and those of good messages', async () => {
    const right = await smallCheckedLog().deadLetterKeys();
    const missing = await judged(
      rightHistory(),
      smallCheckedLog({ deadLetters: right.filter((key) => key !== '0:39') }),
    );
    expect(missing.verdict).toBe('fail');
    // Slice 14 is the first whose position, 42, is above the message 0:39.
    expect(missing.wrongAnswers[0]).toMatchObject({ number: 14, flaws: [{ invariant: 'nothing-silent' }] });
    const extra = await judged(rightHistory(), smallCheckedLog({ deadLetters: [...right, '1:5'] }));
    expect(extra.wrongAnswers[0]).toMatchObject({ number: 3, flaws: [{ invariant: 'nothing-silent' }] });
  });

  it('counts a dead letter that was sent twice once, and leaves those above the position alone', async () => {
    const right = await smallCheckedLog().deadLetterKeys();
    const verdict = await judged(rightHistory(), smallCheckedLog({ deadLetters: [...right, ...right, '1:88'] }));
    expect(verdict.verdict).toBe('pass');
  });
});

describe('the judge does not know', () => {
  const unknownAt = (fromMs: number, untilMs: number, afterKill = false) => {
    const right = rightHistory();
    const seen = right.seen.map(
      (one): Seen =>
        one.seenMs >= fromMs && one.seenMs < untilMs
          ? {
              question: one.question,
              reader: one.reader,
              askedMs: one.askedMs,
              seenMs: one.seenMs,
              unknown: 'slice 7 is missing (lambda-1)',
            }
          : one,
    );
    return rightHistory({ seen, experiment: { ...right.experiment, afterKill } });
  };

  it('when answers were unknown for more than two seconds, and says why', async () => {
    const verdict = await judged(unknownAt(600, 2000 + 700));
    expect(verdict).toMatchObject({ verdict: 'unknown', wrong: 0, unknown: 28 });
    expect(verdict.shortcomings.join()).toMatch(/no answer for 2250 ms.*slice 7 is missing/);
  });

  it('but passes when they were unknown for less, or after a kill', async () => {
    expect((await judged(unknownAt(600, 1500))).verdict).toBe('pass');
    expect((await judged(unknownAt(600, 2000 + 700, true))).shortcomings.join()).not.toContain('no answer for');
  });

  it('when there were no answers at all', async () => {
    expect(await judged(unknownAt(0, 1e9))).toMatchObject({ verdict: 'unknown', ok: 0, wrong: 0, unknown: 60 });
  });

  it.each<[string, Partial<History>, RegExp]>([
    ['the positions are few', { seen: rightHistory().seen.slice(-30) }, /only 15 different positions/],
    [
      'no answer has a base',
      { seen: rightHistory().seen.filter((one) => !('baseId' in one) || one.baseId === 0) },
      /no answer had both a base/,
    ],
    [
      'the start of the log is not reached',
      { logAtStart: { starts: [0, 0], ends: [90, 61] } },
      /does not cover.*90, 61/,
    ],
    ['answers came too slowly', { endedMs: 40_000, startedMs: 0 }, /no answer for/],
    ['the log has shrunk', { logAtEnd: { starts: [0, 0], ends: [91, 90] } }, /before the history's end/],
    ['the log has other partitions', { logAtEnd: { starts: [0], ends: [90] } }, /has 2 partitions/],
  ])('when %s', async (_, change, reason) => {
    const verdict = await judged(rightHistory(change));
    expect(verdict).toMatchObject({ verdict: 'unknown', wrong: 0 });
    expect(verdict.shortcomings.join('\n')).toMatch(reason);
  });

  it('when reads were rarer than five a second', async () => {
    const seen = rightHistory().seen.map((one, i) => ({ ...one, seenMs: Math.floor(i / 2) * 300 + 100 }));
    const verdict = await judged(rightHistory({ seen, startedMs: 0, endedMs: 9000 }));
    expect(verdict.shortcomings.join()).toContain('3.4 answers a second');
  });

  it('when the log begins above the origin', async () => {
    const verdict = await judged(rightHistory(), smallCheckedLog({ starts: [1, 0] }));
    expect(verdict).toMatchObject({ verdict: 'unknown', ok: 0, wrong: 0, unknown: 60 });
    expect(verdict.shortcomings.join()).toContain('above the origin [0, 0]');
  });

  it('when the checker itself fails', async () => {
    const broken = { ...smallCheckedLog(), readMessages: () => Promise.reject(new Error('kafka is away')) };
    expect(await judged(rightHistory(), broken)).toMatchObject({
      verdict: 'unknown',
      shortcomings: ['the checker failed: kafka is away'],
    });
    const strange = smallCheckedLog({ deadLetters: ['nonsense'] });
    expect(await judged(rightHistory(), strange)).toMatchObject({ verdict: 'unknown' });
  });
});
