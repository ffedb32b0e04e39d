import { describe, expect, it } from 'vitest';
import { longestLag, rateOf } from '../../bench/lag.js';
import { benchTable, isKept, median } from '../../bench/row.js';

const sample = (atMs: number, ends: number[], head: number[], headAtMs = atMs) => ({ atMs, ends, headAtMs, head });

describe('how far the head is behind', () => {
  it('is the time since the newest log end that it covers', () => {
    const samples = [sample(0, [0], [0]), sample(1000, [10], [0]), sample(2000, [20], [10]), sample(3000, [30], [30])];
    // At 1000 the head is where the log was at 0, at 2000 where it was at 1000, at 3000 at its end.
    expect(longestLag(samples)).toBe(1000);
  });

  it('grows while the head stands, also when one partition alone is behind', () => {
    const stands = [0, 1, 2, 3, 4].map((i) => sample(i * 1000, [i * 10, i], [i * 10, 0]));
    expect(longestLag(stands)).toBe(4000);
  });

  it('does not grow while nothing comes', () => {
    expect(longestLag([0, 1, 2, 3].map((i) => sample(i * 1000, [7], [7], i * 1000 + 5)))).toBe(5);
  });

  it('goes with a rate', () => {
    expect(rateOf([sample(0, [0, 100], []), sample(2000, [1000, 2100], [])])).toBe(1500);
  });
});

describe('the table', () => {
  it('says which bounds are kept', () => {
    expect(isKept({ what: 'a', value: 5, unit: '' })).toBeUndefined();
    expect([4, 5].map((value) => isKept({ what: 'a', value, unit: '', atLeast: 5 }))).toEqual([false, true]);
    expect([5, 6].map((value) => isKept({ what: 'a', value, unit: '', atMost: 5 }))).toEqual([true, false]);
    // What was not measured keeps nothing.
    expect(isKept({ what: 'a', value: Number.NaN, unit: '', atMost: 5 })).toBe(false);
  });

  it('shows figures, bounds, conditions and what could not be measured', () => {
    const figures = [{ what: 'time', value: 12_345.6, unit: 'ms', atMost: 10 }];
    const table = benchTable([
      { name: 'a', title: 'A row', figures, conditions: ['quiet'] },
      { name: 'b', title: 'Another', failure: 'no lab' },
    ]);
    expect(table).toMatch(
      /A row\n {2}time +12,346 ms +at most 10\.00 +MISSED\n {2}- quiet\n\nAnother\n {2}NOT MEASURED: no lab/,
    );
  });

  it('takes the middle value', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2]);
  });
});
