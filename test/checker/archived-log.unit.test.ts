/**
 * Goal: a judgement may rest on the archive only where that has every message, and is unknown where it has not.
 * Method: the small lab whose log has lost its beginning, with archives that have it, lack some of it, or are away.
 */
import { describe, expect, it } from 'vitest';
import { type CheckedArchive, type Stretch, withArchive } from '../../src/checker/archived-log.js';
import { type AddMessage, type CheckedLog, judgeAgain } from '../../src/checker/verify.js';
import { rightHistory, smallCheckedLog } from './small-lab.js';

const clock = { nowMs: () => 0 };
const starts = [40, 0];
const cutLog: CheckedLog = smallCheckedLog({ starts });

/** The small log's messages, as an archive that has them from `from` up to `until`. */
function anArchive(from: number, until: number, change: (add: AddMessage) => AddMessage = (add) => add) {
  const read: Stretch[] = [];
  const archive: CheckedArchive = {
    stretches: async () => [{ partition: 0, from, until }],
    async readMessages(stretches, add) {
      read.push(...stretches);
      for (const { partition, from: first, until: end } of stretches) {
        const ends = starts.map((_, one) => (one === partition ? end : 0));
        await smallCheckedLog().readMessages(one(partition, first), ends, change(add));
      }
    },
  };
  return { archive, read };
}

const one = (partition: number, offset: number) => starts.map((_, other) => (other === partition ? offset : 0));

async function judged(archive: CheckedArchive) {
  const said: string[] = [];
  const verdict = await judgeAgain(
    rightHistory(),
    withArchive(cutLog, archive, (line) => said.push(line)),
    clock,
  );
  return { ...verdict, said };
}

describe('answers from before the log’s start', () => {
  it('are unknown without an archive, and judged with one that has what the log lost', async () => {
    expect((await judgeAgain(rightHistory(), cutLog, clock)).verdict).toBe('unknown');
    const { archive, read } = anArchive(0, 55);
    expect(await judged(archive)).toMatchObject({ verdict: 'pass', wrong: 0, unknown: 0, said: [] });
    expect(read).toEqual([{ partition: 0, from: 0, until: 40 }]);
  });

  it('are judged although the log loses more while the archive is read', async () => {
    let lost = 40;
    const { archive, read } = anArchive(0, 90, (add) => {
      lost = Math.min(lost + 10, 60);
      return add;
    });
    const moving: CheckedLog = {
      ...smallCheckedLog(),
      extent: async () => ({ ...(await smallCheckedLog().extent()), starts: [lost, 0] }),
      async readMessages(from, ends, add) {
        if (from[0]! < lost) throw new Error(`the log begins at ${lost}`);
        await smallCheckedLog().readMessages(from, ends, add);
      },
    };
    const log = withArchive(moving, archive, () => expect.fail());
    expect((await judgeAgain(rightHistory(), log, clock)).verdict).toBe('pass');
    expect(read.map(({ from, until }) => [from, until])).toEqual([
      [0, 40],
      [40, 50],
      [50, 60],
    ]);
  });

  it('are wrong where they differ from what the archive has', async () => {
    const { archive } = anArchive(0, 40, (add) => (partition, offset, value, timestampMs) => {
      add(partition, offset, offset === 7 ? null : value, timestampMs);
    });
    expect((await judged(archive)).verdict).toBe('fail');
  });

  it.each([
    ['ends before the log begins', anArchive(0, 39).archive, 'it ends at 39, before the log begins at 40'],
    [
      'is away',
      { ...anArchive(0, 40).archive, stretches: () => Promise.reject(new Error('no such container')) },
      'no such',
    ],
  ])('are unknown when the archive %s', async (_, archive, why) => {
    const { verdict, said, shortcomings } = await judged(archive);
    expect(verdict).toBe('unknown');
    expect(said).toEqual([expect.stringContaining(why)]);
    expect(shortcomings.join()).toContain('the log begins at [40, 0], above the origin [0, 0]');
  });

  it('are unknown when the archive begins too late', async () => {
    expect((await judged(anArchive(1, 40).archive)).verdict).toBe('unknown');
  });

  it.each([
    ['leaves one out', 7, 0, 'gave 0:8 where 0:7 belongs'],
    ['gives one twice', 7, 2, 'gave 0:7 where 0:8 belongs'],
    ['leaves the last one out', 39, 0, 'gave partition 0 up to 39, not up to 40'],
  ])('are unknown when the archive %s', async (_, which, times, why) => {
    const { archive } = anArchive(0, 40, (add) => (partition, offset, value, timestampMs) => {
      for (let i = 0; i < (offset === which ? times : 1); i++) add(partition, offset, value, timestampMs);
    });
    const { verdict, shortcomings } = await judged(archive);
    expect(verdict).toBe('unknown');
    expect(shortcomings.join()).toContain(`the checker failed: the archive ${why}`);
  });

  it('need no archive when the log has all', async () => {
    const never = () => Promise.reject(new Error('it was asked'));
    const log = withArchive(smallCheckedLog(), { stretches: never, readMessages: never }, () => expect.fail());
    expect((await judgeAgain(rightHistory(), log, clock)).verdict).toBe('pass');
  });
});
