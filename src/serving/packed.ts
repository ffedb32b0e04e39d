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

/** A reader meets the same slices again and again until a base covers them; so many are remembered by their bytes. */
const rememberedMax = 512;
const rememberedBytesMax = 65_536;
const remembered = new Map<string, SumTable>();

/**
 * Reads what `pack` or the stream job wrote. Throws on anything else: a damaged slice is never a number.
 * Equal bytes give the same table without being read again, which is most of what an answer costs; other bytes never do.
 */
export function unpack(packed: Uint8Array): SumTable {
  if (packed.length > rememberedBytesMax) return unpackBytes(packed);
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.length).toString('latin1');
  const known = remembered.get(bytes);
  // The one that was wanted last goes to the end, so that the first is the one to forget.
  if (known !== undefined) remembered.delete(bytes);
  const table = known ?? unpackBytes(packed);
  remembered.set(bytes, table);
  if (remembered.size > rememberedMax) remembered.delete(remembered.keys().next().value!);
  return table;
}

function unpackBytes(packed: Uint8Array): SumTable {
  const rows = JSON.parse(inflateSync(packed).toString('utf8')) as readonly PackedRow[];
  return new Map(
    rows.map(([key, sums]) => [
      JSON.stringify(key),
      sums.map((sum) => (sum === null ? null : within64Bits(BigInt(sum)))),
    ]),
  );
}
