/**
 * Parquet's encodings of a column's values: what repeats as a dictionary and the places in it, all else plain. Codes take
 * whole bytes, so that nothing is packed bit by bit.
 * Source: Apache Parquet, "Encodings". Pure.
 */
import { putVarint } from './thrift.js';

export const encodings = { plain: 0, rle: 3, delta: 5, dictionary: 8 } as const;

/** The values of a column that are there, encoded. */
export interface EncodedValues {
  /** The distinct values, plainly; undefined where they do not repeat. */
  readonly dictionary: { readonly bytes: Uint8Array; readonly values: number } | undefined;
  /** Whether each is one more than the one before, and only the first is written. */
  readonly isSequence?: boolean;
  readonly bytes: readonly Uint8Array[];
}

/** Texts or bytes: each lies in `source(i)` from `starts[i]` to `ends[i]`. */
export interface TextValues {
  readonly count: number;
  readonly source: (i: number) => Uint8Array;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

/** Codes of two bytes. */
const distinctMax = 65_536;
/** Of so many values each must be there four times, or they are written plainly: looking for them costs more than bytes. */
const triedFirst = 1024;
const timesThere = 4;

const isWorthIt = (distinct: number, of: number) =>
  distinct <= distinctMax && (of < triedFirst || timesThere * distinct <= of);
/** A power of two, for a table that is never more than half full. */
const slotsFor = (count: number) => 2 ** Math.ceil(Math.log2(2 * Math.min(count, distinctMax) + 2));

/** Codes into a dictionary that is known beforehand. */
export function encodeListed(codes: Float64Array, count: number, listed: readonly string[]): EncodedValues {
  const texts = listed.map((text) => Buffer.from(text));
  const all = { count: texts.length, source: (i: number) => texts[i]!, starts: new Float64Array(texts.length) };
  const dictionary = plainTexts({ ...all, ends: Float64Array.from(texts, ({ length }) => length) });
  return { dictionary: { bytes: dictionary, values: listed.length }, bytes: codesOf(codes, count, listed.length) };
}

export function encodeTexts(texts: TextValues): EncodedValues {
  const found = texts.count === 0 ? undefined : distinctTexts(texts);
  if (found === undefined) return { dictionary: undefined, bytes: [plainTexts(texts)] };
  const { codes, firsts } = found;
  const at = (i: number) => firsts[i]!;
  const dictionary = plainTexts({
    count: firsts.length,
    source: (i) => texts.source(at(i)),
    starts: Float64Array.from(firsts, (i) => texts.starts[i]!),
    ends: Float64Array.from(firsts, (i) => texts.ends[i]!),
  });
  return {
    dictionary: { bytes: dictionary, values: firsts.length },
    bytes: codesOf(codes, texts.count, firsts.length),
  };
}

/** Whole numbers from 0 to 2^53-1. */
export function encodeIntegers(values: Float64Array, count: number): EncodedValues {
  const found = count === 0 ? undefined : distinctIntegers(values, count);
  if (found === undefined) return { dictionary: undefined, bytes: [plainIntegers(values, count)] };
  const { codes, distinct } = found;
  const dictionary = plainIntegers(Float64Array.from(distinct), distinct.length);
  return { dictionary: { bytes: dictionary, values: distinct.length }, bytes: codesOf(codes, count, distinct.length) };
}

const block = { values: 128, parts: 4 } as const;

/** `count` whole numbers from `first` on, each one more than the one before: differences of which none needs a bit. */
export function encodeSequence(first: number, count: number): EncodedValues {
  const bytes: number[] = [];
  for (const number of [block.values, block.parts, count, 2 * first]) putVarint(bytes, number);
  const alike = [2, ...new Array<number>(block.parts).fill(0)];
  for (let at = 1; at < count; at += block.values) bytes.push(...alike);
  return { dictionary: undefined, isSequence: true, bytes: [Uint8Array.from(bytes)] };
}

/** Eight a byte. */
export function encodeBooleans(values: Float64Array, count: number): EncodedValues {
  const bytes = new Uint8Array(Math.ceil(count / 8));
  for (let i = 0; i < count; i++) bytes[i >>> 3]! |= values[i]! << (i & 7);
  return { dictionary: undefined, bytes: [bytes] };
}

/** Which rows have a value, as levels of one bit after their length: a run where all are alike. */
export function encodePresence(isThere: Uint8Array | boolean, count: number): Uint8Array {
  const levels: number[] = [];
  if (typeof isThere === 'boolean') {
    putVarint(levels, count * 2);
    levels.push(isThere ? 1 : 0);
    return withLength(levels, new Uint8Array(0));
  }
  const groups = Math.ceil(count / 8);
  putVarint(levels, groups * 2 + 1);
  const bits = new Uint8Array(groups);
  for (let i = 0; i < count; i++) bits[i >>> 3]! |= isThere[i]! << (i & 7);
  return withLength(levels, bits);
}

function withLength(head: readonly number[], rest: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4 + head.length + rest.length);
  bytes.writeUInt32LE(head.length + rest.length);
  bytes.set(head, 4);
  bytes.set(rest, 4 + head.length);
  return bytes;
}

