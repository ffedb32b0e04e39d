import { describe, expect, it } from 'vitest';
import { judge } from '../../src/events/parse.js';
import { validFields } from './case.js';
import { corpus } from './corpus.js';

describe('judge', () => {
  it.each(corpus.map((one) => [one.name, one] as const))('%s', (_, { value, expected }) => {
    const judgement = judge(value);
    if ('reason' in expected) expect(judgement).toEqual(expected);
    else expect(judgement).toEqual({ event: expect.objectContaining(expected.fields) });
  });

  it('keeps the fields of the rule and no others', () => {
    for (const { value } of corpus) {
      const judgement = judge(value);
      if ('event' in judgement) expect(Object.keys(judgement.event)).toEqual(Object.keys(validFields));
    }
  });

  it('gives 0 for -0, which would be another key', () => {
    const zero = corpus.find((one) => one.name === '-0')!;
    const judgement = judge(zero.value);
    expect('event' in judgement && Object.is(judgement.event.price_cents, 0)).toBe(true);
  });

  it('has a name for each case once', () => {
    const names = corpus.map((one) => one.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
