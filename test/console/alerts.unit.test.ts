/** Goal: the console's list has what is raised, the newest first, and says what nobody decides. Method: a book by hand. */
import { describe, expect, it } from 'vitest';
import { decide, emptyBook } from '../../src/alerts/book.js';
import { alertsView } from '../../src/console/alerts.js';
import { beatsByMachine, builtinQuestions, stockBySlot } from '../../src/questions/builtin.js';
import { newHead } from '../../src/serving/head.js';

const ruling = (number: number, count: number) => ({
  ...{ rule: 'machine-broken', settlesMs: 0 },
  findings: Array.from({ length: count }, (_, i) => ({
    subject: `machine ${i}`,
    says: `machine ${i}, problem silent`,
  })),
  decided: { pipeline: 'kappa-1', generation: 1, number, position: [number], atMs: number },
});
const heads = (questions = builtinQuestions) => ({
  ...{ live: 'kappa-1', previous: 'kappa-1', generation: 1, forced: 0, nextIncarnation: 2 },
  heads: new Map([['kappa-1', newHead('kappa-1', 1, [0], questions)]]),
});

describe('alertsView', () => {
  it('is empty where nobody keeps alerts, and says which rules nobody decides', () => {
    const unanswered = ['slot-empty-soon', 'machine-broken'];
    expect(alertsView(undefined, heads())).toEqual({ raised: 0, shown: [], unanswered });
    expect(alertsView(emptyBook, heads([...builtinQuestions, stockBySlot, beatsByMachine])).unanswered).toEqual([]);
  });

  it('has the newest of what is raised, counts all of it, and then what was cleared lately', () => {
    const book = decide(decide(emptyBook, ruling(1, 62), false), ruling(2, 60), false);
    const { raised, shown } = alertsView(book, heads());
    expect(raised).toBe(60);
    expect(shown.map(({ state }) => state)).toEqual([...new Array(50).fill('raised'), 'cleared', 'cleared']);
    expect(shown[0]).toMatchObject({ id: 60, says: 'machine 59, problem silent', atMs: 1, number: 1 });
    expect(shown.at(-1)).toMatchObject({ says: 'machine 61', atMs: 2, number: 2, pipeline: 'kappa-1' });
  });
});
