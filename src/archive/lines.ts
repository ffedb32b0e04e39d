/**
 * The archive's text: one message a line, `partition TAB offset TAB value`, that survives any bytes.
 * A value is `j` and its own text where that is UTF-8 without line breaks and tabs, else `b` and base64, or `n` for null.
 * A file begins with a `#` line that says what it holds; lines with `#` are not messages. Pure.
 */
import { isUtf8 } from 'node:buffer';
import type { ArchiveRange, Message } from '../runtimes/ports.js';

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** The first line of a file: what it holds. Its length is bounded, so that it can be read alone. */
export function headerLine(range: ArchiveRange): string {
  return `#snacklab-archive 1 ${range.level} ${range.partition} ${range.from} ${range.until}\n`;
}

/** More bytes than any header has. */
export const headerBytesMax = 128;

/** Reads a header. Throws on anything else: a damaged file is never taken for an empty one. */
export function parseHeader(text: string): ArchiveRange {
  const match = /^#snacklab-archive 1 (\d+) (\d+) (\d+) (\d+)\n/.exec(text);
  if (match === null) throw new Error(`not the header of an archive file: ${JSON.stringify(text.slice(0, 80))}`);
  const [level, partition, from, until] = match.slice(1).map(Number);
  return { level: level!, partition: partition!, from: from!, until: until! };
}

/** The lines of these messages. */
export function encodeLines(messages: readonly Message[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const { partition, offset, value } of messages) {
    const place = `${partition}\t${offset}\t`;
    if (value === null) parts.push(Buffer.from(`${place}n\n`));
    else if (isPlain(value)) parts.push(Buffer.from(`${place}j`), value, newline);
    else parts.push(Buffer.from(`${place}b${Buffer.from(value).toString('base64')}\n`));
  }
  return Buffer.concat(parts);
}

const newline = Buffer.from('\n');

/** The message in one line (without its line feed), or undefined for a header. Throws on anything else. */
export function decodeLine(line: Buffer): Pick<Message, 'partition' | 'offset' | 'value'> | undefined {
  if (line[0] === 0x23) return undefined;
  const first = line.indexOf(tab);
  const second = line.indexOf(tab, first + 1);
  const partition = digits(line, 0, first);
  const offset = digits(line, first + 1, second);
  switch (line[second + 1]) {
    case 0x6a:
      return { partition, offset, value: line.subarray(second + 2) };
    case 0x62:
      return { partition, offset, value: Buffer.from(line.toString('latin1', second + 2), 'base64') };
    case 0x6e:
      return { partition, offset, value: null };
    default:
      throw damaged(line);
  }
}

function digits(line: Buffer, from: number, until: number): number {
  if (until <= from) throw damaged(line);
  let number = 0;
  for (let i = from; i < until; i++) {
    const digit = line[i]! - 0x30;
    if (digit < 0 || digit > 9) throw damaged(line);
    number = number * 10 + digit;
  }
  return number;
}

function damaged(line: Buffer): Error {
  return new Error(`not a line of the archive: ${JSON.stringify(line.toString('latin1', 0, 80))}`);
}

function isPlain(value: Uint8Array): boolean {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  // Hadoop's line reader ends a line at a line feed, a carriage return, or both.
  return !bytes.includes(lineFeed) && !bytes.includes(carriageReturn) && !bytes.includes(tab) && isUtf8(bytes);
}
