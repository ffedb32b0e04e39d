/**
 * The three requests of Kafka's protocol that producing needs, in versions that brokers 0.11 to 4.x understand:
 * Metadata 4, InitProducerId 0, Produce 7 (Kafka documentation, "Protocol"). Bytes in, values out; no sockets here.
 */

export interface RequestKind {
  readonly name: string;
  readonly key: number;
  readonly version: number;
}

export const requests = {
  produce: { name: 'Produce', key: 0, version: 7 },
  metadata: { name: 'Metadata', key: 3, version: 4 },
  initProducerId: { name: 'InitProducerId', key: 22, version: 0 },
} as const satisfies Readonly<Record<string, RequestKind>>;

/** A partition's part of a produce request or of its response. */
export interface PartitionBytes {
  readonly partition: number;
  readonly bytes: Uint8Array;
}

export interface ProducedPartition {
  readonly partition: number;
  /** 0 is success; the others are listed in Kafka's protocol page and, where they matter here, in errors.ts. */
  readonly errorCode: number;
  /** Of the first message; -1 where unknown. */
  readonly baseOffset: number;
}

export interface TopicMetadata {
  readonly errorCode: number;
  readonly partitions: readonly { readonly partition: number; readonly errorCode: number; readonly leader: number }[];
  readonly brokers: readonly { readonly id: number; readonly host: string; readonly port: number }[];
}

/** The header of any request; `bodyBytes` is what follows it. */
export function requestHeader(kind: RequestKind, correlation: number, clientId: string, bodyBytes: number): Buffer {
  const writer = newWriter();
  writer.int32(10 + Buffer.byteLength(clientId) + bodyBytes);
  writer.int16(kind.key);
  writer.int16(kind.version);
  writer.int32(correlation);
  writer.text(clientId);
  return writer.done();
}

/** A produce request as the parts to write one after the other: batches are not copied. */
export function produceBody(
  topic: string,
  timeoutMs: number,
  batches: readonly PartitionBytes[],
): readonly Uint8Array[] {
  const head = newWriter();
  head.int16(-1); // no transaction
  head.int16(-1); // acknowledged by all in-sync replicas
  head.int32(timeoutMs);
  head.int32(1);
  head.text(topic);
  head.int32(batches.length);
  const parts: Uint8Array[] = [head.done()];
  for (const { partition, bytes } of batches) {
    const prefix = newWriter();
    prefix.int32(partition);
    prefix.int32(bytes.length);
    parts.push(prefix.done(), bytes);
  }
  return parts;
}

export function readProduced(response: Buffer): readonly ProducedPartition[] {
  const reader = newReader(response);
  return reader
    .list(() => {
      reader.text();
      return reader.list(() => {
        const produced = { partition: reader.int32(), errorCode: reader.int16(), baseOffset: reader.int64() };
        reader.int64(); // log append time
        reader.int64(); // log start
        return produced;
      });
    })
    .flat();
}

export function metadataBody(topic: string): readonly Uint8Array[] {
  const writer = newWriter();
  writer.int32(1);
  writer.text(topic);
  writer.int8(0); // do not create it: that is setup's task
  return [writer.done()];
}

export function readMetadata(response: Buffer): TopicMetadata {
  const reader = newReader(response);
  reader.int32(); // throttled for
  const brokers = reader.list(() => {
    const broker = { id: reader.int32(), host: reader.text() ?? '', port: reader.int32() };
    reader.text(); // rack
    return broker;
  });
  reader.text(); // cluster
  reader.int32(); // controller
  const [topic] = reader.list(() => {
    const errorCode = reader.int16();
    reader.text();
    reader.int8(); // internal
    return { errorCode, partitions: reader.list(() => readPartition(reader)) };
  });
  return { errorCode: topic?.errorCode ?? -1, partitions: topic?.partitions ?? [], brokers };
}

function readPartition(reader: Reader) {
  const described = { errorCode: reader.int16(), partition: reader.int32(), leader: reader.int32() };
  reader.list(() => reader.int32()); // replicas
  reader.list(() => reader.int32()); // in sync
  return described;
}

export function initProducerIdBody(): readonly Uint8Array[] {
  const writer = newWriter();
  writer.int16(-1); // no transaction
  writer.int32(60_000);
  return [writer.done()];
}

export function readProducerId(response: Buffer) {
  const reader = newReader(response);
  reader.int32(); // throttled for
  return { errorCode: reader.int16(), producerId: reader.bigInt64(), epoch: reader.int16() };
}

/** Big-endian, as all of Kafka's protocol. Requests here are short: a few hundred bytes besides their batches. */
function newWriter() {
  const bytes = Buffer.alloc(512);
  let at = 0;
  return {
    int8(value: number) {
      at = bytes.writeInt8(value, at);
    },
    int16(value: number) {
      at = bytes.writeInt16BE(value, at);
    },
    int32(value: number) {
      at = bytes.writeInt32BE(value, at);
    },
    text(value: string) {
      at = bytes.writeInt16BE(Buffer.byteLength(value), at);
      at += bytes.write(value, at);
    },
    done: () => bytes.subarray(0, at),
  };
}

type Reader = ReturnType<typeof newReader>;

/** Throws `RangeError` where the response ends too early. */
function newReader(bytes: Buffer) {
  let at = 0;
  const advance = (size: number) => {
    at += size;
    return at - size;
  };
  const reader = {
    int8: () => bytes.readInt8(advance(1)),
    int16: () => bytes.readInt16BE(advance(2)),
    int32: () => bytes.readInt32BE(advance(4)),
    int64: () => Number(bytes.readBigInt64BE(advance(8))),
    bigInt64: () => bytes.readBigInt64BE(advance(8)),
    text(): string | null {
      const length = reader.int16();
      return length < 0 ? null : bytes.toString('utf8', advance(length), at);
    },
    list<T>(item: () => T): T[] {
      return Array.from({ length: Math.max(0, reader.int32()) }, item);
    },
  };
  return reader;
}
