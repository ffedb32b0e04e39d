/**
 * Goal: a file's events come out in its bytes with their lines, whatever is read at once; CSV becomes events without a
 * digit changed; what is away is waited for, what is in doubt is not sent twice, and the counts are bounded.
 */
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../src/cli/commands/ingest.js';
import type { Sent } from '../../src/cli/ingest/client.js';
import { csvEvents } from '../../src/cli/ingest/csv.js';
import { type FileEvent, jsonLines } from '../../src/cli/ingest/lines.js';
import { sendFile } from '../../src/cli/ingest/send-file.js';
import { newTally, note } from '../../src/cli/ingest/tally.js';
import { judge } from '../../src/events/parse.js';
import { eventText } from '../ingestion/events.js';

async function all(events: AsyncIterable<FileEvent[]>) {
  const found: unknown[] = [];
  for await (const some of events) {
    for (const { line, event } of some) {
      found.push([line, event instanceof Uint8Array ? Buffer.from(event).toString('utf8') : event]);
    }
  }
  return found;
}

/** A file, read so many bytes at once. */
function file(text: string, bytesAtOnce: number): Readable {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / bytesAtOnce) }, (_, i) =>
    bytes.subarray(i * bytesAtOnce, (i + 1) * bytesAtOnce),
  );
  return Readable.from(pieces);
}

describe('JSON lines', () => {
  const text = `{"a":1}\r\n\n  \n{"ä":"€"}\n${'x'.repeat(60)}\n{"b":2}`;

  it.each([1, 2, 7, 1000])('have their bytes and their numbers, %i bytes read at once', async (bytesAtOnce) => {
    expect(await all(jsonLines(file(text, bytesAtOnce), 50))).toEqual([
      [1, '{"a":1}'],
      [4, '{"ä":"€"}'],
      [5, bytesAtOnce < 60 ? { refused: 'longer than 50 bytes' } : 'x'.repeat(60)],
      [6, '{"b":2}'],
    ]);
  });

  it('that never end are no reason to remember them', async () => {
    const endless = Readable.from(
      (function* () {
        for (let i = 0; i < 2000; i++) yield Buffer.alloc(10_000, 0x78);
        yield Buffer.from('\n{"a":1}');
      })(),
    );
    expect(await all(jsonLines(endless, 1000))).toEqual([
      [1, { refused: 'longer than 1000 bytes' }],
      [2, '{"a":1}'],
    ]);
  });
});

describe('CSV', () => {
  const event = JSON.parse(eventText(5)) as Record<string, unknown>;
  const header = Object.keys(event).join(',');
  const row = Object.values(event).join(',');

  it('gives events that the rule accepts, with further columns as texts', async () => {
    const [[line, text]] = (await all(csvEvents(file(`\ufeff${header},place\n${row},"Hall, 2"\n`, 9), 5000))) as [
      [number, string],
    ];
    expect(line).toBe(2);
    expect(JSON.parse(text)).toEqual({ ...event, place: 'Hall, 2' });
    expect(judge(Buffer.from(text))).toHaveProperty('event');
  });

  it.each([
    ['1.0', '1.0'],
    ['1e2', '1e2'],
    ['9007199254740993', '9007199254740993'],
    ['007', '"007"'],
    ['', undefined],
    ['1 ', '"1 "'],
  ])('leaves the digits of %j as they stand: %s', async (cell, json) => {
    const [[, text]] = (await all(csvEvents(file(`kind,slot\nsale,${cell}\n`, 100), 5000))) as [[number, string]];
    expect(text).toBe(json === undefined ? '{"kind":"sale"}' : `{"kind":"sale","slot":${json}}`);
  });

  it('refuses a row that is none and reads the next one', async () => {
    const found = await all(csvEvents(file('kind,slot\nsale,1,2\nsale,3\n', 100), 5000));
    expect(found).toContainEqual([3, '{"kind":"sale","slot":3}']);
    expect(found).toContainEqual([2, { refused: expect.stringContaining('no row of CSV') }]);
  });

  it('without a field of an event in its first row is a mistake', async () => {
    await expect(all(csvEvents(file(`${row}\n${row}\n`, 100), 5000))).rejects.toThrow('names no field');
  });
});

