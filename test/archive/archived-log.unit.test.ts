/**
 * Goal: log and archive are one log: each offset once and in order, or an error that says what is missing.
 * Method: an archive and a log of plain arrays; any file boundaries, merges, gaps and starts, and a retention that cuts the
 * log between any two reads.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ArchiveContent, archivedLog, reachOf } from '../../src/archive/archived-log.js';
import { LabError } from '../../src/errors.js';
import type { ArchiveFile, Clock, Log, Message } from '../../src/runtimes/ports.js';

const file = (partition: number, from: number, until: number, level = 0): ArchiveFile => ({
  ...{ level, partition, from, until, bytes: until - from },
  path: `${level}/${partition}-${from}`,
});

const message = (partition: number, offset: number): Message => ({
  ...{ partition, offset, timestampMs: 0 },
  value: Buffer.from(`${partition}:${offset}`),
});

const messages = (partition: number, from: number, until: number) =>
  Array.from({ length: until - from }, (_, i) => message(partition, from + i));

const clock: Clock & { atMs: number } = {
  atMs: 0,
  nowMs: () => clock.atMs,
  sleep: async (ms) => {
    clock.atMs += ms;
  },
};

/** A log whose starts may grow: `cut` is called before each effect. */
function aLog(starts: number[], ends: readonly number[], cut: () => void = () => {}): Log {
  const lost = (partition: number) => new LabError(`partition ${partition} cannot be read`);
  const must = (next: readonly number[]) => {
    const partition = next.findIndex((offset, one) => offset < starts[one]!);
    if (partition >= 0) throw lost(partition);
  };
  return {
    starts: async () => {
      cut();
      return [...starts];
    },
    ends: async () => ends,
    read: async (from) => {
      cut();
      must(from);
      const next = [...from];
      return {
        next: async () => {
          cut();
          must(next);
          return next.flatMap((offset, partition) => {
            next[partition] = Math.min(offset + 2, ends[partition]!);
            return messages(partition, offset, next[partition]!);
          });
        },
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}

/** An archive of these files, read in pieces of so many messages. */
function anArchive(files: readonly ArchiveFile[], piece = 3): ArchiveContent {
  return {
    list: async () => files,
    async *readMessages({ partition, from, until }) {
      for (let at = from; at < until; at += piece) yield messages(partition, at, Math.min(at + piece, until));
    },
  };
}

/** Reads to the log's end; each partition's offsets as they came. */
async function readAll(log: Log, from: readonly number[], ends: readonly number[]): Promise<number[][]> {
  const seen: number[][] = from.map(() => []);
  const wanted = ends.reduce((sum, end, partition) => sum + end - from[partition]!, 0);
  await using reader = await log.read(from);
  for (let reads = 0; seen.flat().length < wanted; reads++) {
    if (reads > 1000) throw new Error('it does not come to the end');
    for (const { partition, offset, value } of await reader.next(0)) {
      expect(Buffer.from(value!).toString()).toBe(`${partition}:${offset}`);
      seen[partition]!.push(offset);
    }
  }
  return seen;
}

const source = (log: Log, archive: ArchiveContent) => ({ log, archive, clock, patienceMs: 1000 });

const boundaries = fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 8 });
const partitionOf = fc.record({
  first: fc.nat(5),
  lengths: boundaries,
  /** A file that is not there: what it held is in no other. */
  hole: fc.option(fc.nat(7), { freq: 4 }),
  merged: fc.nat(4),
  start: fc.nat(40),
  from: fc.nat(40),
  cuts: fc.array(fc.nat(12), { maxLength: 4 }),
});

describe('a log with an archive', () => {
  it('gives each offset exactly once and in order, or says what is missing, wherever the log is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(partitionOf, { minLength: 1, maxLength: 3 }), fc.nat(5), async (partitions, piece) => {
        const ends = partitions.map(() => 64);
        const starts = partitions.map(({ start }) => start);
        const from = partitions.map((one) => one.from);
        const files = partitions.flatMap((one, partition) => filesOf(partition, one));
        const cuts = partitions.map(({ cuts: some }) => [...some]);
        const log = aLog(starts, ends, () => {
          for (const [partition, some] of cuts.entries()) {
            starts[partition] = Math.min(starts[partition]! + (some.shift() ?? 0), 64);
          }
        });
        // A cut may come at any time: what it takes beyond the archive's chain may be missed, or may have been read before.
        const greatest = partitions.map(({ start, cuts: some }) => some.reduce((sum, cut) => sum + cut, start));
        const chainsReach = (limits: readonly number[]) =>
          from.every(
            (offset, partition) => offset >= limits[partition]! || has(files, partition, offset, limits[partition]!),
          );
        const mustSucceed = chainsReach(greatest.map((start) => Math.min(start, 64)));
        const mustFail = !chainsReach([...starts]);
        try {
          const seen = await readAll(archivedLog(source(log, anArchive(files, piece + 1))), from, ends);
          expect(seen).toEqual(
            from.map((offset, p) => Array.from({ length: ends[p]! - offset }, (_, i) => offset + i)),
          );
          expect(mustFail).toBe(false);
        } catch (error) {
          if (!(error instanceof LabError)) throw error;
          expect(error.message).toMatch(/of the log begins at \d+, and its archive does not have offset \d+/);
          expect(mustSucceed).toBe(false);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('begins where the archive does, if its chain comes to the log’s start', () => {
    expect(reachOf([file(0, 2, 5), file(0, 5, 9)], [9])).toEqual([2]);
    expect(reachOf([file(0, 2, 5), file(0, 5, 8)], [9])).toEqual([9]);
    expect(reachOf([file(0, 2, 5), file(0, 6, 9)], [9])).toEqual([9]);
    expect(reachOf([file(0, 2, 5)], [0])).toEqual([0]);
    expect(reachOf([], [9, 0])).toEqual([9, 0]);
  });

  it('does without an archive that is away as long as the log has all, and then waits for it', async () => {
    let away = true;
    const files = [file(0, 0, 6)];
    const archive = { ...anArchive(files), list: async () => (away ? fail() : files) };
    const fail = () => {
      throw new LabError('HDFS did not answer', { kind: 'unavailable' });
    };
    const log = archivedLog(source(aLog([5], [9]), archive));
    expect(await log.starts()).toEqual([5]);
    expect(await readAll(log, [5], [9])).toEqual([[5, 6, 7, 8]]);
    await using reader = await log.read([4]);
    expect(await reader.next(0)).toEqual([]);
    away = false;
    expect((await reader.next(0)).map(({ offset }) => offset)).toEqual([4, 5]);
    expect(await log.starts()).toEqual([0]);
    away = true;
    const again = await log.read([4]);
    const read = async () => {
      for (;;) await again.next(0);
    };
    await expect(read()).rejects.toThrow('HDFS did not answer');
  });

  it('goes on in the file that a merge has made of the one it was reading', async () => {
    let files = [file(0, 0, 3), file(0, 3, 6)];
    const archive: ArchiveContent = {
      list: async () => files,
      async *readMessages({ from, until, level }) {
        yield messages(0, from, from + 1);
        if (level === 0) {
          files = [file(0, 0, 6, 1)];
          throw new LabError('no such file', { kind: 'unavailable' });
        }
        yield messages(0, from + 1, until);
      },
    };
    expect(await readAll(archivedLog(source(aLog([6], [8]), archive)), [0], [8])).toEqual([[0, 1, 2, 3, 4, 5, 6, 7]]);
  });

  it.each([
    ['ends before its end', [message(0, 0)], 'ends before 1'],
    ['lacks one in the middle', [message(0, 0), message(0, 2), message(0, 3)], 'has 0:2 where 0:1 belongs'],
    ['has one of another partition', [message(0, 0), message(1, 1)], 'has 1:1 where 0:1 belongs'],
    ['has more than it says', messages(0, 0, 4), 'has more than its 3 messages'],
  ])('takes no file that %s', async (_, content, error) => {
    const archive: ArchiveContent = {
      list: async () => [file(0, 0, 3)],
      async *readMessages() {
        yield content;
      },
    };
    await expect(readAll(archivedLog(source(aLog([3], [4]), archive)), [0], [4])).rejects.toThrow(error);
  });
});

/** Files one after the other, one missing perhaps, the first few also merged into one. */
function filesOf(
  partition: number,
  { first, lengths, hole, merged }: { first: number; lengths: number[]; hole: number | null; merged: number },
): ArchiveFile[] {
  const files: ArchiveFile[] = [];
  for (const length of lengths) {
    const from = files.at(-1)?.until ?? first;
    files.push(file(partition, from, from + length));
  }
  const whole = files.filter((_, i) => i !== hole);
  const run = merged >= 2 && (hole ?? Number.POSITIVE_INFINITY) >= merged ? files.slice(0, merged) : [];
  return run.length < 2 ? whole : [...whole, file(partition, run[0]!.from, run.at(-1)!.until, 1)];
}

/** Whether the archive has all from one offset up to another: by looking for each, not by a chain. */
function has(files: readonly ArchiveFile[], partition: number, from: number, until: number): boolean {
  const own = files.filter((one) => one.partition === partition);
  const begins = Math.min(...own.map((one) => one.from));
  if (begins > from) return false;
  for (let offset = begins; offset < until; offset++) {
    if (!own.some((one) => one.from <= offset && offset < one.until)) return false;
  }
  return true;
}
