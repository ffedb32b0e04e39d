/** Reads record batches as a broker does, by plain code of its own; the checksum bit by bit. */

export interface StoredMessage {
  readonly key: string;
  readonly value: Uint8Array | null;
}

export interface ReadBatch {
  readonly producerId: bigint;
  readonly epoch: number;
  readonly sequence: number;
  readonly timestampMs: number;
  readonly messages: readonly StoredMessage[];
}

/** Throws where anything is not as Kafka's documentation of magic 2 has it. */
export function readBatch(bytes: Uint8Array): ReadBatch {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.readInt32BE(8) !== view.length - 12) throw new Error('wrong batch length');
  if (view.readInt8(16) !== 2) throw new Error('wrong magic');
  if (view.readUInt32BE(17) !== slowCrc32c(view.subarray(21))) throw new Error('wrong checksum');
  if (view.readInt16BE(21) !== 0) throw new Error('wrong attributes');
  const count = view.readInt32BE(57);
  if (view.readInt32BE(23) !== count - 1) throw new Error('wrong last offset');
  if (view.readBigInt64BE(27) !== view.readBigInt64BE(35)) throw new Error('timestamps differ');
  return {
    producerId: view.readBigInt64BE(43),
    epoch: view.readInt16BE(51),
    sequence: view.readInt32BE(53),
    timestampMs: Number(view.readBigInt64BE(27)),
    messages: readRecords(view.subarray(61), count),
  };
}

function readRecords(bytes: Buffer, count: number): StoredMessage[] {
  let at = 0;
  const varint = () => {
    let raw = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes.readUInt8(at++);
      raw += (byte & 127) * 2 ** shift;
      if (byte < 128) return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
    }
  };
  const take = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const messages = Array.from({ length: count }, (_, i) => {
    const length = varint();
    const end = at + length;
    if (take(1)[0] !== 0 || varint() !== 0 || varint() !== i) throw new Error(`record ${i} begins wrongly`);
    const key = take(varint()).toString();
    const size = varint();
    const value = size < 0 ? null : Uint8Array.from(take(size));
    if (varint() !== 0 || at !== end) throw new Error(`record ${i} ends wrongly`);
    return { key, value };
  });
  if (at !== bytes.length) throw new Error('bytes are left over');
  return messages;
}

export function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
