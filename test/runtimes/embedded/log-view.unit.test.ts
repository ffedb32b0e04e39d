/** Goal: a view of the log is told all that has changed, however much that is, and nothing twice. Method: a log of numbers. */
import { describe, expect, it } from 'vitest';
import { logTeller, openLogView } from '../../../src/runtimes/embedded/archive-thread/log-view.js';
import type { Segment } from '../../../src/runtimes/embedded/partition-log.js';

function partitionOf(...segments: Segment[]) {
  const partition = { partition: 0, segments, endAtOpen: 0, begins: 0, ends: 0 };
  return { ...partition, start: () => partition.begins, end: () => partition.ends, state: partition };
}

const segment = (base: number, bytes: number): Segment => ({ base, path: `${base}.log`, bytes });

describe('a view of the log', () => {
  it('is told of the file that may have grown, and of those that came after it', () => {
    const partition = partitionOf(segment(0, 10));
    const tell = logTeller([partition]);
    expect(tell()[0]!.segments).toEqual([segment(0, 10)]);
    partition.segments[0]!.bytes = 90;
    (partition.segments as Segment[]).push(segment(5, 80), segment(9, 7));
    expect(tell()[0]!.segments).toEqual([segment(0, 90), segment(5, 80), segment(9, 7)]);
    partition.segments[2]!.bytes = 8;
    expect(tell()[0]!.segments).toEqual([segment(9, 8)]);
  });

  it('is told what has gone, also where that is the file it was told last', () => {
    const partition = partitionOf(segment(0, 10));
    const tell = logTeller([partition]);
    tell();
    partition.segments.splice(0, 1, segment(5, 80), segment(9, 7));
    partition.state.begins = 6;
    expect(tell()).toEqual([{ start: 6, end: 0, firstBase: 5, segments: [segment(5, 80), segment(9, 7)] }]);
  });

  it('has the bounds that it was told last', async () => {
    const state = { start: 0, end: 3, firstBase: 0, segments: [segment(0, 10)], endAtOpen: 0 };
    const view = openLogView([state]);
    expect([await view.log.starts(), await view.log.ends()]).toEqual([[0], [3]]);
    view.update([{ start: 2, end: 7, firstBase: 4, segments: [segment(0, 20), segment(4, 5)] }]);
    expect([await view.log.starts(), await view.log.ends()]).toEqual([[2], [7]]);
  });

  it('waits to be told of what somebody else has read already', async () => {
    const state = { start: 0, end: 3, firstBase: 0, segments: [segment(0, 10)], endAtOpen: 0 };
    const view = openLogView([state]);
    const opening = view.log.read([7]);
    view.update([{ start: 0, end: 7, firstBase: 0, segments: [segment(0, 20)] }]);
    await using reader = await opening;
    expect(await reader.next(0)).toEqual([]);
  });
});
