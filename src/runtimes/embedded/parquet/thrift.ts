/**
 * Thrift's compact protocol, as far as Parquet's headers need it: structs of integers, texts, lists and structs, written.
 * Source: Apache Thrift, "Thrift Compact protocol encoding". Pure.
 */

/** A value that a field may have. A struct lists its fields by number, ascending; one that is undefined is left out. */
export type ThriftValue =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly struct: ThriftStruct }
  | { readonly list: readonly ThriftValue[] };

export type ThriftStruct = Readonly<Record<number, ThriftValue | undefined>>;

const types = { i32: 5, i64: 6, text: 8, list: 9, struct: 12 } as const;

/** A struct's bytes. */
export function thriftBytes(struct: ThriftStruct): Buffer {
  const bytes: number[] = [];
  putStruct(bytes, struct);
  return Buffer.from(bytes);
}

function putStruct(into: number[], struct: ThriftStruct): void {
  let before = 0;
  for (const [key, value] of Object.entries(struct)) {
    if (value === undefined) continue;
    const id = Number(key);
    // None of Parquet's structs leaves out as many as fifteen.
    if (id - before > 15) throw new RangeError(`field ${id} after field ${before}`);
    into.push(((id - before) << 4) | typeOf(value));
    putValue(into, value);
    before = id;
  }
  into.push(0);
}

function putValue(into: number[], value: ThriftValue): void {
  if ('i32' in value) putZigzag(into, value.i32);
  else if ('i64' in value) putZigzag(into, value.i64);
  else if ('struct' in value) putStruct(into, value.struct);
  else if ('list' in value) putList(into, value.list);
  else {
    const bytes = Buffer.from(value.text);
    putVarint(into, bytes.length);
    into.push(...bytes);
  }
}

function putList(into: number[], list: readonly ThriftValue[]): void {
  const type = list[0] === undefined ? types.i32 : typeOf(list[0]);
  if (list.length < 15) into.push((list.length << 4) | type);
  else {
    into.push(0xf0 | type);
    putVarint(into, list.length);
  }
  for (const value of list) putValue(into, value);
}

function typeOf(value: ThriftValue): number {
  return types[Object.keys(value)[0] as keyof typeof types];
}

function putZigzag(into: number[], value: number): void {
  putVarint(into, value < 0 ? -2 * value - 1 : 2 * value);
}

/** Seven bits a byte, least significant first; for whole numbers from 0 to 2^53-1. */
export function putVarint(into: number[], value: number): void {
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) into.push((rest % 128) | 128);
  into.push(rest);
}
