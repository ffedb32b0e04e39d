// Goal: a chunk's batches are what Kafka expects, and hold each event's messages where they belong, in order.
// Method: batches are read by code of their own, and by kafkajs.
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { type ChunkOptions, chunkMaker } from '../../generator/chunk.js';
import { evenPace } from '../../generator/days.js';
import { eventAt } from '../../generator/events.js';
import { crc32c } from '../../generator/kafka/crc32c.js';
import { partitionOf } from '../../generator/kafka/partitioner.js';
import { append, newBatch, sealBatch } from '../../generator/kafka/record-batch.js';
import { mishapsOf } from '../../generator/knobs.js';
import { judge } from '../../src/events/parse.js';
import { machineCount, machineId } from '../../src/machines/catalogue.js';
import { readBatch, type StoredMessage, slowCrc32c } from './read-batch.js';

const kafkajs = createRequire(import.meta.url);
const identity = { producerId: 77n, epoch: 3 };
const noKnobs = { late: 0, duplicate: 0, malformed: 0 };
const make = (options: Partial<ChunkOptions> = {}) =>
  chunkMaker({ seed: 7, knobs: noKnobs, partitions: 4, timeline: undefined, ...options });
const textOf = ({ value }: StoredMessage) => (value === null ? 'null' : Buffer.from(value).toString());
const idOf = (message: StoredMessage) => JSON.parse(textOf(message)).event_id as string;

describe('a chunk', () => {
  it('has every event once, in the partition of its machine, in order', () => {
    const chunk = make()(1000, 500, 5000);
    expect(chunk).toMatchObject({ from: 1000, until: 1500, repeats: 0, broken: 0 });
    const seen: number[] = [];
    for (const batch of chunk.batches) {
      const { messages, timestampMs } = readBatch(sealBatch(batch, identity, 0));
      expect(timestampMs).toBe(5000);
      const indices = messages.map((message) => Number(idOf(message).split('-')[1]));
      expect(indices).toEqual([...indices].sort((a, b) => a - b));
      for (const [i, message] of messages.entries()) {
        const event = eventAt(7, indices[i]!, 5000);
        expect(JSON.parse(textOf(message))).toEqual(event);
        expect(message.key).toBe(event.snack_automat_id);
        expect(partitionOf(Buffer.from(message.key), 4)).toBe(batch.partition);
      }
      seen.push(...indices);
    }
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => 1000 + i));
  });

  it('repeats events in the same bytes and puts broken messages behind theirs, as the knobs say', () => {
    const knobs = { late: 0.5, duplicate: 0.2, malformed: 0.2 };
    const mishaps = mishapsOf(7, knobs);
    const chunk = make({ knobs, partitions: 1 })(0, 1000, 1_790_000_000_000);
    const { messages } = readBatch(sealBatch(chunk.batches[0]!, identity, 0));
    expect(messages).toHaveLength(1000 + chunk.repeats + chunk.broken);
    expect(Math.min(chunk.repeats, chunk.broken)).toBeGreaterThan(100);
    let at = 0;
    for (let index = 0; index < 1000; index++) {
      const text = textOf(messages[at++]!);
      expect(JSON.parse(text)).toEqual(eventAt(7, index, 1_790_000_000_000 - mishaps.lateByMs(index)));
      if (mishaps.isRepeated(index)) expect(textOf(messages[at++]!)).toBe(text);
      if (mishaps.isBroken(index)) expect(judge(messages[at++]!.value)).toHaveProperty('reason');
    }
  });

  it('is the same bytes again with a start time, however the events are cut into chunks', () => {
    const timeline = { startTimeMs: 1_700_000_000_000, ratePerSecond: 30, pace: evenPace };
    const options = { timeline, partitions: 1, knobs: { late: 0.1, duplicate: 0.1, malformed: 0.1 } };
    const values = (...cuts: number[]) =>
      cuts.slice(1).flatMap((until, i) => {
        const chunk = make(options)(cuts[i]!, until - cuts[i]!, i * 12_345);
        return readBatch(sealBatch(chunk.batches[0]!, identity, 0)).messages.map(textOf);
      });
    const once = values(0, 900);
    expect(values(0, 1, 120, 121, 500, 900)).toEqual(once);
    expect(JSON.parse(once[0]!).timestamp).toBe(1_700_000_000_000);
  });

  it('spaces the timestamps by the rate when there is a start time', () => {
    const timeline = { startTimeMs: 1000, ratePerSecond: 3, pace: evenPace };
    const { messages } = readBatch(sealBatch(make({ timeline, partitions: 1 })(0, 7, 0).batches[0]!, identity, 0));
    expect(messages.map((message) => JSON.parse(textOf(message)).timestamp)).toEqual([
      1000, 1333, 1666, 2000, 2333, 2666, 3000,
    ]);
  });

  it('ends early rather than grow a batch beyond what brokers take', () => {
    const chunk = make({ partitions: 1, knobs: { ...noKnobs, duplicate: 1, malformed: 1 } })(0, 100_000, 0);
    expect(chunk.until).toBeLessThan(2000);
    const bytes = sealBatch(chunk.batches[0]!, identity, 0);
    expect(bytes.length).toBeLessThan(600_000);
    expect(readBatch(bytes).messages).toHaveLength(chunk.until + chunk.repeats + chunk.broken);
  });
});

describe('record batches', () => {
  it('are read by kafkajs as they were written', async () => {
    const Decoder = kafkajs('kafkajs/src/protocol/decoder.js');
    const decode = kafkajs('kafkajs/src/protocol/recordBatch/v0/decoder.js');
    const batch = newBatch(2, 123_456_789, 0);
    const values = [null, '', 'x', 'y'.repeat(127), 'z'.repeat(70_000)].map((text) => text && Buffer.from(text));
    for (const value of values) append(batch, Buffer.from('SNACK--1'), value === '' ? Buffer.alloc(0) : value);
    const read = await decode(new Decoder(Buffer.from(sealBatch(batch, identity, 42))));
    expect(read).toMatchObject({ producerId: '77', producerEpoch: 3, firstSequence: 42, lastOffsetDelta: 4 });
    expect(read.records.map((record: { value: Buffer | null }) => record.value?.length ?? null)).toEqual([
      null,
      0,
      1,
      127,
      70_000,
    ]);
    expect(read.records.map((record: { key: Buffer }) => String(record.key))).toEqual(values.map(() => 'SNACK--1'));
  });

  it('carry the checksum of the standard', () => {
    // Check value of CRC-32C in the catalogue of parametrised CRC algorithms.
    expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe306_9283);
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 131) & 255);
    for (const [from, until] of [
      [0, 0],
      [0, 7],
      [3, 11],
      [5, 998],
    ] as const) {
      expect(crc32c(bytes, from, until)).toBe(slowCrc32c(bytes.subarray(from, until)));
    }
  });
});

describe('the partitioner', () => {
  it('puts keys where kafkajs and Java put them', () => {
    const murmur2 = kafkajs('kafkajs/src/producer/partitioners/default/murmur2.js') as (key: Buffer) => number;
    const keys = Array.from({ length: machineCount }, (_, m) => machineId(m)).concat('', 'a', 'ab', 'abc', 'äöü');
    for (const key of keys) {
      expect(partitionOf(Buffer.from(key), 7), key).toBe((murmur2(Buffer.from(key)) & 0x7fff_ffff) % 7);
    }
  });
});