const lines = (count: number): FileEvent[] =>
  Array.from({ length: count }, (_, i) => ({ line: i + 1, event: Buffer.from(String(i)) }));
const accepted = (offset: number) => ({ state: 'accepted', partition: 0, offset }) as const;

/** Sends so many lines to a lab that answers so, one answer after the other, and then accepts all. */
async function sending(count: number, answers: ((events: number) => Sent)[], patienceMs = 1_000) {
  const sizes: number[] = [];
  const tally = newTally();
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  const client = {
    send: async (events: readonly Uint8Array[]) => {
      sizes.push(events.length);
      const answer = answers.shift();
      return answer?.(events.length) ?? { states: events.map((event) => accepted(Number(Buffer.from(event)))) };
    },
  };
  const source = (async function* () {
    yield lines(count);
  })();
  const options = { client, clock, signal: new AbortController().signal, say: () => {}, patienceMs };
  const stopped = await sendFile(source, tally, options);
  return { stopped, tally, sizes };
}

describe('a file that is sent', () => {
  it('goes in portions, and waits for a lab that is away', async () => {
    const away = () => ({ away: 'the log cannot be reached' });
    const { stopped, tally, sizes } = await sending(2_500, [away, away]);
    expect(sizes).toEqual([1000, 1000, 1000, 1000, 500]);
    expect([stopped, tally.accepted, tally.ends.get(0)]).toEqual([undefined, 2_500, 2_500]);
  });

  it('is sent again only as far as it was not handed to the log', async () => {
    const { tally, sizes } = await sending(4, [
      () => ({
        states: [
          accepted(0),
          { state: 'unsent', reason: 'busy' },
          { state: 'unknown', reason: 'in doubt' },
          { state: 'refused', reason: 'not JSON' },
        ],
      }),
    ]);
    expect(sizes).toEqual([4, 1]);
    expect(tally).toMatchObject({ events: 4, accepted: 2, unknown: 1, refused: 1 });
    expect(tally.firstUnknown).toEqual([{ from: 3, until: 3, reason: 'in doubt' }]);
  });

  it('is in doubt where the connection broke, and goes on behind', async () => {
    const { tally, stopped } = await sending(1_500, [() => ({ lost: 'ECONNRESET' })]);
    expect([stopped, tally.accepted, tally.unknown]).toEqual([undefined, 500, 1000]);
    expect(tally.firstUnknown).toMatchObject([{ from: 1, until: 1000 }]);
  });

  it('stops when the lab is away for too long, and says from which line on nothing was stored', async () => {
    const away = () => ({ away: 'gone' });
    const ok = (events: number) => ({ states: Array.from({ length: events }, (_, i) => accepted(i)) });
    const { stopped, tally } = await sending(1_200, [ok, ...new Array(200).fill(away)]);
    expect(stopped).toEqual({ line: 1001, reason: 'gone' });
    expect(tally).toMatchObject({ accepted: 1000, unknown: 0 });
  });
});

describe('what is told of it', () => {
  it('is bounded: reasons, first lines, and ranges of lines', () => {
    const tally = newTally();
    for (let i = 0; i < 10_000; i++) note(tally, i, { state: 'refused', reason: `reason ${i}` });
    for (let i = 0; i < 1_000; i++) note(tally, 2 * i, { state: 'unknown', reason: 'r' });
    expect([tally.refused, tally.reasons.size, tally.reasons.get('others')]).toEqual([10_000, 101, 9_900]);
    expect([tally.firstRefused.length, tally.firstUnknown.length]).toEqual([20, 20]);
  });

  it.each([
    [{ stopped: null, unknown: 0, refused: 0 }, 'pass'],
    [{ stopped: null, unknown: 0, refused: 1 }, 'fail'],
    [{ stopped: null, unknown: 1, refused: 1 }, 'unknown'],
    [{ stopped: { line: 1, reason: 'r' }, unknown: 1, refused: 1 }, 'unavailable'],
  ])('ends with %j: %s', (document, verdict) => {
    expect(verdictOf(document as never)).toBe(verdict);
  });
});
