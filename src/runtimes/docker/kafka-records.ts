/**
 * Reads the answer to Kafka's Fetch request, version 11, and the record batches in it (magic 2): only what the lab
 * needs of a record, its offset, time and value, in one pass and without copying. kafkajs makes an object of fourteen
 * fields for each record, which costs four times as much: docs/decisions/0003-kafka-fetch.md. Pure.
 * Formats: Kafka protocol guide, "Fetch Response (Version: 11)"; Kafka documentation, "Message Format".
 */
import { gunzipSync } from 'node:zlib';
import type { Message } from '../ports.js';

/** One partition of an answer. `errorCode` 0 is none; `records` holds whole batches, and perhaps a part of one more. */
export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly records: Buffer;
}

export interface Fetched {
  readonly errorCode: number;
  readonly partitions: readonly FetchedPartition[];
}

/** Reads an answer for one topic. Throws `RangeError` when it is cut off. */
export function readFetched(answer: Buffer): Fetched {
  const cursor = new Cursor(answer, 0);
  cursor.skip(4); // throttle time
  const errorCode = cursor.int16();
  cursor.skip(4); // session
  const partitions: FetchedPartition[] = [];
  for (let topics = cursor.int32(); topics > 0; topics--) {
    cursor.skip(cursor.int16()); // name
    for (let count = cursor.int32(); count > 0; count--) partitions.push(readPartition(cursor));
  }
  return { errorCode, partitions };
}

function readPartition(cursor: Cursor): FetchedPartition {
  const partition = cursor.int32();
  const errorCode = cursor.int16();
  cursor.skip(24); // high watermark, last stable offset, log start
  cursor.skip(16 * Math.max(cursor.int32(), 0)); // aborted transactions
  cursor.skip(4); // preferred replica
  return { partition, errorCode, records: cursor.bytes(Math.max(cursor.int32(), 0)) };
}

const batchHeaderBytes = 61;
const codecMask = 0b111;
const gzip = 1;
const appendTimeFlag = 0b1000;
const controlFlag = 0b100000;

/**
 * Adds the messages from offset `from` on to `into` and returns the next offset after the last whole batch.
 * A batch may begin below `from`, since Kafka hands out whole ones. Control batches carry no messages.
 * Throws on a batch that it cannot read: what is not understood is never skipped.
 */
export function readMessages(partition: number, records: Buffer, from: number, into: Message[]): number {
  let next = from;
  let start = 0;
  while (start + batchHeaderBytes <= records.length) {
    const end = start + 12 + records.readInt32BE(start + 8);
    if (end > records.length) break;
    next = Math.max(next, readBatch(partition, records.subarray(start, end), from, into));
    start = end;
  }
  return next;
}

function readBatch(partition: number, batch: Buffer, from: number, into: Message[]): number {
  const firstOffset = Number(batch.readBigInt64BE(0));
  const magic = batch.readInt8(16);
  if (magic !== 2) throw new Error(`a record batch of format ${magic} at offset ${firstOffset}; only 2 can be read`);
  const attributes = batch.readInt16BE(21);
  const nextOffset = firstOffset + batch.readInt32BE(23) + 1;
  if ((attributes & controlFlag) !== 0) return nextOffset;
  const appended = (attributes & appendTimeFlag) !== 0;
  const timestampMs = Number(batch.readBigInt64BE(appended ? 35 : 27));
  const cursor = new Cursor(uncompressed(batch, attributes & codecMask, firstOffset), 0);
  for (let count = batch.readInt32BE(57); count > 0; count--) {
    const length = cursor.varint();
    const end = cursor.at + length;
    cursor.skip(1); // attributes
    const later = cursor.varint();
    const offset = firstOffset + cursor.varint();
    if (offset >= from) {
      cursor.skip(Math.max(cursor.varint(), 0)); // key
      const size = cursor.varint();
      const value = size < 0 ? null : cursor.bytes(size);
      into.push({ partition, offset, timestampMs: appended ? timestampMs : timestampMs + later, value });
    }
    cursor.at = end;
  }
  return nextOffset;
}

function uncompressed(batch: Buffer, codec: number, firstOffset: number): Buffer {
  const body = batch.subarray(batchHeaderBytes);
  if (codec === 0) return body;
  if (codec === gzip) return gunzipSync(body);
  throw new Error(
    `a record batch compressed with codec ${codec} at offset ${firstOffset}; only none and gzip can be read`,
  );
}

class Cursor {
  at: number;
  readonly #buffer: Buffer;

  constructor(buffer: Buffer, at: number) {
    this.#buffer = buffer;
    this.at = at;
  }

  skip(bytes: number): void {
    this.at += bytes;
  }

  int16(): number {
    this.at += 2;
    return this.#buffer.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.#buffer.readInt32BE(this.at - 4);
  }

  bytes(length: number): Buffer {
    if (this.at + length > this.#buffer.length) throw new RangeError(`${length} bytes announced, fewer are there`);
    this.at += length;
    return this.#buffer.subarray(this.at - length, this.at);
  }

  /** A zigzag number of 7 bits a byte, exact up to 2^53: timestamps need more than the 32 bits of bit operators. */
  varint(): number {
    const buffer = this.#buffer;
    let byte = this.#next(buffer);
    if (byte < 128) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 127;
    let factor = 128;
    do {
      byte = this.#next(buffer);
      value += (byte & 127) * factor;
      factor *= 128;
    } while (byte >= 128);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #next(buffer: Buffer): number {
    if (this.at >= buffer.length) throw new RangeError('a number is cut off');
    const byte = buffer[this.at]!;
    this.at++;
    return byte;
  }
}
