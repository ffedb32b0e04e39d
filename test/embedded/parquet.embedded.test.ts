/**
 * Goal: DuckDB reads from a file of the archive what was written into it, whatever repeats in it or is missing.
 * Method: columns of each type and each encoding, present in different patterns, in files of different sizes; all is read
 * back by DuckDB, which shares no code with the writer.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBBlobValue } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import {
  encodeBooleans,
  encodeIntegers,
  encodeListed,
  encodeSequence,
  encodeTexts,
} from '../../src/runtimes/embedded/parquet/encode.js';
import { type Column, parquetBytes } from '../../src/runtimes/embedded/parquet/file.js';
import { parquetFiles } from '../../src/runtimes/embedded/parquet-file.js';
import { openSqlEngine } from '../../src/runtimes/embedded/sql-engine.js';

type Value = number | string | boolean | Uint8Array;

/** How a column's values are, and the column of those that are there. */
interface Kind {
  readonly type: Column['type'];
  readonly value: (row: number) => Value;
  readonly encode: (values: readonly Value[]) => Column['values'];
}

const integers = (values: readonly Value[]) => encodeIntegers(Float64Array.from(values as number[]), values.length);
const texts = (values: readonly Value[]) => {
  const all = values.map((value) => Buffer.from(value as string));
  // Each text lies within other bytes, as it does in a message.
  const sources = all.map((text) => Buffer.concat([Buffer.from('<'), text, Buffer.from('>')]));
  const starts = new Float64Array(all.length).fill(1);
  const ends = Float64Array.from(all, ({ length }) => length + 1);
  return encodeTexts({ count: all.length, source: (i) => sources[i]!, starts, ends });
};
const listed = ['apple', 'banana', 'caf\u00e9'];

const kinds: Readonly<Record<string, Kind>> = {
  one_number: { type: 'UTINYINT', value: () => 5, encode: integers },
  few_numbers: { type: 'BIGINT', value: (row) => (row * 7) % 11, encode: integers },
  some_numbers: { type: 'BIGINT', value: (row) => 1_763_000_000_000 + (row % 400), encode: integers },
  runs: { type: 'BIGINT', value: (row) => Math.floor(row / 100) * 100, encode: integers },
  unique_numbers: { type: 'BIGINT', value: (row) => row * 128_102_389_400 + 1, encode: integers },
  great_numbers: {
    type: 'BIGINT',
    value: (row) => (row % 3 === 0 ? Number.MAX_SAFE_INTEGER - row : row),
    encode: integers,
  },
  sequence: {
    type: 'BIGINT',
    value: (row) => 5_000_000_000 + row,
    encode: (values) => encodeSequence(values[0] as number, values.length),
  },
  one_text: { type: 'VARCHAR', value: () => 'sale', encode: texts },
  few_texts: { type: 'VARCHAR', value: (row) => `SNACK--${row % 126}`, encode: texts },
  some_texts: { type: 'VARCHAR', value: (row) => `m\u00e4chine ${row % 40_000}`, encode: texts },
  unique_texts: { type: 'VARCHAR', value: (row) => `1-${row}`, encode: texts },
  lengths: { type: 'VARCHAR', value: (row) => 'x'.repeat(row % 200), encode: texts },
  listed: {
    type: 'VARCHAR',
    value: (row) => listed[(row * row) % 3]!,
    encode: (values) =>
      encodeListed(
        Float64Array.from(values, (value) => listed.indexOf(value as string)),
        values.length,
        listed,
      ),
  },
  booleans: {
    type: 'BOOLEAN',
    value: (row) => row % 3 === 0,
    encode: (values) => encodeBooleans(Float64Array.from(values, Number), values.length),
  },
};

const presences: Readonly<Record<string, (row: number) => boolean>> = {
  all: () => true,
  none: () => false,
  some: (row) => row % 5 !== 2,
  few: (row) => row % 97 === 1,
};

const presenceOf = (flags: Uint8Array) => (!flags.includes(0) ? true : flags.includes(1) ? flags : false);

/** Each kind in each presence, and what stands in each row. */
function tableOf(rows: number) {
  const columns: Column[] = [];
  const expected = new Map<string, (Value | null)[]>();
  for (const [kindName, { type, value, encode }] of Object.entries(kinds)) {
    for (const [presenceName, isThere] of Object.entries(presences)) {
      // What comes one after the other has no gaps.
      if (kindName === 'sequence' && presenceName !== 'all') continue;
      const name = `${kindName}_${presenceName}`;
      const values = Array.from({ length: rows }, (_, row) => (isThere(row) ? value(row) : null));
      const flags = Uint8Array.from(values, (one) => (one === null ? 0 : 1));
      const present = values.filter((one) => one !== null);
      columns.push({ name, type, isThere: presenceOf(flags), values: encode(present) });
      expected.set(name, values);
    }
  }
  return { columns, expected };
}

describe('a Parquet file', () => {
  it.each([1, 7, 8, 9, 1_000, 2_100, 70_000])('of %i rows is read by DuckDB as it was written', async (rows) => {
    const folder = await mkdtemp(join(tmpdir(), 'snacklab-parquet-'));
    await using sql = await openSqlEngine();
    try {
      const { columns, expected } = tableOf(rows);
      const path = join(folder, 'file.parquet');
      await writeFile(path, parquetBytes(columns, rows));
      for (const [name, values] of expected) {
        const found = await sql.session(({ all }) => all(`SELECT ${name} AS value FROM ${parquetFiles([path])}`));
        const plain = found.map(({ value }) => (typeof value === 'bigint' ? Number(value) : value));
        // Compared as one: a mark for each of seventy thousand rows takes minutes.
        const wrong = values.findIndex((value, row) => value !== plain[row]);
        expect(found.length, name).toBe(rows);
        expect(wrong === -1 ? 'none' : { wrong, is: plain[wrong], wanted: values[wrong] }, name).toBe('none');
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('keeps any bytes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'snacklab-parquet-'));
    await using sql = await openSqlEngine();
    try {
      const values = [Buffer.alloc(0), Buffer.from([0, 255, 10, 0]), Buffer.alloc(900_000, 7)];
      const ends = Float64Array.from(values, ({ length }) => length);
      const encoded = encodeTexts({ count: 3, source: (i) => values[i]!, starts: new Float64Array(3), ends });
      const path = join(folder, 'file.parquet');
      const column = { name: 'value', type: 'BLOB', isThere: true, values: encoded } as const;
      await writeFile(path, parquetBytes([column], values.length));
      const rows = await sql.session(({ all }) => all(`SELECT value FROM ${parquetFiles([path])}`));
      expect(rows.map(({ value }) => Buffer.from((value as DuckDBBlobValue).bytes).equals(values.shift()!))).toEqual([
        true,
        true,
        true,
      ]);
      expect(rows[0]!.value).toBeInstanceOf(DuckDBBlobValue);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
