/**
 * The stored form of a sum table: a slice is written once and always read whole, so it is one packed value, not a row
 * per key. Deflated JSON `[[keyParts, sums], …]` with sums as decimal texts, since they outgrow what JSON numbers keep.
 * The stream job writes the same form in Python.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { type SumTable, within64Bits } from '../sums/table.js';

type PackedRow = readonly [readonly unknown[], readonly (string | null)[]];

export function pack(table: SumTable): Buffer {
  const rows = [...table].map(([key, sums]) => [JSON.parse(key), sums.map((sum) => sum?.toString() ?? null)]);
  return deflateSync(JSON.stringify(rows));
}

/** Reads what `pack` or the stream job wrote. Throws on anything else: a damaged slice is never a number. */
export function unpack(packed: Uint8Array): SumTable {
  const rows = JSON.parse(inflateSync(packed).toString('utf8')) as readonly PackedRow[];
  return new Map(
    rows.map(([key, sums]) => [
      JSON.stringify(key),
      sums.map((sum) => (sum === null ? null : within64Bits(BigInt(sum)))),
    ]),
  );
}

/** A packed table as it was read, and what it is called among those that are read together. */
export interface Packed {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Unpacks what is read together, again and again, under one name. Throws as `unpack` does. */
export type Unpacker = (name: string, read: readonly Packed[]) => readonly SumTable[];

/**
 * A reader meets the same slices again and again until a base covers them, and to unpack them is most of what an answer
 * costs. So what was read last under a name is kept: the same id with equal bytes gives the same table, the very object;
 * other bytes never do.
 */
export function unpackingAgain(): Unpacker {
  const last = new Map<string, ReadonlyMap<string, { readonly bytes: Uint8Array; readonly table: SumTable }>>();
  return (name, read) => {
    const before = last.get(name);
    const now = read.map(({ id, bytes }) => {
      const known = before?.get(id);
      const table = known !== undefined && Buffer.compare(known.bytes, bytes) === 0 ? known.table : unpack(bytes);
      // The bytes of now: those of before would keep all that came with them from being freed.
      return [id, { bytes, table }] as const;
    });
    last.set(name, new Map(now));
    return now.map(([, { table }]) => table);
  };
}
