/** Goal: the console's list has what is raised, the newest first, and says what nobody decides. Method: a book by hand. */
import { describe, expect, it } from 'vitest';
import { decide, emptyBook } from '../../src/alerts/book.js';
import { alertsView } from '../../src/console/alerts.js';
import { beatsByMachine, builtinQuestions, stockBySlot } from '../../src/questions/builtin.js';
import { newHead } from '../../src/serving/head.js';

const ruling = (number: number, count: number) => ({
  rule: 'machine-broken',
  findings: Array.from({ length: count }, (_, i) => ({
    subject: `machine ${i}`,
    says: `machine ${i}, problem silent`,
    settlesMs: 0,
  })),
  decided: { pipeline: 'kappa-1', generation: 1, number, position: [number], atMs: number },
});
const heads = (questions = builtinQuestions) => ({
  ...{ live: 'kappa-1', previous: 'kappa-1', generation: 1, forced: 0, nextIncarnation: 2 },
  heads: new Map([['kappa-1', newHead('kappa-1', 1, [0], questions)]]),
});

const nowMs = 1_000_000;
const rules = (unknown: string | null = null) =>
  Object.fromEntries(
    ['slot-empty-soon', 'machine-broken', 'service-due'].map((rule) => [rule, { atMs: nowMs, unknown }]),
  );
const keeper = (report: Readonly<Record<string, unknown>>, atMs = nowMs) => [
  { service: 'alerts', atMs, report: { waiting: 0, webhook: false, ...report } },
];
const allQuestions = [...builtinQuestions, stockBySlot, beatsByMachine];
const seen = { alerts: undefined, heads: heads(allQuestions), reports: keeper({ rules: rules() }), atMs: nowMs };

describe('alertsView', () => {
  it('is empty where all is decided and nothing raised', () => {
    expect(alertsView(seen)).toEqual({ raised: 0, shown: [], undecided: [] });
  });

  it('says which rules nobody decides, and why', () => {
    const undecided = (own: Partial<typeof seen>) => alertsView({ ...seen, ...own }).undecided.map(({ why }) => why);
    const noQuestion = 'the live version does not answer what it asks, a version with --questions business does';
    expect(undecided({ heads: heads() })).toEqual([noQuestion, noQuestion]);
    expect(undecided({ reports: [] })).toEqual(new Array(3).fill('nobody keeps alerts just now'));
    expect(undecided({ reports: keeper({ rules: rules() }, nowMs - 15_001) })).toHaveLength(3);
    expect(undecided({ reports: keeper({ rules: {} }) })).toEqual(
      new Array(3).fill('nobody has looked at its answer lately'),
    );
    const unknown = undecided({ reports: keeper({ rules: rules('slice 7 of kappa-1 is missing') }) });
    expect(unknown).toEqual(new Array(3).fill('its answer is unknown: slice 7 of kappa-1 is missing'));
  });

  it('has the newest of what is raised, counts all of it, and then what was cleared lately', () => {
    const alerts = decide(decide(emptyBook, ruling(1, 62), false), ruling(2, 60), false);
    const { raised, shown } = alertsView({ ...seen, alerts });
    expect(raised).toBe(60);
    expect(shown.map(({ state }) => state)).toEqual([...new Array(50).fill('raised'), 'cleared', 'cleared']);
    expect(shown[0]).toMatchObject({ id: 60, says: 'machine 59, problem silent', atMs: 1, number: 1 });
    expect(shown.at(-1)).toMatchObject({ says: 'machine 61', atMs: 2, number: 2, pipeline: 'kappa-1' });
  });
});
