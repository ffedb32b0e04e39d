// Goal: what goes wrong on purpose goes wrong as often as wanted, always at the same places, and never passes the rule.
import { describe, expect, it } from 'vitest';
import { breakages, brokenMessage } from '../../generator/broken.js';
import { latenessMs, mishapsOf } from '../../generator/knobs.js';
import { saleAt } from '../../generator/purchases.js';
import { judge } from '../../src/events/parse.js';

const none = { late: 0, duplicate: 0, malformed: 0 };
const first = (count: number) => Array.from({ length: count }, (_, i) => i);
const sale = (n: number) => saleAt(7, n, 1_790_000_000_000);

describe('the knobs', () => {
  it('do nothing at 0 and everything at 1', () => {
    const never = mishapsOf(7, none);
    const always = mishapsOf(7, { late: 1, duplicate: 1, malformed: 1 });
    for (const index of first(1000)) {
      expect([never.lateByMs(index), never.isRepeated(index), never.isBroken(index)]).toEqual([0, false, false]);
      expect([always.lateByMs(index) > 0, always.isRepeated(index), always.isBroken(index)]).toEqual([
        true,
        true,
        true,
      ]);
    }
  });

  it('hit their fraction of the events, each by itself', () => {
    const mishaps = mishapsOf(7, { late: 0.1, duplicate: 0.02, malformed: 0.3 });
    const count = (happens: (index: number) => boolean) => first(100_000).filter(happens).length;
    expect(count((index) => mishaps.lateByMs(index) > 0)).toBeCloseTo(10_000, -3);
    expect(count(mishaps.isRepeated)).toBeCloseTo(2000, -3);
    expect(count(mishaps.isBroken)).toBeCloseTo(30_000, -3);
    expect(count((index) => mishaps.isRepeated(index) && mishaps.isBroken(index))).toBeCloseTo(600, -3);
  });

  it('make events late by a second to two hours, mostly by little', () => {
    const { lateByMs } = mishapsOf(7, { ...none, late: 1 });
    const late = first(10_000)
      .map(lateByMs)
      .sort((a, b) => a - b);
    expect(late[0]).toBeGreaterThanOrEqual(latenessMs.least);
    expect(late.at(-1)).toBeLessThanOrEqual(latenessMs.greatest);
    expect(late[5000]).toBeLessThan(latenessMs.greatest / 10);
    expect(late[9900]).toBeGreaterThan(latenessMs.greatest / 2);
  });
});

describe('broken messages', () => {
  it.each(breakages)('%s: is no event, whatever sale it is made of', (_, make) => {
    for (const index of first(200)) expect(judge(make(sale(index)))).toHaveProperty('reason');
  });

  it('come in all ways, and in the same way for the same seed and index', () => {
    const texts = first(2000).map((index) => String(brokenMessage(7, index, sale(0))));
    expect(new Set(texts).size).toBe(breakages.length);
    expect(first(2000).map((index) => String(brokenMessage(7, index, sale(0))))).toEqual(texts);
    expect(first(2000).map((index) => String(brokenMessage(8, index, sale(0))))).not.toEqual(texts);
  });

  it('fail for many reasons', () => {
    const reasons = breakages.map(([, make]) => {
      const judged = judge(make(sale(0)));
      return 'reason' in judged ? judged.reason : 'none';
    });
    expect(new Set(reasons).size).toBeGreaterThan(15);
  });
});
