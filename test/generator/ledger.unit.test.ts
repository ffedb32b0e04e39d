// Goal: the ledger survives kills and torn writes, never hands out an index twice, and says what is not certain.
// Method: real files in a temporary folder, cut and damaged by hand.
import { appendFile, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Acknowledged, formatLine, inOrder, readLedger, unaccounted } from '../../generator/ledger.js';
import { fileName, type LedgerFile, openLedger, readLedgerFile } from '../../generator/ledger-file.js';
import { printedLines } from '../../generator/printed-ledger.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snacklab-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

const path = () => join(folder, fileName);
const open = (seed = 7, compactAtBytes?: number) =>
  openLedger({ folder, seed, ...(compactAtBytes === undefined ? {} : { compactAtBytes }) });

/** Ten events a send, all in partition 0, offsets as they come. */
const acknowledged = (from: number, until: number, offset = from): Acknowledged => ({
  type: 'acknowledged',
  from,
  until,
  duplicate: 0,
  malformed: 0,
  messages: until - from,
  offsets: { 0: [offset, until - from] },
});

async function acknowledge(ledger: LedgerFile, ...ranges: [number, number][]): Promise<void> {
  for (const [from, until] of ranges) {
    await ledger.reserve(until, 100);
    ledger.note(acknowledged(from, until));
  }
  await ledger.flush();
}

