/**
 * Record batches, the form in which Kafka stores and sends messages (magic 2; Kafka documentation, "Record Batch").
 * Values are written in place into the bytes that go out, so that a message is never copied. Uncompressed.
 */
import { crc32c } from './crc32c.js';

/** One partition's messages of one send, growing; `bytes` begins with the header, which `sealBatch` fills in. */
export interface RecordBatch {
  readonly partition: number;
  readonly timestampMs: number;
  bytes: Uint8Array;
  view: DataView;
  /** Bytes in use, header included. */
  length: number;
  messages: number;
}

/** Who sends: what makes a repeated send recognisable to the broker. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly epoch: number;
}

const headerBytes = 61;

/** An empty batch. All its messages carry this timestamp. */
export function newBatch(partition: number, timestampMs: number, capacity: number): RecordBatch {
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(headerBytes + capacity).buffer);
  return { partition, timestampMs, bytes, view: new DataView(bytes.buffer), length: headerBytes, messages: 0 };
}

/**
 * Begins a message whose value the caller writes into the batch's bytes, from the returned position on and at most
 * `longest` bytes; `endInPlace` ends it. Nothing else may be added in between.
 */
export function beginInPlace(batch: RecordBatch, key: Uint8Array, longest: number): number {
  makeRoom(batch, longest + key.length + 32);
  return putKey(batch, batch.length + 2, key) + 2;
}

/** Ends a message at `end`. Its value must be 64 to 8,000 bytes long: then both of its lengths are two bytes each. */
export function endInPlace(batch: RecordBatch, valueAt: number, end: number): void {
  const size = end - valueAt;
  if (size < 64 || size > 8000) throw new RangeError(`a value of ${size} bytes is written in place, not of 64 to 8000`);
  putVarint(batch.bytes, valueAt - 2, size);
  batch.bytes[end] = 0; // no headers
  putVarint(batch.bytes, batch.length, end + 1 - (batch.length + 2));
  batch.length = end + 1;
  batch.messages++;
}

/** Adds a message of any length; null is one without a value. */
export function append(batch: RecordBatch, key: Uint8Array, value: Uint8Array | null): void {
  const size = value?.length ?? 0;
  makeRoom(batch, size + key.length + 32);
  const keyEnd = putKey(batch, batch.length, key);
  const bodyBytes = keyEnd - batch.length + varintBytes(value === null ? -1 : size) + size + 1;
  let at = putVarint(batch.bytes, batch.length, bodyBytes);
  at = putKey(batch, at, key);
  at = putVarint(batch.bytes, at, value === null ? -1 : size);
  if (value !== null) batch.bytes.set(value, at);
  batch.bytes[at + size] = 0; // no headers
  batch.length = at + size + 1;
  batch.messages++;
}

/** Fills in the header and the checksum, which covers identity and sequence, and returns the bytes to send. */
export function sealBatch(batch: RecordBatch, identity: ProducerIdentity, sequence: number): Uint8Array {
  const view = batch.view;
  view.setBigInt64(0, 0n); // base offset: the broker's to give
  view.setInt32(8, batch.length - 12);
  view.setInt32(12, -1); // leader epoch: the broker's to give
  view.setInt8(16, 2); // magic
  view.setInt16(21, 0); // no compression, timestamps as created
  view.setInt32(23, batch.messages - 1);
  view.setBigInt64(27, BigInt(batch.timestampMs));
  view.setBigInt64(35, BigInt(batch.timestampMs));
  view.setBigInt64(43, identity.producerId);
  view.setInt16(51, identity.epoch);
  view.setInt32(53, sequence);
  view.setInt32(57, batch.messages);
  view.setUint32(17, crc32c(batch.bytes, 21, batch.length));
  return batch.bytes.subarray(0, batch.length);
}

/** Attributes, timestamp, place and key of the next message; returns the position of the value's length. */
function putKey(batch: RecordBatch, start: number, key: Uint8Array): number {
  const bytes = batch.bytes;
  let at = start;
  bytes[at++] = 0; // attributes
  bytes[at++] = 0; // timestamp: as the batch's
  at = putVarint(bytes, at, batch.messages);
  at = putVarint(bytes, at, key.length);
  for (let i = 0; i < key.length; i++) bytes[at + i] = key[i]!;
  return at + key.length;
}

/** Zigzag, seven bits a byte, least significant first. */
function putVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
  bytes[at++] = rest;
  return at;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = ((value << 1) ^ (value >> 31)) >>> 0; rest > 127; rest >>>= 7) bytes++;
  return bytes;
}

function makeRoom(batch: RecordBatch, wanted: number): void {
  if (batch.length + wanted <= batch.bytes.length) return;
  const larger = new Uint8Array(Math.max(batch.bytes.length * 2, batch.length + wanted));
  larger.set(batch.bytes.subarray(0, batch.length));
  batch.bytes = larger;
  batch.view = new DataView(larger.buffer);
}
