// Goal: the checker's reading of the rule and the lab's are one. Method: the corpus of hard cases and 10,000 malformed
// messages through both; neither shares code with the other.
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/checker/rule.js';
import { judge } from '../../src/events/parse.js';
import { corpus } from '../events/corpus.js';
import { malformedMessages } from '../events/malformed.js';

const verdictOf = (value: Uint8Array | null) => {
  const event = inspect(value);
  return typeof event === 'string' ? event : 'valid';
};
const verdictOfLab = (value: Uint8Array | null) => {
  const judgement = judge(value);
  return 'reason' in judgement ? judgement.reason : 'valid';
};

describe('the checker and the lab', () => {
  it.each(corpus.map((one) => [one.name, one] as const))('agree on: %s', (_, { value, expected }) => {
    expect(verdictOf(value)).toBe('reason' in expected ? expected.reason : 'valid');
  });

  it('agree on 10,000 malformed messages', () => {
    const messages = malformedMessages(20_261_120, 10_000);
    const different = messages.filter((value) => verdictOf(value) !== verdictOfLab(value));
    expect(different.map((value) => Buffer.from(value ?? 'null').toString('latin1'))).toEqual([]);
    expect(new Set(messages.map(verdictOf)).size).toBeGreaterThan(20);
  });
});
