import { describe, expect, it } from 'vitest';
import { judge } from '../../src/events/parse.js';
import { heartbeatFields, refillFields, validFields } from './case.js';
import { corpus } from './corpus.js';

describe('judge', () => {
  it.each(corpus.map((one) => [one.name, one] as const))('%s', (_, { value, expected }) => {
    const judgement = judge(value);
    if ('reason' in expected) expect(judgement).toEqual(expected);
    else expect(judgement).toEqual({ event: expect.objectContaining(expected.fields) });
  });

  it('keeps the fields of the rule for the kind and no others', () => {
    const fields = { sale: validFields, refill: refillFields, heartbeat: heartbeatFields };
    for (const { value } of corpus) {
      const judgement = judge(value);
      if ('reason' in judgement) continue;
      const kind = judgement.event.kind as keyof typeof fields;
      expect(Object.keys(judgement.event)).toEqual(Object.keys(fields[kind]));
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
