import { describe, expect, it } from 'vitest';
import { verifyText } from '../../src/cli/commands/verify-text.js';
import { type VerifyDocument, verify } from '../../src/cli/documents-verify.js';

const document: VerifyDocument = {
  schema: 'snacklab/verify',
  version: 1,
  lab: 'lambda',
  verdict: 'fail',
  again: 'snacklab lambda verify --history /h.jsonl',
  history: '/h.jsonl',
  seconds: 30,
  afterKill: false,
  ok: 299,
  wrong: 1,
  unknown: 2,
  questions: [
    { question: 'items-sold', ok: 299, wrong: 1, unknown: 2, positions: 61, bases: 2, longestSilenceMs: 420 },
  ],
  wrongAnswers: [
    {
      question: 'items-sold',
      seenMs: 1_700_000_000_000,
      pipeline: 'lambda-1',
      number: 77,
      position: [41, 7],
      baseId: 3,
      flaws: ['apple', 'banana', 'mars', 'orange', 'twix'].map((item) => ({
        invariant: 'prefix' as const,
        what: 'sold',
        key: `["${item}"]`,
        expected: '12',
        got: '13',
      })),
    },
  ],
  shortcomings: ['items-sold: only 9 different positions, at least 20 are needed'],
  messagesRead: 1_200_000,
  countedMs: 4000,
  ledger: {
    verdict: 'fail',
    acknowledged: 1000,
    messages: 1001,
    findings: ['event 1-7 is in the log 0 times, not once'],
    inFlight: 1,
    inFlightIds: ['1-1000'],
    foreign: 0,
  },
};

describe('what verify shows', () => {
  it('names question, key, expected, got and position of a wrong answer, and how to judge it again', () => {
    expect(verifyText(document).split('\n')).toEqual([
      'WRONG: 299 ok, 1 wrong, 2 unknown in 30.0 s',
      '',
      'question     ok  wrong  unknown  positions  bases  longest without an answer',
      'items-sold  299      1        2         61      2  420 ms',
      '',
      'the log: 1,200,000 messages counted in 4.0 s (300,000 a second)',
      'wrong: items-sold of lambda-1 at [41, 7] (slice 77, base 3), seen 2023-11-14T22:13:20.000Z',
      '  prefix: ["apple"] sold: expected 12, got 13',
      '  prefix: ["banana"] sold: expected 12, got 13',
      '  prefix: ["mars"] sold: expected 12, got 13',
      '  prefix: ["orange"] sold: expected 12, got 13',
      '  and 1 more',
      'not known: items-sold: only 9 different positions, at least 20 are needed',
      'the ledger: WRONG; 1,000 acknowledged events looked for in 1,001 messages',
      '  event 1-7 is in the log 0 times, not once',
      '  not acknowledged, but there: 1 (1-1000 …)',
      'judge again: snacklab lambda verify --history /h.jsonl',
    ]);
  });

  it('has a document that keeps its published schema', () => {
    expect(verify.parse(document)).toEqual(document);
  });
});
