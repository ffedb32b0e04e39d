/**
 * Goal: a fetched record batch is read exactly, and whatever cannot be read is an error, never skipped.
 * Method: batches are encoded here, byte by byte, from the message format's definition.
 */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readFetched, readMessages } from '../../../src/runtimes/docker/kafka-records.js';
import type { Message } from '../../../src/runtimes/ports.js';

describe('readMessages', () => {
  it('gives offset, time and value of each record', () => {
    const batch = encodeBatch({ firstOffset: 41, firstMs: 1_700_000_000_000, values: ['a', 'bc'], stepMs: 5 });
    expect(read(batch, 41)).toEqual({
      next: 43,
      messages: [
        { partition: 3, offset: 41, timestampMs: 1_700_000_000_000, value: Buffer.from('a') },
        { partition: 3, offset: 42, timestampMs: 1_700_000_000_005, value: Buffer.from('bc') },
      ],
    });
  });

  it('leaves out the records below the offset that was asked for', () => {
    const batch = encodeBatch({ firstOffset: 10, values: ['a', 'b', 'c'] });
    expect(read(batch, 12).messages.map(({ offset }) => offset)).toEqual([12]);
  });

  it('tells a null value from an empty one', () => {
    expect(read(encodeBatch({ values: [null, ''] }), 0).messages.map(({ value }) => value)).toEqual([
      null,
      Buffer.alloc(0),
    ]);
  });

  it('reads values longer than a byte of length tells, and records that are older than their batch', () => {
    const long = 'x'.repeat(900_000);
    const { messages } = read(encodeBatch({ firstMs: 9_000_000_000, values: ['', long], stepMs: -8_000_000_000 }), 0);
    expect(messages[1]!.value!.length).toBe(900_000);
    expect(messages[1]!.timestampMs).toBe(1_000_000_000);
  });

  it('stops before a batch that is cut off, and asks for it again', () => {
    const first = encodeBatch({ firstOffset: 0, values: ['a'] });
    const second = encodeBatch({ firstOffset: 1, values: ['b'] });
    const cut = Buffer.concat([first, second.subarray(0, second.length - 1)]);
    expect(read(cut, 0)).toMatchObject({ next: 1, messages: [{ offset: 0 }] });
  });

  it('reads gzip, and refuses what it cannot read', () => {
    expect(read(encodeBatch({ values: ['a'], codec: 1 }), 0).messages).toHaveLength(1);
    expect(() => read(encodeBatch({ values: ['a'], codec: 4 }), 0)).toThrow('codec 4');
    expect(() => read(encodeBatch({ values: ['a'], magic: 1 }), 0)).toThrow('format 1');
  });

  it('takes the time of the batch where Kafka stamped it', () => {
    const batch = encodeBatch({ firstMs: 5, values: ['a'], attributes: 0b1000, maxMs: 77 });
    expect(read(batch, 0).messages[0]!.timestampMs).toBe(77);
  });

  it('passes over a control batch without making messages of it', () => {
    expect(read(encodeBatch({ firstOffset: 4, values: ['x'], attributes: 0b100000 }), 4)).toEqual({
      next: 5,
      messages: [],
    });
  });
});

describe('readFetched', () => {
  it('gives each partition with its error and records', () => {
    const answer = encodeAnswer([
      { partition: 0, errorCode: 0, records: Buffer.from('abc') },
      { partition: 1, errorCode: 1, records: Buffer.alloc(0) },
    ]);
    expect(readFetched(answer).partitions).toEqual([
      { partition: 0, errorCode: 0, records: Buffer.from('abc') },
      { partition: 1, errorCode: 1, records: Buffer.alloc(0) },
    ]);
  });

  it('throws on an answer that is cut off', () => {
    const answer = encodeAnswer([{ partition: 0, errorCode: 0, records: Buffer.from('abc') }]);
    expect(() => readFetched(answer.subarray(0, answer.length - 1))).toThrow(RangeError);
  });
});

function read(records: Buffer, from: number): { next: number; messages: Message[] } {
  const messages: Message[] = [];
  return { next: readMessages(3, records, from, messages), messages };
}

function encodeBatch(batch: {
  values: readonly (string | null)[];
  firstOffset?: number;
  firstMs?: number;
  maxMs?: number;
  stepMs?: number;
  codec?: number;
  attributes?: number;
  magic?: number;
}): Buffer {
  const records = Buffer.concat(batch.values.map((value, i) => encodeRecord(i, i * (batch.stepMs ?? 0), value)));
  const body = batch.codec === 1 ? gzipSync(records) : records;
  const header = Buffer.alloc(61);
  header.writeBigInt64BE(BigInt(batch.firstOffset ?? 0), 0);
  header.writeInt32BE(49 + body.length, 8);
  header.writeInt8(batch.magic ?? 2, 16);
  header.writeInt16BE((batch.codec ?? 0) | (batch.attributes ?? 0), 21);
  header.writeInt32BE(batch.values.length - 1, 23);
  header.writeBigInt64BE(BigInt(batch.firstMs ?? 0), 27);
  header.writeBigInt64BE(BigInt(batch.maxMs ?? 0), 35);
  header.writeInt32BE(batch.values.length, 57);
  return Buffer.concat([header, body]);
}

function encodeRecord(offsetDelta: number, timeDelta: number, value: string | null): Buffer {
  const key = Buffer.from('SNACK--7');
  const bytes = value === null ? undefined : Buffer.from(value);
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(timeDelta),
    varint(offsetDelta),
    varint(key.length),
    key,
    varint(bytes?.length ?? -1),
    bytes ?? Buffer.alloc(0),
    varint(0),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

function varint(value: number): Buffer {
  let rest = value >= 0 ? BigInt(value) * 2n : BigInt(-value) * 2n - 1n;
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}

function encodeAnswer(partitions: readonly { partition: number; errorCode: number; records: Buffer }[]): Buffer {
  const topic = Buffer.from('t');
  const head = Buffer.alloc(4 + 2 + 4 + 4 + 2 + topic.length + 4);
  head.writeInt32BE(1, 10);
  head.writeInt16BE(topic.length, 14);
  topic.copy(head, 16);
  head.writeInt32BE(partitions.length, 16 + topic.length);
  const parts = partitions.map(({ partition, errorCode, records }) => {
    const part = Buffer.alloc(4 + 2 + 8 * 3 + 4 + 4 + 4);
    part.writeInt32BE(partition, 0);
    part.writeInt16BE(errorCode, 4);
    part.writeInt32BE(-1, 30);
    part.writeInt32BE(records.length, 38);
    return Buffer.concat([part, records]);
  });
  return Buffer.concat([head, ...parts]);
}
