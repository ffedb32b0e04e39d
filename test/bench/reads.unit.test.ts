import { describe, expect, it } from 'vitest';
import { failuresIn, firstAnswerMs, longestReadMs, type Read } from '../../bench/reads.js';

const answered = (seenMs: number, pipeline: string, tookMs = 5): Read => ({
  askedMs: seenMs - tookMs,
  seenMs,
  pipeline,
});
const failed = (seenMs: number, failure: string): Read => ({ askedMs: seenMs - 5, seenMs, failure });

describe('what a reader saw', () => {
  const reads = [
    answered(100, 'kappa-2'),
    answered(200, 'kappa-1', 40),
    failed(300, 'slice 7 is missing (kappa-2)'),
    answered(400, 'kappa-2'),
  ];

  it('says when the first answer of the other version was there, and takes none from before the command', () => {
    expect(firstAnswerMs(reads, 'kappa-2', 150)).toBe(400);
    expect(firstAnswerMs(reads, 'kappa-2', 100)).toBe(100);
    expect(firstAnswerMs(reads, 'kappa-1', 250)).toBeUndefined();
  });

  it('counts each read without an answer', () => {
    expect(failuresIn(reads)).toEqual(['slice 7 is missing (kappa-2)']);
    expect(failuresIn([])).toEqual([]);
  });

  it('says how long the longest read took, and nothing without reads', () => {
    expect(longestReadMs(reads)).toBe(40);
    expect(longestReadMs([])).toBeNaN();
  });
});