describe('the ledger on disk', () => {
  it('goes on after a clean end where it ended, with nothing skipped', async () => {
    const first = await open();
    expect(first.next).toBe(0);
    await acknowledge(first, [0, 10], [10, 20]);
    await first.close(20);
    const second = await open();
    expect(second).toMatchObject({ next: 20, acknowledged: 20, inDoubt: 0 });
  });

  it('goes on after a kill beyond all that was reserved, and lists what is in doubt', async () => {
    const first = await open();
    await acknowledge(first, [0, 10]);
    await first.reserve(500, 0);
    const second = await open();
    expect(second).toMatchObject({ next: 500, acknowledged: 10, inDoubt: 490 });
    const { entries } = await readLedgerFile(folder);
    expect(entries).toEqual([
      acknowledged(0, 10),
      { type: 'in-doubt', from: 10, until: 500, reason: 'in flight at a kill' },
    ]);
  });

  it('has an index on disk before it lets it be used', async () => {
    const ledger = await open();
    expect(ledger.reserve(0, 0)).toBeUndefined();
    await ledger.reserve(40, 60);
    expect(await readFile(path(), 'utf8')).toContain(formatLine({ type: 'reserved', until: 100 }));
    expect(ledger.reserve(50, 60)).toBeUndefined();
  });

  it('reserves more before it is needed, so that sends need not wait', async () => {
    const ledger = await open();
    await ledger.reserve(10, 100);
    expect(ledger.reserve(80, 100)).toBeUndefined();
    await ledger.flush();
    expect((await readLedgerFile(folder)).reservedUntil).toBe(180);
  });

  it.each([2, 5, 30])('is whole after a write that was cut off %d bytes early', async (missing) => {
    const first = await open();
    await acknowledge(first, [0, 10]);
    await first.reserve(1000, 0);
    await acknowledge(first, [10, 20]);
    const whole = await readFile(path());
    await truncate(path(), whole.length - missing);
    expect((await readLedgerFile(folder)).entries).toEqual([acknowledged(0, 10)]);
    const second = await open();
    expect(second).toMatchObject({ next: 1000, acknowledged: 10 });
    await acknowledge(second, [1000, 1010]);
    expect((await open()).acknowledged).toBe(20);
  });

  it('believes a last line that lacks nothing but its line break, once another one has opened it', async () => {
    await acknowledge(await open(), [0, 10]);
    await truncate(path(), (await readFile(path())).length - 1);
    expect((await readLedgerFile(folder)).entries).toEqual([]);
    expect(await open()).toMatchObject({ next: 110, acknowledged: 10 });
  });

  it('takes zeros at the end, which a power cut leaves, for a torn line', async () => {
    await acknowledge(await open(), [0, 10]);
    await appendFile(path(), Buffer.alloc(300));
    expect(await open()).toMatchObject({ next: 110, acknowledged: 10 });
  });

  it('is refused when a line in the middle is damaged', async () => {
    await acknowledge(await open(), [0, 10], [50, 60]);
    const text = await readFile(path(), 'utf8');
    await rm(path());
    await appendFile(path(), text.replace('"until":10', '"until":-1'));
    await expect(open()).rejects.toThrow(/line \d+ of the generator's ledger is damaged: .*"until":-1/);
  });

  it('is refused under another seed, with what to do, and left as it was', async () => {
    await acknowledge(await open(7), [0, 10]);
    const before = await readFile(path(), 'utf8');
    await expect(open(8)).rejects.toMatchObject({
      kind: 'usage',
      message: "the generator's ledger is of seed 7, but the seed is 8 now",
      suggestion: expect.stringMatching(/--seed 7.*down --volumes/),
    });
    expect(await readFile(path(), 'utf8')).toBe(before);
  });

  it('stops a generator whose ledger another one has opened, before it uses an index that both have', async () => {
    const older = await open();
    await older.reserve(100, 0);
    const newer = await open();
    expect(newer.next).toBe(100);
    await expect(older.reserve(200, 0)).rejects.toThrow('another generator writes to the ledger');
    await newer.reserve(200, 0);
    await expect(older.flush()).rejects.toThrow('another generator writes to the ledger');
  });

  it('never lets two generators have the same index, however their steps fall', async () => {
    for (let round = 0; round < 40; round++) {
      const older = await open();
      const [, newer] = await Promise.all([older.reserve(older.next + 10, 0)?.catch(() => {}), open().catch(() => {})]);
      const used = await Promise.all(
        [older, newer].map(async (ledger) => {
          if (ledger === undefined) return [];
          const until = ledger === older ? older.next + 20 : ledger.next + 10;
          const granted = await Promise.resolve(ledger.reserve(until, 0)).then(
            () => true,
            () => false,
          );
          return granted ? Array.from({ length: until - ledger.next }, (_, i) => ledger.next + i) : [];
        }),
      );
      const all = used.flat();
      expect(new Set(all).size, `round ${round}`).toBe(all.length);
    }
  });

  it('is rewritten shorter when it has grown, and says the same', async () => {
    const ledger = await open(7, 2000);
    for (let from = 0; from < 1000; from += 10) await acknowledge(ledger, [from, from + 10]);
    const text = await readFile(path(), 'utf8');
    expect(text.length).toBeLessThan(2500);
    await acknowledge(ledger, [1000, 1010]);
    await ledger.close(1010);
    expect(await readLedgerFile(folder)).toEqual({ seed: 7, reservedUntil: 1010, entries: [acknowledged(0, 1010)] });
  });

  it('that is not there is said to be missing', async () => {
    await expect(readLedgerFile(join(folder, 'none'))).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('ledger entries', () => {
  it('are merged where one line can say both', () => {
    expect(inOrder([acknowledged(10, 20), acknowledged(0, 10)])).toEqual([acknowledged(0, 20)]);
  });

  it.each<[string, Acknowledged]>([
    ['somebody else wrote in between', acknowledged(10, 20, 11)],
    ['an offset is not known', acknowledged(10, 20, -1)],
    ['the knobs were others', { ...acknowledged(10, 20), duplicate: 0.1 }],
    ['events are missing in between', acknowledged(11, 20)],
  ])('stay apart where %s', (_, next) => {
    expect(inOrder([acknowledged(0, 10), next])).toHaveLength(2);
  });

  it('keep the offsets of all partitions when merged', () => {
    const a = { ...acknowledged(0, 10), offsets: { 0: [5, 4], 2: [8, 6] } } as Acknowledged;
    const b = { ...acknowledged(10, 20), offsets: { 0: [9, 3], 1: [0, 7] } } as Acknowledged;
    expect(inOrder([a, b])).toEqual([{ ...acknowledged(0, 20), offsets: { 0: [5, 7], 1: [0, 7], 2: [8, 6] } }]);
  });

  it('leave gaps that are accounted for', () => {
    const ledger = { seed: 1, reservedUntil: 100, entries: [acknowledged(10, 20), acknowledged(30, 40)] };
    expect(unaccounted(ledger)).toEqual([
      { from: 0, until: 10 },
      { from: 20, until: 30 },
      { from: 40, until: 100 },
    ]);
  });

  it('of an empty file are none at all', () => {
    expect(readLedger('')).toBeUndefined();
    expect(readLedger('{"type":"led')).toBeUndefined();
  });
});

describe('the printed ledger', () => {
  it('spells out stretches, pieces, repeats and doubts', () => {
    const entries = [
      { ...acknowledged(0, 60_000), duplicate: 1, malformed: 0 },
      { type: 'in-doubt', from: 60_000, until: 60_010, reason: 'gone' } as const,
    ];
    const [head, stretch, first, second, doubt, inFlight, ...more] = printedLines({
      seed: 7,
      reservedUntil: 60_100,
      entries,
    });
    expect(more).toEqual([]);
    expect(head).toEqual({
      kind: 'ledger',
      seed: 7,
      reservedUntil: 60_100,
      acknowledged: 60_000,
      inDoubt: 10,
      inFlight: 90,
    });
    expect(stretch).toMatchObject({ kind: 'stretch', fromIndex: 0, untilIndex: 60_000, offsets: { 0: [0, 60_000] } });
    expect(first).toMatchObject({ kind: 'acknowledged', fromIndex: 0, untilIndex: 50_000, broken: [] });
    expect(second).toMatchObject({ kind: 'acknowledged', fromIndex: 50_000, untilIndex: 60_000 });
    expect(second).toHaveProperty(
      'repeats',
      Array.from({ length: 10_000 }, (_, i) => 50_000 + i),
    );
    expect(doubt).toEqual({ kind: 'in-doubt', fromIndex: 60_000, untilIndex: 60_010, reason: 'gone' });
    expect(inFlight).toMatchObject({ kind: 'in-doubt', fromIndex: 60_010, untilIndex: 60_100 });
  });
});
