import { describe, expect, it } from 'vitest';
import { builtinQuestions, itemsSold } from '../../src/questions/builtin.js';
import type { Base, Slice } from '../../src/runtimes/ports.js';
import { epochOf, type Head, newHead, segmentsAfterTakeOver } from '../../src/serving/head.js';
import { merge, type Parts } from '../../src/serving/merge.js';

/** Slice `number` of one partition, from offset (number − 1) × 2 on, one apple of 10 cents a message. */
const slice = (number: number, over: Partial<Slice> = {}): Slice => ({
  incarnation: 1,
  epoch: 1,
  number,
  question: 'items-sold',
  from: [(number - 1) * 2],
  until: [number * 2],
  messages: 2,
  rejected: 0,
  leastEventMs: null,
  greatestEventMs: null,
  sums: new Map([['["apple"]', [2n, 20n]]]),
  ...over,
});

const base = (number: number, over: Partial<Base> = {}): Base => ({
  kind: 'base',
  incarnation: 1,
  id: 1,
  question: 'items-sold',
  number,
  from: [0],
  until: [number * 2],
  messages: number * 2,
  rejected: 0,
  sums: new Map([['["apple"]', [BigInt(number) * 2n, BigInt(number) * 20n]]]),
  ...over,
});

const head = (over: Partial<Head>): Head => ({
  ...newHead('lambda-1', 1, [0], builtinQuestions),
  segments: [{ epoch: 1, after: 0 }],
  ...over,
});
const parts = (over: Partial<Parts>): Parts => ({ base: undefined, fold: undefined, slices: [], ...over });

describe('the merge', () => {
  it('answers with nothing before the first slice', () => {
    expect(merge(head({}), itemsSold, parts({}))).toMatchObject({ position: [0], messages: 0, merged: new Map() });
  });

  it('calls an answer unknown whose sum leaves 64 bits, names it, and says that another try says the same', () => {
    const large = new Map([['["apple"]', [2n, 2n ** 62n]]]);
    const slices = [slice(1, { sums: large }), slice(2, { sums: large })];
    expect(merge(head({ number: 2, position: [4] }), itemsSold, parts({ slices }))).toEqual({
      unknown:
        'the sum revenueCents of items-sold left 64 bits: 9223372036854775808; ' +
        'start a version whose questions leave that sum out, or have a finer key (lambda-1)',
      lasting: true,
    });
  });

  it('adds the slices after the cut to the base', () => {
    const answer = merge(
      head({ number: 3, position: [6], baseId: 1, baseNumber: 2, baseCut: [4] }),
      itemsSold,
      parts({ base: base(2), slices: [slice(3)] }),
    );
    expect(answer).toMatchObject({
      position: [6],
      messages: 6,
      slices: 1,
      base: new Map([['["apple"]', [4n, 40n]]]),
      realTime: new Map([['["apple"]', [2n, 20n]]]),
      merged: new Map([['["apple"]', [6n, 60n]]]),
    });
  });

  it('adds a fold between the base and the slices', () => {
    const fold = base(1, { kind: 'fold', id: 2, number: 3, from: [2], until: [6], messages: 4 });
    const answer = merge(
      head({ number: 4, position: [8], baseId: 1, baseNumber: 1, baseCut: [2], foldId: 2, foldNumber: 3 }),
      itemsSold,
      parts({ base: base(1), fold, slices: [slice(4)] }),
    );
    expect(answer).toMatchObject({ position: [8], messages: 8, merged: new Map([['["apple"]', [6n, 60n]]]) });
  });

  it('counts only the slice of the epoch that the head names', () => {
    const segments = [
      { epoch: 1, after: 0 },
      { epoch: 2, after: 1 },
    ];
    const orphan = slice(2, { epoch: 1, sums: new Map([['["apple"]', [99n, 99n]]]) });
    const answer = merge(
      head({ number: 2, position: [4], epoch: 2, segments }),
      itemsSold,
      parts({ slices: [slice(1), orphan, slice(2, { epoch: 2 })] }),
    );
    expect(answer).toMatchObject({ merged: new Map([['["apple"]', [4n, 40n]]]) });
  });

  const two = head({ number: 2, position: [4] });
  it.each<[string, Head, Parts, string]>([
    ['a slice is missing', two, parts({ slices: [slice(1)] }), 'slice 2 is missing'],
    ['the first slice is missing', two, parts({ slices: [slice(2)] }), 'slice 1 is missing'],
    ['a slice does not follow', two, parts({ slices: [slice(1), slice(2, { from: [3] })] }), 'slice 2 begins at [3]'],
    [
      'the slices end elsewhere',
      head({ number: 1, position: [3] }),
      parts({ slices: [slice(1)] }),
      'the slices end at [2]',
    ],
    ['a slice miscounts', two, parts({ slices: [slice(1), slice(2, { messages: 1 })] }), 'slice 2 counts 1 messages'],
    ['the base is missing', head({ baseId: 7, baseNumber: 1, baseCut: [2] }), parts({}), 'base 7 is missing'],
    [
      'the base is of another cut',
      head({ baseId: 1, baseNumber: 2, baseCut: [4] }),
      parts({ base: base(1) }),
      'base 1 is of another cut',
    ],
    [
      'the fold is missing',
      head({ number: 1, position: [2], foldId: 2, foldNumber: 1 }),
      parts({}),
      'fold 2 is missing',
    ],
  ])('is unknown, never a number, when %s', (_, of, found, reason) => {
    expect(merge(of, itemsSold, found)).toEqual({ unknown: expect.stringContaining(reason) });
    expect(merge(of, itemsSold, found)).toEqual({ unknown: expect.stringContaining('lambda-1') });
  });
});

describe('the head', () => {
  it('says under which epoch a slice counts', () => {
    const segments = [
      { epoch: 2, after: 0 },
      { epoch: 5, after: 3 },
    ];
    expect([1, 3, 4].map((number) => epochOf({ segments }, number))).toEqual([2, 2, 5]);
  });

  it('drops segments that only slices in the base needed', () => {
    const before = head({
      number: 9,
      baseNumber: 5,
      segments: [
        { epoch: 1, after: 0 },
        { epoch: 2, after: 4 },
        { epoch: 3, after: 7 },
      ],
    });
    expect(segmentsAfterTakeOver(before, 4)).toEqual([
      { epoch: 2, after: 4 },
      { epoch: 3, after: 7 },
      { epoch: 4, after: 9 },
    ]);
  });
});
