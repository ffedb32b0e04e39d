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
