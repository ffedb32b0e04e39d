// Goal: a chart of the machinery shows what is known, and a gap where it is not. Method: figures of looks whose numbers are
// chosen by hand, and a recorder that is called with one look after the other.
import { describe, expect, it } from 'vitest';
import { type LabSeen, viewOf } from '../../src/console/model.js';
import { earlierOf, type Figures, figures, figuresOf } from '../../src/machinery/figures.js';
import { figureRecorder } from '../../src/machinery/record.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import type { Slice } from '../../src/runtimes/ports.js';
import type { Head } from '../../src/serving/head.js';
import { atMs, headOf, idle, labSeen } from '../console/seen.js';

const slice: Slice = {
  incarnation: 1,
  epoch: 1,
  number: 9,
  question: 'items-sold',
  from: [0, 0],
  until: [30, 10],
  messages: 12,
  rejected: 1,
  leastEventMs: 1_000,
  greatestEventMs: 4_000,
  committedMs: 4_750,
  sums: new Map(),
};

const lambda = (change: Partial<LabSeen> = {}, head: Partial<Head> = {}) =>
  labSeen(change, [
    headOf('lambda-1', 1, { segments: [{ after: 0, epoch: 1 }], questions: builtinQuestions, ...head }),
  ]);

describe('the figures of a look', () => {
  it('are the live version’s, the log’s and the archive’s', () => {
    const archive = { service: 'archive', atMs, report: { position: [25, 9], files: 3, bytes: 1024 } };
    const cycle = { ...idle, lastTookMs: 7_500, failures: 2 };
    const seen = lambda({
      reports: [archive],
      cycles: new Map([['lambda-1', cycle]]),
      storedBytes: new Map([[1, 500]]),
    });
    const earlier = { atMs: atMs - 2_000, pipeline: 'lambda-1', messages: 20 };
    const found = figuresOf(viewOf(seen, []), slice, earlier);
    expect(Object.fromEntries(found)).toMatchObject({
      'commit-age': 750,
      'stream-lag': 12,
      'archive-lag': 18,
      'stream-rate': 10,
      'slice-messages': 12,
      'slices-after-base': 3,
      'messages-after-base': 15,
      'base-id': 2,
      'batch-took': 7_500,
      'batch-failures': 2,
      'stored-bytes': 500,
      'archive-bytes': 1024,
      'archive-files': 3,
    });
  });

  it('are left out where nobody knows them', () => {
    const found = figuresOf(viewOf(lambda({ extent: undefined }), []), undefined, undefined);
    expect([...found.keys()]).toEqual(['slices-after-base', 'messages-after-base', 'base-id']);
  });

  it('have no age where no event of the slice was valid', () => {
    const view = viewOf(lambda(), []);
    expect(figuresOf(view, { ...slice, greatestEventMs: null }, undefined).has('commit-age')).toBe(false);
  });

  it('have no rate across a switch: the messages are another version’s', () => {
    const view = viewOf(lambda(), []);
    expect(figuresOf(view, slice, { atMs: atMs - 2_000, pipeline: 'lambda-2', messages: 0 }).has('stream-rate')).toBe(
      false,
    );
  });

  it('do not count the bytes of one version for those of all', () => {
    const heads = [headOf('lambda-1', 1), headOf('lambda-2', 2)];
    const view = viewOf(labSeen({ storedBytes: new Map([[1, 500]]) }, heads), []);
    expect(figuresOf(view, slice, undefined).has('stored-bytes')).toBe(false);
  });

  it('say of each what it is', () => {
    for (const { says } of Object.values(figures)) expect(says).toMatch(/^\w.{10,}/);
  });
});

describe('the recorder', () => {
  function recording(slices: readonly Slice[]) {
    const kept: [number, Figures][] = [];
    const asked: unknown[][] = [];
    const store = {
      readSlices: async (...place: unknown[]) => {
        asked.push(place);
        return slices;
      },
    };
    const record = figureRecorder(store, async (at, found) => void kept.push([at, found]));
    const look = (ms: number, position = [30, 10]) => {
      const seen = lambda({ atMs: ms }, { position, number: 9 });
      return record(viewOf(seen, []), seen.heads);
    };
    return { kept, asked, look };
  }

  it('keeps a look every two seconds, with the rate since the one before', async () => {
    const { kept, asked, look } = recording([slice]);
    for (const [ms, position] of [
      [0, [30, 10]],
      [500, [40, 10]],
      [1_999, [45, 10]],
      [2_000, [50, 10]],
      [4_100, [71, 10]],
    ] as const)
      await look(ms, [...position]);
    expect(kept.map(([at]) => at)).toEqual([0, 2_000, 4_100]);
    expect(kept.map(([, found]) => found.get('stream-rate'))).toEqual([undefined, 10, 10]);
    expect(asked[0]).toEqual([1, 'items-sold', 8, 9]);
  });

  it('takes the slice that was committed, not an orphan of its number', async () => {
    const { kept, look } = recording([slice, { ...slice, epoch: 2, messages: 99 }]);
    await look(0);
    expect(kept[0]![1].get('slice-messages')).toBe(12);
  });
});

it('tells a rate from the live version alone', () => {
  const view = viewOf(lambda(), []);
  expect(earlierOf(view)).toEqual({ atMs, pipeline: 'lambda-1', messages: 40 });
  expect(earlierOf({ ...view, versions: [] })).toBeUndefined();
});
