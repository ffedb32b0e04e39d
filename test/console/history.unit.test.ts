import { describe, expect, it } from 'vitest';
import { answerView, pointOf, rowsMax } from '../../src/console/answers.js';
import { emptyHistory, markOf, marksMax, pointsMax, withMark, withPoint } from '../../src/console/history.js';
import { itemsSold } from '../../src/questions/builtin.js';

const point = (atMs: number, merged = atMs) => ({ atMs, base: 0, realTime: merged, merged, truth: null });

describe('the history of a question', () => {
  it('stays bounded, keeps its first and newest points, and reaches ever further back', () => {
    let history = emptyHistory(0);
    for (let at = 1; at <= 5_000; at++) history = withPoint(history, 'items-sold', 'sold', point(at));
    const { points } = history.series[0]!;
    expect(points.length).toBeLessThanOrEqual(pointsMax);
    expect([points[0]!.atMs, points.at(-1)!.atMs]).toEqual([1, 5_000]);
    expect(points.map(({ atMs }) => atMs)).toEqual(points.map(({ atMs }) => atMs).sort((a, b) => a - b));
    // The newest are all there.
    expect(points.slice(-100).map(({ atMs }) => atMs)).toEqual(Array.from({ length: 100 }, (_, i) => 4_901 + i));
  });

  it('takes no point twice, and begins anew where the sum is another one', () => {
    const one = withPoint(emptyHistory(0), 'q', 'sold', point(1));
    expect(withPoint(one, 'q', 'sold', point(1)).series[0]!.points).toHaveLength(1);
    expect(withPoint(one, 'q', 'other', point(2)).series).toMatchObject([{ sum: 'other', points: [{ atMs: 2 }] }]);
  });

  it('marks a base and a switch, and keeps no more marks than it may', () => {
    const standing = { live: 'kappa-1', generation: 1, baseId: 3 };
    const name = (pipeline: string) => pipeline.replace('kappa-', 'v');
    expect(markOf(standing, standing, name)).toBeUndefined();
    expect(markOf(standing, { ...standing, baseId: 4 }, name)).toBe('base 4');
    expect(markOf(standing, { live: 'kappa-2', generation: 2, baseId: 1 }, name)).toBe('v2 is live');
    let history = emptyHistory(0);
    for (let at = 0; at < 2 * marksMax; at++) history = withMark(history, { atMs: at, text: 'base' });
    expect(history.marks).toHaveLength(marksMax);
  });
});

const face = (merged: string, truth: string | null) => ({ base: '0', realTime: merged, merged, truth });
const answerOf = (
  rows: readonly { item: string; merged: string; truth: string | null }[],
  compared: 'equal' | 'different' | 'unknown',
) => ({
  ...{
    question: 'items-sold',
    asks: 'How many?',
    pipeline: 'lambda-1',
    origin: [0],
    position: [4],
    number: 1,
    messages: 4,
  },
  ...{ rejected: 0, base: { id: 0, cut: [0] }, slices: 1, compared, repeats: null },
  rows: rows.map(({ item, merged, truth }) => ({
    key: { item },
    sums: { sold: face(merged, truth), revenueCents: face('0', '0') },
  })),
});

describe('an answer as it is shown', () => {
  const read = { question: itemsSold, atMs: 7, unknown: null };

  it('has exact totals, also beyond what a number holds', () => {
    const rows = [
      { item: 'mars', merged: '9007199254740993', truth: '9007199254740993' },
      { item: 'twix', merged: '1', truth: '0' },
    ];
    const view = answerView({ ...read, answer: answerOf(rows, 'different') });
    expect(view.charted).toMatchObject({ sum: 'sold', totals: { merged: '9007199254740994', error: '1' } });
  });

  it('has no truth and no error where the truth is not known, and no point where there is no answer', () => {
    const view = answerView({ ...read, answer: answerOf([{ item: 'mars', merged: '3', truth: null }], 'unknown') });
    expect(pointOf(view)).toEqual({ atMs: 7, base: 0, realTime: 3, merged: 3, truth: null });
    const unknown = answerView({ ...read, answer: null, unknown: 'slice 7 of lambda-1 is missing' });
    expect(pointOf(unknown)).toBeNull();
    expect(unknown).toMatchObject({ unknown: 'slice 7 of lambda-1 is missing', answer: null, charted: null });
  });

  it('sends so many keys and no more, those with the most, and counts the others in', () => {
    const rows = Array.from({ length: rowsMax + 50 }, (_, i) => ({
      item: `item ${i}`,
      merged: String(i),
      truth: String(i),
    }));
    const view = answerView({ ...read, answer: answerOf(rows, 'equal') });
    expect(view.rowsLeftOut).toBe(50);
    expect(view.answer!.rows.map(({ key }) => key.item)).toEqual(rows.slice(50).map(({ item }) => item));
    expect(view.charted!.totals.merged).toBe(String(rows.reduce((sum, _, i) => sum + i, 0)));
  });
});
