/**
 * A Parquet file of one row group, a page a column, uncompressed. It has what the archive's columns need and no more:
 * no nested columns, no statistics, no checksums (the file's name holds one).
 * Source: Apache Parquet, "File Format" and parquet.thrift. Pure.
 */
import { type EncodedValues, encodePresence, encodings } from './encode.js';
import { type ThriftStruct, thriftBytes } from './thrift.js';

/** Types as DuckDB reads and writes them. */
export type ColumnType = 'UTINYINT' | 'BIGINT' | 'BLOB' | 'VARCHAR' | 'BOOLEAN';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Which rows have a value: 1 or 0 each, or all or none of them. */
  readonly isThere: Uint8Array | boolean;
  /** Of the rows that have one. */
  readonly values: EncodedValues;
}

const physical: Readonly<Record<ColumnType, { readonly type: number; readonly converted: number | undefined }>> = {
  UTINYINT: { type: 1, converted: 11 },
  BIGINT: { type: 2, converted: 18 },
  BLOB: { type: 6, converted: undefined },
  VARCHAR: { type: 6, converted: 0 },
  BOOLEAN: { type: 0, converted: undefined },
};

const magic = Buffer.from('PAR1');
const pageTypes = { data: 0, dictionary: 2 } as const;
const optional = 1;

/** The file's bytes, in parts. */
export function parquetBytes(columns: readonly Column[], rows: number): readonly Uint8Array[] {
  const parts: Uint8Array[] = [magic];
  let at = magic.length;
  const chunks: ThriftStruct[] = [];
  for (const column of columns) {
    const { pages, dictionaryBytes, bytes } = chunkOf(column, rows);
    parts.push(...pages);
    chunks.push(chunkMetadata(column, rows, at, dictionaryBytes, bytes));
    at += bytes;
  }
  const footer = thriftBytes(fileMetadata(columns, rows, chunks, at - magic.length));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return [...parts, footer, length, magic];
}

function chunkOf({ isThere, values }: Column, rows: number) {
  const dictionary =
    values.dictionary === undefined
      ? []
      : page(pageTypes.dictionary, [values.dictionary.bytes], {
          7: { struct: { 1: { i32: values.dictionary.values }, 2: { i32: encodings.plain } } },
        });
  const data = page(pageTypes.data, [encodePresence(isThere, rows), ...values.bytes], {
    5: {
      struct: {
        1: { i32: rows },
        2: { i32: encodingOf(values) },
        3: { i32: encodings.rle },
        4: { i32: encodings.rle },
      },
    },
  });
  const dictionaryBytes = lengthOf(dictionary);
  return { pages: [...dictionary, ...data], dictionaryBytes, bytes: dictionaryBytes + lengthOf(data) };
}

function encodingOf({ dictionary, isSequence }: EncodedValues): number {
  if (isSequence === true) return encodings.delta;
  return dictionary === undefined ? encodings.plain : encodings.dictionary;
}

const lengthOf = (parts: readonly Uint8Array[]) => parts.reduce((sum, { length }) => sum + length, 0);

function page(type: number, content: readonly Uint8Array[], header: ThriftStruct): readonly Uint8Array[] {
  const size = { i32: lengthOf(content) };
  return [thriftBytes({ 1: { i32: type }, 2: size, 3: size, ...header }), ...content];
}

function chunkMetadata(
  { name, type, values }: Column,
  rows: number,
  at: number,
  dictionaryBytes: number,
  bytes: number,
): ThriftStruct {
  // A dictionary is written plainly itself.
  const used = [...new Set([encodings.plain, encodings.rle, encodingOf(values)])];
  return {
    2: { i64: at },
    3: {
      struct: {
        1: { i32: physical[type].type },
        2: { list: used.map((i32) => ({ i32 })) },
        3: { list: [{ text: name }] },
        4: { i32: 0 },
        5: { i64: rows },
        6: { i64: bytes },
        7: { i64: bytes },
        9: { i64: at + dictionaryBytes },
        11: dictionaryBytes === 0 ? undefined : { i64: at },
      },
    },
  };
}

function fileMetadata(
  columns: readonly Column[],
  rows: number,
  chunks: readonly ThriftStruct[],
  bytes: number,
): ThriftStruct {
  const elements = columns.map(({ name, type }) => {
    const { type: stored, converted } = physical[type];
    return {
      struct: {
        1: { i32: stored },
        3: { i32: optional },
        4: { text: name },
        6: converted === undefined ? undefined : { i32: converted },
      },
    };
  });
  const group = { 1: { list: chunks.map((struct) => ({ struct })) }, 2: { i64: bytes }, 3: { i64: rows } };
  return {
    1: { i32: 1 },
    2: { list: [{ struct: { 4: { text: 'schema' }, 5: { i32: columns.length } } }, ...elements] },
    3: { i64: rows },
    4: { list: [{ struct: group }] },
    6: { text: 'snacklab' },
  };
}
