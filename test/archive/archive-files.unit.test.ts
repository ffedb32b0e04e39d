/** Goal: where an archive begins, which of its files go, and what is read of their bytes. Method: files as plain values. */
import { describe, expect, it } from 'vitest';
import { coveredRemover } from '../../src/archive/covered-remover.js';
import { encodeLines, headerLine } from '../../src/archive/lines.js';
import { archiveOrigin } from '../../src/archive/origin.js';
import { messagesIn } from '../../src/archive/read-lines.js';
import type { ArchiveFile } from '../../src/runtimes/ports.js';

const file = (partition: number, from: number, until: number, level = 0): ArchiveFile => ({
  ...{ level, partition, from, until, bytes: until - from },
  path: `${level}/${partition}-${from}`,
});

describe('an archive’s origin', () => {
  it('is where its files begin, else where the pipeline does, or in Kappa where the log still does', () => {
    expect(archiveOrigin([file(0, 7, 9), file(0, 5, 7)], [2, 3, 4], undefined)).toEqual([5, 3, 4]);
    expect(archiveOrigin([file(0, 5, 7)], [2, 3, 4], [9, 9, 1])).toEqual([5, 9, 4]);
  });
});

describe('files that a merge has replaced', () => {
  it('are removed when nobody can be reading them any more', async () => {
    const files = [file(0, 0, 3), file(0, 3, 6), file(0, 0, 6, 1), file(0, 6, 9)];
    const removed: string[] = [];
    const remover = coveredRemover({ list: async () => files, remove: async (path) => void removed.push(path) }, 100);
    await remover(1000);
    await remover(1099);
    expect(removed).toEqual([]);
    await remover(1100);
    expect(removed).toEqual(['0/0-0', '0/0-3']);
  });
});

describe('reading lines', () => {
  it('finds the messages wherever the pieces end, and refuses a line without an end', async () => {
    const values = [Buffer.from('{"a":1}'), null, Buffer.from('x\n\ty'), Buffer.from(''), Buffer.from('ü')];
    const lines = encodeLines(values.map((value, offset) => ({ partition: 1, offset, timestampMs: 0, value })));
    const text = Buffer.concat([Buffer.from(headerLine(file(1, 0, 5))), lines]);
    for (let size = 1; size <= text.length; size++) {
      const read: [number, string | undefined][] = [];
      for await (const some of messagesIn(pieces(text, size))) {
        for (const { offset, value } of some) read.push([offset, value === null ? undefined : String(value)]);
      }
      expect(read).toEqual(values.map((value, offset) => [offset, value === null ? undefined : String(value)]));
    }
    const cutOff = async () => {
      for await (const _ of messagesIn(pieces(text.subarray(0, -1), 20)));
    };
    await expect(cutOff()).rejects.toThrow('the last line has no end');
  });
});

async function* pieces(text: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
}
