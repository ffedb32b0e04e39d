/**
 * Goal: what is read without a JSON parser is what the judge says, to the last bit, and nothing else is read.
 * Method: each message that readPlain accepts is judged as well, and is written anew from what was read; messages come
 * from the corpus, from its malformed kin and from fast-check, which changes plain ones where the reader looks.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventAt } from '../../generator/events.js';
import type { EventFields } from '../../src/events/event.js';
import { judge } from '../../src/events/parse.js';
import { kindSlot, newPlainRow, readPlain } from '../../src/events/plain.js';
import { eventRule, isOfKind, kinds } from '../../src/events/rule.js';
import { eventText, heartbeatFields, refillFields, validFields } from './case.js';
import { corpus } from './corpus.js';
import { malformedMessages } from './malformed.js';

const row = newPlainRow();

/** The event that was read; undefined where the message is not plain. */
function eventRead(value: Uint8Array): EventFields | undefined {
  if (!readPlain(value, row)) return undefined;
  const kind = kinds[row[kindSlot]!]!;
  const fields = [...eventRule.entries()].filter(([, field]) => isOfKind(field, kind));
  return Object.fromEntries(
    fields.map(([i, field]) => {
      const [first, second] = [row[2 * i]!, row[2 * i + 1]!];
      if (field.type === 'integer') return [field.name, first];
      if (field.type === 'boolean') return [field.name, first === 1];
      return [field.name, field.allowed?.[first] ?? Buffer.from(value).toString('utf8', first, second)];
    }),
  );
}

/** Nothing where the message is not plain; else what it says must be what the judge says, and give the same bytes. */
function expectSame(value: Uint8Array | null): boolean {
  const event = value === null ? undefined : eventRead(value);
  if (event === undefined) return false;
  expect(judge(value)).toEqual({ event });
  expect(JSON.stringify(event)).toBe(Buffer.from(value!).toString());
  return true;
}

describe('readPlain', () => {
  it('says what the judge says of each case of the corpus, or nothing', () => {
    const plain = corpus.filter(({ value }) => expectSame(value)).map(({ name }) => name);
    expect(plain).toEqual(expect.arrayContaining(['the plain event', 'the plain refill', 'the plain heartbeat']));
  });

  it('says what the judge says of 20,000 malformed messages, or nothing', () => {
    const plain = malformedMessages(7, 20_000).filter(expectSame);
    expect(plain.length).toBeGreaterThan(100);
  });

  it('reads all that the generator makes', () => {
    const events = Array.from({ length: 5_000 }, (_, i) => eventAt(3, i * 997, 1_763_000_000_000 + i));
    expect(events.filter((event) => !expectSame(Buffer.from(JSON.stringify(event))))).toEqual([]);
  });

  it('says what the judge says of events with any values, or nothing', () => {
    const source = fc.oneof(
      fc.bigInt({ min: -2n, max: 12n }).map(String),
      fc.bigInt({ min: 0n, max: 10n ** 17n }).map(String),
      fc.constantFrom('0', '00', '01', '1000000000', '1000000001', '9007199254740991', '999999999999999', 'true'),
      fc.string({ unit: 'binary-ascii', maxLength: 70 }).map((text) => JSON.stringify(text)),
      fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => JSON.stringify(text)),
      fc.stringMatching(/^"[ -~]{0,66}"$/),
      fc.constantFrom('"apple"', '"sale"', '"mars"', '"mar"', '"marss"', 'false', 'null', '""', '"\\u0061"'),
    );
    for (const whole of [validFields, refillFields, heartbeatFields]) {
      const changed = fc.dictionary(fc.constantFrom(...Object.keys(whole)), source, { maxKeys: 3 });
      let plain = 0;
      fc.assert(
        fc.property(changed, (changes) => {
          if (expectSame(Buffer.from(eventText(changes, whole)))) plain++;
        }),
        { numRuns: 3_000 },
      );
      expect(plain).toBeGreaterThan(100);
    }
  });

  it('looks at nothing before or after the value', () => {
    const text = eventText();
    const bytes = Buffer.from(`{${text}}${text}0`);
    for (let from = 0; from < 4; from++) {
      for (let end = text.length - 3; end < text.length + 6; end++) {
        const isEvent = from === 1 && end === text.length + 1;
        expect(readPlain(bytes.subarray(from, end), row), `${from} to ${end}`).toBe(isEvent);
      }
    }
  });
});
