/** Goal: a body's events are found in the very bytes that were sent, whatever stands in them, and what is cut off is said. */
import { array, assert as hold, jsonValue, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BodyKind, splitBody } from '../../src/ingestion/split-body.js';

function split(text: string, kind: BodyKind = 'json', eventsMax = 100) {
  const result = splitBody(Buffer.from(text), kind, eventsMax);
  return 'events' in result ? result.events.map((event) => Buffer.from(event).toString('utf8')) : result;
}

describe('a JSON body', () => {
  it('is one event where it is no array, without the white space around it', () => {
    expect(split(' \r\n{"a": [1, 2]}\t')).toEqual(['{"a": [1, 2]}']);
    expect(split('nonsense')).toEqual(['nonsense']);
  });

  it('is cut between elements and nowhere else', () => {
    const elements = ['{"a":"],[{\\"}"}', '"\\\\"', '[1,[2,{"b":[]}]]', 'null', '{"ä":"€"}', '{ "c" : 1.0 }'];
    expect(split(`[ ${elements.join(' ,\n')} ]`)).toEqual(elements);
    expect(split('[]')).toEqual([]);
    expect(split('[ \n ]')).toEqual([]);
  });

  it('gives back each element of any array, as it was written', () => {
    const space = stringMatching(/^[ \t\r\n]{0,3}$/);
    hold(
      property(array(jsonValue()), space, space, (values, before, after) => {
        const texts = values.map((value) => JSON.stringify(value));
        const body = `${before}[${texts.map((text) => before + text + after).join(',')}${before}]${after}`;
        expect(split(body, 'json', 1000)).toEqual(texts);
      }),
    );
  });

  it('leaves what is no element to the rule: nothing between commas is an empty event', () => {
    expect(split('[1,,2,]')).toEqual(['1', '', '2', '']);
    expect(split('[{"a":1} {"b":2}]')).toEqual(['{"a":1} {"b":2}']);
  });

  it.each([
    ['[', 'does not end'],
    ['[{"a":1},', 'does not end'],
    ['[{"a":"]', 'does not end'],
    ['["\\', 'does not end'],
    ['[1]]', 'too early'],
    ['[1] x', 'too early'],
    ['[1}', 'too early'],
    ['', 'empty'],
    [' \n', 'empty'],
  ])('that is cut off or goes on is a problem: %j', (text, problem) => {
    expect(split(text)).toMatchObject({ problem: expect.stringContaining(problem) });
  });

  it('and JSON lines have a bound on events', () => {
    expect(split('[1,2,3]', 'json', 3)).toHaveLength(3);
    expect(split('[1,2,3,4]', 'json', 3)).toEqual({ tooMany: true });
    expect(split('1\n2\n3\n4', 'lines', 3)).toEqual({ tooMany: true });
  });
});

describe('JSON lines', () => {
  it('are an event each; blank ones are none', () => {
    expect(split('{"a":1}\r\n\n  \n {"b":"\\n"} \n[1]', 'lines')).toEqual(['{"a":1}', '{"b":"\\n"}', '[1]']);
  });
});
