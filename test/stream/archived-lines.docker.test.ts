/**
 * Goal: what the archive wrote is what the stream job reads back, whatever bytes the messages are of.
 * Method: lines of the corpus, of malformed messages and of nasty bytes, as src/archive/lines.ts writes them, read by the
 * stream job's own Spark SQL in a local Spark in its image; ranges that begin and end within files.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { encodeLines, headerLine } from '../../src/archive/lines.js';
import { corpus } from '../events/corpus.js';
import { malformedMessages } from '../events/malformed.js';
import { hangMs } from '../lab/cli.js';
import { sparkImage } from './spark-image.js';

type Range = readonly [partition: number, start: number, until: number, paths: readonly string[]];

const nasty = ['', '#snacklab-archive 1 0 0 0 9', 'a\tb', 'a\nb', 'a\rb', 'j', '\u0000', '\u2028\u0085', '"', "\\t'"];
const values: readonly (Uint8Array | null)[] = [
  ...[null, ...nasty.map((text) => Buffer.from(text)), Buffer.from([0xff, 0xfe, 0x00, 0xc3])],
  ...corpus.map(({ value }) => value),
  ...malformedMessages(20261121, 500),
].filter((value) => value === null || value.length < 100_000);

const message = (partition: number, offset: number) => ({
  ...{ partition, offset, timestampMs: 0 },
  value: values[(offset + partition * 100) % values.length]!,
});
const some = (partition: number, from: number, until: number) =>
  Array.from({ length: until - from }, (_, i) => message(partition, from + i));

function fileOf(partition: number, from: number, until: number): Buffer {
  const header = headerLine({ level: 0, partition, from, until });
  return Buffer.concat([Buffer.from(header), encodeLines(some(partition, from, until))]);
}

type Read = readonly [word: string, value: unknown];

/** For each read the word that the program in the image printed, and the value after it. */
function inSpark(files: Readonly<Record<string, Buffer>>, reads: readonly (readonly Range[])[]): readonly Read[] {
  const program = readFileSync(new URL('./read_archive.py', import.meta.url), 'utf8');
  const python = ['/opt/py/bin/python', '-c', program, '/opt/snacklab'];
  const encoded = Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path, bytes.toString('base64')]));
  const { stdout, stderr } = spawnSync(
    'docker',
    ['run', '--rm', '-i', '--network', 'none', '--hostname', 'localhost', sparkImage(), ...python],
    { input: JSON.stringify({ files: encoded, reads }), encoding: 'utf8', timeout: hangMs, maxBuffer: 1 << 28 },
  );
  const lines = [...stdout.matchAll(/^(MESSAGES|ERROR) (.*)$/gm)];
  expect(lines, stderr.slice(-2000)).toHaveLength(reads.length);
  return lines.map(([, word, value]) => [word!, JSON.parse(value!)]);
}

const half = Math.floor(values.length / 2);
const [first, second, other] = ['/tmp/a/0/0-0', '/tmp/a/1/0-1', '/tmp/a/0/1-0'] as const;
const damaged = ['0\t0\tx\n', '0\tx\tjy\n', '0\t0\n', 'hello\n'];
const damagedFile = (i: number) => `/tmp/damaged/${i}`;

describe.runIf(inject('docker'))('the stream job reads the archive', () => {
  let reads: readonly Read[];

  beforeAll(() => {
    const files = {
      [first]: fileOf(0, 0, half),
      // As a merge makes it: the headers of its parts are in it.
      [second]: Buffer.concat([fileOf(0, half, half + 7), fileOf(0, half + 7, values.length)]),
      [other]: fileOf(1, 0, 50),
      ...Object.fromEntries(damaged.map((line, i) => [damagedFile(i), Buffer.from(line)])),
    };
    const whole: Range[] = [
      [0, 3, values.length - 5, [first, second]],
      [1, 10, 50, [other]],
    ];
    reads = inSpark(files, [whole, ...damaged.map((_, i): Range[] => [[0, 0, 1, [damagedFile(i)]]])]);
  });

  it('as it was written, from the middle of a file to the middle of another, of several partitions', () => {
    const [word, read] = reads[0] as [string, [number, number, string | null][]];
    expect(word).toBe('MESSAGES');
    const expected = [...some(0, 3, values.length - 5), ...some(1, 10, 50)].map(({ partition, offset, value }) => [
      ...[partition, offset],
      value === null ? null : Buffer.from(value).toString('base64'),
    ]);
    expect(read.sort((a, b) => a[0] - b[0] || a[1] - b[1])).toEqual(expected);
  });

  it.each(damaged.map((line, i) => [line, i + 1] as const))('and takes no damaged line (%j) for a message', (_, i) => {
    expect(reads[i]![0]).toBe('ERROR');
  });
});
