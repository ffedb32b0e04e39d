/** Goal: a replay begins where the log and its archive do together, and where the archive does not help it is said why. */
import { describe, expect, it } from 'vitest';
import { archiveReportIn, replayReach } from '../../src/cli/replay-reach.js';

const archive = (origin: unknown, position: unknown) => ({ report: { origin, position } });

describe('a replay', () => {
  it('reaches back to the log’s start where there is no archive', () => {
    expect(replayReach([3, 0], undefined)).toEqual({ origin: [3, 0], archived: 0, missing: 3, note: null });
  });

  it('begins in the archive where that comes to the log’s start', () => {
    expect(replayReach([7, 5], archive([0, 0], [7, 9]))).toEqual({
      ...{ origin: [0, 0], archived: 12, missing: 0, note: null },
    });
    expect(replayReach([7, 5], archive([2, 6], [8, 9]))).toEqual({
      ...{ origin: [2, 5], archived: 5, missing: 7, note: null },
    });
  });

  it('has no use for an archive while the log has all', () => {
    expect(replayReach([0, 0], archive([0, 0], [0, 0]))).toMatchObject({ archived: 0, missing: 0, note: null });
  });

  it.each([
    ['has a gap', archive([0, 0], [6, 9]), 'the archive ends at [6,9], before the log begins at [7,5]'],
    ['has only begun', null, 'the archive has not said anything yet'],
    ['is of another log', archive([0], [7]), 'the archive did not say what it has'],
    ['says no position', archive([0, 0], 'far'), 'the archive did not say what it has'],
  ])('begins at the log’s start when the archive %s, and says so', (_, said, note) => {
    const reach = replayReach([7, 5], said);
    expect(reach).toMatchObject({ origin: [7, 5], archived: 0, missing: 12 });
    expect(reach.note).toBe(note);
  });

  it('asks the archive of its own lab only', () => {
    const report = { service: 'archive', ...archive([0], [1]) };
    expect(archiveReportIn([{ service: 'kafka' }], [report])).toBeUndefined();
    expect(archiveReportIn([{ service: 'archive' }], [])).toBeNull();
    expect(archiveReportIn([{ service: 'archive' }], [report])).toBe(report);
  });
});
