import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainOf, coverage, covered, filesUpTo, nextMerge } from '../../src/archive/chain.js';
import { decodeLine, encodeLines, headerBytesMax, headerLine, parseHeader } from '../../src/archive/lines.js';
import type { ArchiveFile } from '../../src/runtimes/ports.js';

const file = (level: number, partition: number, from: number, until: number, bytes = 1): ArchiveFile => ({
  level,
  partition,
  from,
  until,
  bytes,
  path: `${level}/${partition}-${from}`,
});

describe('the chain of archive files', () => {
  it('ends where the next file does not begin', () => {
    const files = [file(0, 0, 0, 10), file(0, 0, 10, 15), file(0, 0, 16, 20)];
    expect(chainOf(files, 0, 0).until).toBe(15);
  });

  it('counts no message twice when a merged file and its parts are both there', () => {
    const files = [file(0, 0, 0, 10), file(0, 0, 10, 15), file(1, 0, 0, 15), file(0, 0, 15, 17)];
    expect(chainOf(files, 0, 0).files.map((f) => f.path)).toEqual(['1/0-0', '0/0-15']);
    expect(covered(files).map((f) => f.path)).toEqual(['0/0-0', '0/0-10']);
  });

  it('begins at the origin, and reads only what the cut needs', () => {
    const files = [file(0, 0, 5, 10), file(0, 0, 10, 15), file(0, 1, 0, 4)];
    expect(coverage(files, [5, 0])).toEqual([15, 4]);
    expect(filesUpTo(files, [5, 0], [10, 2]).map((f) => f.path)).toEqual(['0/0-5', '0/1-0']);
    expect(coverage(files, [0, 0])).toEqual([0, 4]);
  });

  it('merges a run of one level, never across a larger file and never beyond the size', () => {
    const limits = { filesPerMerge: 3, bytesMax: 10, levelMax: 1 };
    const chain = (...files: ArchiveFile[]) => nextMerge(chainOf(files, 0, 0), limits)?.map((f) => f.path);
    expect(chain(file(0, 0, 0, 1), file(0, 0, 1, 2), file(0, 0, 2, 3))).toEqual(['0/0-0', '0/0-1', '0/0-2']);
    expect(chain(file(0, 0, 0, 1), file(1, 0, 1, 2), file(0, 0, 2, 3))).toBeUndefined();
    expect(chain(file(0, 0, 0, 1), file(0, 0, 1, 2, 9), file(0, 0, 2, 3))).toBeUndefined();
    expect(chain(file(1, 0, 0, 1), file(1, 0, 1, 2), file(1, 0, 2, 3))).toBeUndefined();
  });
});

describe('the lines of the archive', () => {
  it('keep any bytes, and stay one line each', () => {
    const value = fc.option(
      fc.oneof(
        fc.uint8Array({ maxLength: 50 }),
        fc.string().map((s) => Buffer.from(s)),
      ),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 10 }), (values) => {
        const messages = values.map((v, offset) => ({ partition: 3, offset, timestampMs: 0, value: v }));
        const text = encodeLines(messages);
        expect(text.includes('\r')).toBe(false);
        const lines = splitLines(text);
        expect(lines.map((line) => plain(decodeLine(line)))).toEqual(messages.map((m) => plain(m)));
      }),
      {
        examples: [
          [[Buffer.from('a\nb\tc\rd'), null, Buffer.from([0xff, 0xfe]), Buffer.from(''), Buffer.from('{"a":1}')]],
        ],
      },
    );
  });

  it.each(['', 'x', '1\t2', '1\t2\tx', '\t2\tjx', '1\tx\tjx'])(
    'that are damaged (%j) are an error, never skipped',
    (line) => {
      expect(() => decodeLine(Buffer.from(line))).toThrow('not a line of the archive');
    },
  );

  it('begin with a header that says what the file holds', () => {
    const range = { level: 2, partition: 3, from: 2 ** 50, until: 2 ** 51 };
    expect(headerLine(range).length).toBeLessThan(headerBytesMax);
    expect(parseHeader(headerLine(range))).toEqual(range);
    expect(decodeLine(Buffer.from(headerLine(range).trimEnd()))).toBeUndefined();
    expect(() => parseHeader('#snacklab-archive 2 0 0 0 1\n')).toThrow('not the header');
  });
});

function splitLines(text: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(0x0a, start);
    lines.push(text.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

function plain(message: { partition: number; offset: number; value: Uint8Array | null } | undefined) {
  return [message?.partition, message?.offset, message?.value && Buffer.from(message.value).toString('hex')];
}