/** The width of a code, and then all codes: as one run where there is only one, else as groups of eight. */
function codesOf(codes: Float64Array | Uint16Array, count: number, distinct: number): readonly Uint8Array[] {
  const width = distinct <= 256 ? 8 : 16;
  const head = [width];
  if (distinct === 1) {
    putVarint(head, count * 2);
    return [Uint8Array.from([...head, 0])];
  }
  const groups = Math.ceil(count / 8);
  putVarint(head, groups * 2 + 1);
  const bytes = new Uint8Array((groups * 8 * width) / 8);
  if (width === 8) for (let i = 0; i < count; i++) bytes[i] = codes[i]!;
  else {
    for (let i = 0; i < count; i++) {
      bytes[2 * i] = codes[i]! & 255;
      bytes[2 * i + 1] = codes[i]! >>> 8;
    }
  }
  return [Uint8Array.from(head), bytes];
}

function distinctIntegers(values: Float64Array, count: number) {
  const codes = new Uint16Array(count);
  const known = new Map<number, number>();
  const small = new Int32Array(smallerThan).fill(-1);
  const distinct: number[] = [];
  let last = Number.NaN;
  let code = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    // Times and prices often come in runs.
    if (value !== last) {
      last = value;
      const found = value < smallerThan ? small[value]! : (known.get(value) ?? -1);
      code = found === -1 ? distinct.length : found;
      if (found === -1) {
        distinct.push(value);
        if (!isWorthIt(distinct.length, i)) return undefined;
        if (value < smallerThan) small[value] = code;
        else known.set(value, code);
      }
    }
    codes[i] = code;
  }
  return { codes, distinct };
}

/** Looked up by place, the others by hash. */
const smallerThan = 4096;

/** Each text's code, and for each code the first text that has it. */
function distinctTexts({ count, source, starts, ends }: TextValues) {
  const codes = new Uint16Array(count);
  const firsts: number[] = [];
  const slots = new Int32Array(slotsFor(count)).fill(-1);
  for (let i = 0; i < count; i++) {
    const bytes = source(i);
    const start = starts[i]!;
    const length = ends[i]! - start;
    let slot = hashOf(bytes, start, length) & (slots.length - 1);
    let code = slots[slot]!;
    while (code !== -1) {
      const first = firsts[code]!;
      if (ends[first]! - starts[first]! === length && isSame(bytes, start, source(first), starts[first]!, length))
        break;
      slot = (slot + 1) & (slots.length - 1);
      code = slots[slot]!;
    }
    if (code === -1) {
      code = firsts.length;
      slots[slot] = code;
      firsts.push(i);
      if (!isWorthIt(firsts.length, i)) return undefined;
    }
    codes[i] = code;
  }
  return { codes, firsts };
}

function hashOf(bytes: Uint8Array, start: number, length: number): number {
  let hash = length;
  for (let i = start; i < start + length; i++) hash = Math.imul(hash, 0x0100_0193) ^ bytes[i]!;
  return hash ^ (hash >>> 15);
}

function isSame(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

function plainTexts({ count, source, starts, ends }: TextValues): Uint8Array {
  let size = 4 * count;
  for (let i = 0; i < count; i++) size += ends[i]! - starts[i]!;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const from = source(i);
    const start = starts[i]!;
    const length = ends[i]! - start;
    for (let byte = 0; byte < 4; byte++) bytes[at++] = length >>> (8 * byte);
    if (length > copiedByByte) bytes.set(from.subarray(start, start + length), at);
    else for (let k = 0; k < length; k++) bytes[at + k] = from[start + k]!;
    at += length;
  }
  return bytes;
}

/** A call costs as much as so many bytes. */
const copiedByByte = 64;

function plainIntegers(values: Float64Array, count: number): Uint8Array {
  const bytes = new Uint8Array(8 * count);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) {
    view.setUint32(8 * i, values[i]! % 2 ** 32, true);
    view.setUint32(8 * i + 4, Math.floor(values[i]! / 2 ** 32), true);
  }
  return bytes;
}
