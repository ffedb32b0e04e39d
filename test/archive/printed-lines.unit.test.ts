/** Goal: what a checker asks the archive for is printed whole, each message once, or not at all. */
import { describe, expect, it } from 'vitest';
import type { ArchiveContent } from '../../src/archive/archived-log.js';
import { formatStretch, linesOf, parseStretch, stretchesOf } from '../../src/archive/printed-lines.js';
import { LinesReader } from '../../src/archive/read-lines.js';
import type { ArchiveFile } from '../../src/runtimes/ports.js';

const file = (level: number, partition: number, from: number, until: number): ArchiveFile => ({
  ...{ level, partition, from, until, bytes: 1 },
  path: `${level}/${partition}-${from}`,
});

const archive = (...files: ArchiveFile[]): ArchiveContent => ({
  list: async () => files,
  async *readMessages({ partition, from, until }) {
    for (let offset = from; offset < until; offset++) {
      yield [{ partition, offset, timestampMs: 0, value: Buffer.from(`${offset}`) }];
    }
  },
});

const content = archive(
  ...[file(0, 0, 2, 5), file(0, 0, 5, 9), file(0, 0, 9, 12), file(1, 0, 2, 9)],
  ...[file(0, 3, 0, 4), file(0, 3, 5, 7)],
);

async function printed(...stretches: string[]): Promise<string[]> {
  const reader = new LinesReader();
  const places: string[] = [];
  for await (const lines of linesOf(content, stretches.map(parseStretch))) {
    for (const { partition, offset, value } of reader.take(lines)) places.push(`${partition}:${offset}=${value}`);
  }
  reader.end();
  return places;
}

describe('the archive for a checker', () => {
  it('says how far its chains go', async () => {
    expect(await stretchesOf(content)).toEqual([
      { partition: 0, from: 2, until: 12 },
      { partition: 3, from: 0, until: 4 },
    ]);
    expect(await stretchesOf(archive())).toEqual([]);
  });

  it('prints each message of a stretch once', async () => {
    expect(await printed('0:4-11', '3:0-2')).toEqual([
      ...['0:4=4', '0:5=5', '0:6=6', '0:7=7', '0:8=8', '0:9=9', '0:10=10'],
      ...['3:0=0', '3:1=1'],
    ]);
  });

  it.each(['3:0-5', '3:5-6', '0:1-3', '1:0-1'])('refuses what it has not whole: %s', async (stretch) => {
    await expect(printed(stretch)).rejects.toThrow(/does not have \d+ to \d+/);
  });

  it('understands what it is asked, and nothing else', () => {
    const stretch = { partition: 2, from: 100, until: 250 };
    expect(parseStretch(formatStretch(stretch))).toEqual(stretch);
    for (const text of ['', '1:2', '1:2-', 'a:1-2', '1:-2-3']) expect(() => parseStretch(text)).toThrow('no stretch');
  });
});
