import { describe, expect, it } from 'vitest';
import { viewOf } from '../../src/console/model.js';
import { rememberSize, speedOf } from '../../src/console/speed.js';
import { atMs, generatorReport, headOf, idle, labSeen } from './seen.js';

describe('what the console makes of one look', () => {
  it('says how far each reader of the log is behind it', () => {
    const archive = { service: 'archive', atMs: atMs - 400, report: { position: [25, 9], files: 3, bytes: 1024 } };
    const { groups, archive: shown } = viewOf(labSeen({ reports: [archive] }), []);
    expect(groups).toMatchObject([
      { name: 'stream v1', lag: 12, ageMs: null },
      { name: 'archive', position: [25, 9], lag: 18, ageMs: 400 },
    ]);
    expect(shown).toMatchObject({ files: 3, bytes: 1024 });
  });

  it('does not know what nobody has said: no log, no report, an old report', () => {
    const old = { service: 'archive', atMs: atMs - 60_000, report: { position: [1, 1], files: 1, bytes: 1 } };
    const view = viewOf(labSeen({ extent: undefined, reports: [old] }), []);
    expect(view).toMatchObject({
      log: null,
      archive: null,
      repeats: null,
      generator: { state: 'unknown', rate: null },
    });
    expect(view.groups).toMatchObject([{ name: 'stream v1', lag: null }]);
    expect(view.versions[0]).toMatchObject({ lag: null, storedBytes: null });
  });

  it('shows a generator that is wanted paused as paused', () => {
    const wanted = { rate: null, paused: true, batchRequests: 0 };
    const { generator } = viewOf(labSeen({ wanted, reports: [generatorReport('running')] }), []);
    expect(generator).toEqual({ state: 'paused', paused: true, wantedRate: 50, thisHour: null, rate: 48 });
  });

  it('shows what is wanted of this hour where days have a shape', () => {
    const report = generatorReport('running');
    const shaped = { ...report, report: { ...report.report, dayMs: 60_000, wantedThisHourPerSecond: 105 } };
    expect(viewOf(labSeen({ reports: [shaped] }), []).generator).toMatchObject({ wantedRate: 50, thisHour: 105 });
  });

  it('shows base, slices, and a second version that is behind', () => {
    const heads = [
      headOf('kappa-1', 1),
      headOf('kappa-2', 2, { position: [10, 2], baseId: 0, baseCut: [0, 0], baseNumber: 0 }),
    ];
    const { versions } = viewOf(labSeen({ storedBytes: new Map([[2, 77]]) }, heads), []);
    expect(versions).toMatchObject([
      { version: 'v1', state: 'live', slices: 3, base: { id: 2, messages: 25 }, messages: 40, lag: 12 },
      { version: 'v2', state: 'behind', behindLive: 28, storedBytes: 77, live: false },
    ]);
  });

  it('names what is being retired: what a published base covers, and a version that is dropped', () => {
    const published = { ...idle, state: 'published', plan: { baseId: 2, oldBaseId: 1, cut: [20, 5] } };
    const heads = [headOf('lambda-1', 1), headOf('lambda-2', 2, { status: 'dropping' })];
    const { retiring } = viewOf(labSeen({ cycles: new Map([['lambda-1', published]]) }, heads), []);
    expect(retiring).toEqual(['base 1 of v1', 'slices of v1 up to 6', 'v2']);
  });

  it('is not misled by ends that were read before the head', () => {
    const { groups } = viewOf(labSeen({ extent: { starts: [0, 0], ends: [28, 10] } }), []);
    expect(groups[0]).toMatchObject({ lag: 0 });
  });
});

describe('the speed of the log', () => {
  const look = (ms: number, end: number) => labSeen({ atMs: ms, extent: { starts: [0, 0], ends: [end, 0] } });

  it('follows from looks some seconds apart, and is not known before', () => {
    const first = rememberSize([], look(0, 100));
    expect(speedOf(first)).toBeNull();
    const later = rememberSize(rememberSize(first, look(1_000, 200)), look(2_000, 300));
    expect(speedOf(later)).toBe(100);
  });

  it('begins anew with another log, and forgets what is long ago', () => {
    const sizes = rememberSize([{ atMs: 0, messages: 500 }], look(1_000, 10));
    expect(sizes).toEqual([{ atMs: 1_000, messages: 10 }]);
    expect(rememberSize([{ atMs: 0, messages: 5 }], look(9_000, 10))).toHaveLength(1);
  });
});
