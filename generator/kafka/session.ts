/** One connection to the broker that leads a topic's partitions, from connecting to the first failure. */
import { LabError } from '../../src/errors.js';
import { type Connection, openConnection } from './connection.js';
import { describeErrorCode } from './error-codes.js';
import type { ProducerIdentity } from './record-batch.js';
import {
  initProducerIdBody,
  metadataBody,
  type PartitionBytes,
  type ProducedPartition,
  produceBody,
  readMetadata,
  readProduced,
  readProducerId,
  requests,
  type TopicMetadata,
} from './wire.js';

export interface SessionOptions {
  /** Bootstrap server, `host:port`. */
  readonly bootstrap: string;
  readonly topic: string;
  readonly clientId: string;
  /** How long to wait for any one answer. */
  readonly requestTimeoutMs: number;
}

export interface Session extends Disposable {
  readonly partitions: number;
  takeIdentity(): Promise<ProducerIdentity>;
  /** Resolves with each partition's outcome, failed ones too; rejects when the connection ends. */
  produce(batches: readonly PartitionBytes[]): Promise<readonly ProducedPartition[]>;
}

/** Asks the bootstrap server who leads the topic, and connects to it. Rejects with `unavailable`. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const metadata = await readTopic(options);
  const connection = await openConnection({ ...addressOf(options), ...leaderOf(metadata, options) });
  return {
    partitions: metadata.partitions.length,
    takeIdentity: () => takeIdentity(connection),
    async produce(batches) {
      const body = produceBody(options.topic, options.requestTimeoutMs, batches);
      return readProduced(await connection.request(requests.produce, body));
    },
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  };
}

function addressOf(options: SessionOptions) {
  const colon = options.bootstrap.lastIndexOf(':');
  return {
    host: options.bootstrap.slice(0, colon),
    port: Number(options.bootstrap.slice(colon + 1)),
    clientId: options.clientId,
    timeoutMs: options.requestTimeoutMs,
  };
}

async function readTopic(options: SessionOptions): Promise<TopicMetadata> {
  using connection = await openConnection(addressOf(options));
  return readMetadata(await connection.request(requests.metadata, metadataBody(options.topic)));
}

/** The one broker that leads all partitions: the lab has one, and spreading over several is left until it has more. */
function leaderOf(metadata: TopicMetadata, options: SessionOptions): { host: string; port: number } {
  const troubled = [metadata.errorCode, ...metadata.partitions.map((each) => each.errorCode)].find(
    (code) => code !== 0,
  );
  if (troubled !== undefined || metadata.partitions.length === 0) {
    throw new LabError(`topic ${options.topic} is not ready: ${describeErrorCode(troubled ?? -1)}`, {
      kind: 'unavailable',
      suggestion: 'the setup service makes the topics: snacklab {lab} logs setup',
    });
  }
  const leaders = new Set(metadata.partitions.map((each) => each.leader));
  const leader = metadata.brokers.find((broker) => leaders.has(broker.id));
  if (leaders.size !== 1 || leader === undefined) {
    throw new LabError(`the partitions of ${options.topic} are led by brokers ${[...leaders].join(', ')}, not by one`, {
      kind: 'unavailable',
      suggestion: 'the generator speaks to one broker: give the topic to one, or wait until its leader is back',
    });
  }
  return { host: leader.host, port: leader.port };
}

async function takeIdentity(connection: Connection): Promise<ProducerIdentity> {
  const taken = readProducerId(await connection.request(requests.initProducerId, initProducerIdBody()));
  if (taken.errorCode === 0) return { producerId: taken.producerId, epoch: taken.epoch };
  throw new LabError(`kafka gives no producer id: ${describeErrorCode(taken.errorCode)}`, { kind: 'unavailable' });
}
