/**
 * Goal: the judge for some fields gives the verdicts of the judge, and those fields.
 * Method: both judge the corpus and its malformed kin.
 */
import { describe, expect, it } from 'vitest';
import { judgeFor } from '../../src/events/judge-plain.js';
import { judge } from '../../src/events/parse.js';
import { eventRule } from '../../src/events/rule.js';
import { eventText } from './case.js';
import { corpus } from './corpus.js';
import { malformedMessages } from './malformed.js';

describe('judgeFor', () => {
  const values = [...corpus.map(({ value }) => value), ...malformedMessages(11, 5_000)];

  it('gives the verdicts of the judge, and all fields where all are asked for', () => {
    const own = judgeFor(eventRule.map(({ name }) => name));
    for (const value of values) expect(own(value)).toEqual(judge(value));
  });

  it('gives the fields that are asked for', () => {
    const names = ['item', 'event_id', 'healthy', 'timestamp', 'nothing'];
    const own = judgeFor(names);
    for (const value of values) {
      const [ours, whole] = [own(value), judge(value)];
      if ('reason' in whole) expect(ours).toEqual(whole);
      else {
        const wanted = Object.entries(whole.event).filter(([name]) => names.includes(name));
        expect(ours).toEqual({ event: expect.objectContaining(Object.fromEntries(wanted)) });
      }
    }
  });

  it('tells texts apart that fall on one place', () => {
    const own = judgeFor(['event_id']);
    for (let i = 0; i < 20_000; i++) {
      const id = `e-${(i * 7919) % 5_000}`;
      expect(own(Buffer.from(eventText({ event_id: `"${id}"` })))).toEqual({ event: { event_id: id } });
    }
  });
});
