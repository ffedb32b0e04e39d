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
export type Unpack = (packed: Uint8Array) => SumTable;

/** How much is remembered: so many tables, each of no more than so many packed bytes. */
export interface UnpackingMemory {
  readonly tablesMax: number;
  readonly bytesMax: number;
}

/**
 * A reader meets the same slices again and again until a base covers them. So they are remembered by their bytes: equal ones
 * give the same table, the very object, without being read again, which is most of what an answer costs; other bytes never do.
 */
export function unpackingAgain({ tablesMax, bytesMax }: UnpackingMemory): Unpack {
  const remembered = new Map<number, { readonly bytes: Buffer; readonly table: SumTable }>();
  return (packed) => {
    if (packed.length > bytesMax) return unpackBytes(packed);
    let key = fingerprint(packed);
    // The place of others: the next one is as good, since bytes are compared.
    while (remembered.get(key)?.bytes.equals(packed) === false) key++;
    const known = remembered.get(key) ?? { bytes: Buffer.from(packed), table: unpackBytes(packed) };
    // The one that was wanted last goes to the end, so that the first is the one to forget.
    remembered.delete(key);
    remembered.set(key, known);
    if (remembered.size > tablesMax) remembered.delete(remembered.keys().next().value!);
    return known.table;
  };
}

/**
 * Where bytes are looked for: by the checksum of what was packed, with which deflated bytes end, and by their length. Others
 * may have the same.
 */
function fingerprint(packed: Uint8Array): number {
  const { buffer, byteOffset, length } = packed;
  const checksum = length < 4 ? 0 : new DataView(buffer, byteOffset).getUint32(length - 4);
  return checksum * 2 ** 20 + (length % 2 ** 20);
}

/** For services, which read each slice once or a few times. Bases of many keys are not remembered. */
export const unpack: Unpack = unpackingAgain({ tablesMax: 512, bytesMax: 65_536 });

function unpackBytes(packed: Uint8Array): SumTable {
  const rows = JSON.parse(inflateSync(packed).toString('utf8')) as readonly PackedRow[];
  return new Map(
    rows.map(([key, sums]) => [
      JSON.stringify(key),
      sums.map((sum) => (sum === null ? null : within64Bits(BigInt(sum)))),
    ]),
  );
}
