import { describe, expect, it } from 'vitest';
import type { Judgement } from '../../src/events/event.js';
import { judge } from '../../src/events/parse.js';
import { eventRule } from '../../src/events/rule.js';
import { malformedMessages } from './malformed.js';

const seed = 20261120;
const messages = malformedMessages(seed, 10_000);

describe(`10,000 malformed messages of seed ${seed}`, () => {
  const judgements = messages.map(judge);
  const count = (matches: (judgement: Judgement) => boolean) => judgements.filter(matches).length;

  it('are the same for the same seed', () => {
    expect(malformedMessages(seed, 500)).toEqual(messages.slice(0, 500));
    expect(malformedMessages(seed + 1, 500)).not.toEqual(messages.slice(0, 500));
  });

  it('are each either an event that keeps the rule or a known reason', () => {
    const problems = 'missing|not a text|not an integer|not a boolean|out of range|not allowed|not well-formed';
    const names = eventRule.map(({ name }) => name).join('|');
    const reason = new RegExp(`^(null value|not UTF-8|not JSON|not an object|(${names}): (${problems}))$`);
    for (const judgement of judgements) {
      if ('reason' in judgement) expect(judgement.reason).toMatch(reason);
      else expect(Object.values(judgement.event).every((value) => !Object.is(value, -0) && value !== null)).toBe(true);
    }
  });

  it('hold valid ones and every kind of reason', () => {
    expect(count((one) => 'event' in one)).toBeGreaterThan(500);
    expect(count((one) => 'reason' in one)).toBeGreaterThan(6000);
    const kinds = new Set(judgements.map((one) => ('reason' in one ? one.reason.replace(/^\w+: /, '') : 'valid')));
    expect([...kinds].sort()).toEqual([
      'missing',
      'not JSON',
      'not UTF-8',
      'not a boolean',
      'not a text',
      'not allowed',
      'not an integer',
      'not an object',
      'not well-formed',
      'null value',
      'out of range',
      'valid',
    ]);
  });

  it('include values of 900 KB', () => {
    expect(messages.filter((message) => (message?.length ?? 0) >= 900_000).length).toBeGreaterThanOrEqual(3);
  });
});
