// Goal: an event that is lost, or is there too often, is found by its id. Method: a printed ledger and a log by hand,
// and the generator's own printed ledger of a seed with repeats and broken messages.
import { describe, expect, it } from 'vitest';
import { eventAt } from '../../generator/events.js';
import { mishapsOf } from '../../generator/knobs.js';
import { printedLines } from '../../generator/printed-ledger.js';
import { LedgerSearch } from '../../src/checker/ledger.js';
import { bytes, sale } from './small-lab.js';

const printed = (...lines: object[]) => lines.map((line) => JSON.stringify(line));
const head = { kind: 'ledger', seed: 7, reservedUntil: 6, acknowledged: 4, inDoubt: 2, inFlight: 0 };
const ledger = printed(
  head,
  { kind: 'stretch', fromIndex: 0, untilIndex: 4, messages: 6, offsets: { 0: [0, 6] } },
  { kind: 'acknowledged', fromIndex: 0, untilIndex: 4, repeats: [2], broken: [3] },
  { kind: 'in-doubt', fromIndex: 4, untilIndex: 6, reason: 'in flight at a kill' },
);

const event = (id: string) => bytes(sale(1, { event_id: id }));
const broken = bytes('{}');
function searched(...values: Uint8Array[]) {
  const search = new LedgerSearch(ledger);
  for (const value of values) search.add(value);
  return search.finish();
}
const right = [event('7-0'), event('7-1'), event('7-2'), event('7-2'), event('7-3'), broken];

describe('the ledger in the log', () => {
  it('passes when each event is there once, and the repeated one twice', () => {
    expect(searched(...right)).toMatchObject({
      verdict: 'pass',
      acknowledged: 4,
      messages: 6,
      inFlight: 0,
      foreign: 0,
    });
  });

  it.each([
    ['lost', right.slice(1), ['event 7-0 is in the log 0 times, not once']],
    ['there twice', [...right, event('7-1')], ['event 7-1 is in the log twice, not once']],
    [
      'repeated on purpose but there once',
      right.slice(0, 2).concat(right.slice(3)),
      ['event 7-2 is in the log once, not twice'],
    ],
    ['broken and lost', right.slice(0, -1), ['1 broken messages were acknowledged, the log has 0 that are no events']],
  ])('fails when one is %s', (_, values, findings) => {
    expect(searched(...values)).toMatchObject({ verdict: 'fail', findings });
  });

  it('lists what was in doubt and is there, and does not count what came later or from elsewhere', () => {
    const verdict = searched(...right, event('7-5'), event('7-6'), event('8-0'), event('7-05'), event('guest'));
    expect(verdict).toMatchObject({ verdict: 'pass', inFlight: 1, inFlightIds: ['7-5'], foreign: 3 });
  });

  it('is no ledger without its first line', () => {
    expect(() => new LedgerSearch([])).toThrow('no ledger');
    expect(() => new LedgerSearch(ledger.slice(1))).toThrow('no ledger');
    expect(() => new LedgerSearch(['{"kind":"surprise"}'])).toThrow();
  });

  it('reads what the generator prints, and finds the events that the generator makes', () => {
    const [seed, until] = [11, 2000];
    const knobs = { late: 0, duplicate: 0.05, malformed: 0.05 };
    const acknowledged = { type: 'acknowledged', from: 0, until, ...knobs, messages: 0, offsets: {} } as const;
    const lines = [...printedLines({ seed, reservedUntil: until, entries: [acknowledged] })];
    const search = new LedgerSearch(printed(...lines));
    const mishaps = mishapsOf(seed, knobs);
    let repeats = 0;
    for (let index = 0; index < until; index++) {
      const value = bytes(eventAt(seed, index, 1_700_000_000_000));
      search.add(value);
      if (mishaps.isRepeated(index)) search.add(value);
      if (mishaps.isRepeated(index)) repeats += 1;
      if (mishaps.isBroken(index)) search.add(broken);
    }
    expect(search.finish()).toMatchObject({ verdict: 'pass', acknowledged: until, inFlight: 0, foreign: 0 });
    expect(repeats).toBeGreaterThan(50);
  });
});
