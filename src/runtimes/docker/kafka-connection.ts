/**
 * One connection to the brokers of one topic, for fetching from positions that the caller keeps. No consumer group:
 * a group's joins, heartbeats and silent resets of the position are what a reader of a fixed position must not have.
 * Connecting and encoding are kafkajs's, below its public face; decoding is ./kafka-records.ts.
 */
import Cluster from 'kafkajs/src/cluster/index.js';
import loggers from 'kafkajs/src/loggers/index.js';
import createSocketFactory from 'kafkajs/src/network/socketFactory.js';
import protocol from 'kafkajs/src/protocol/requests/index.js';
import { type Fetched, type FetchedPartition, readFetched } from './kafka-records.js';

export interface FetchLimits {
  /** The broker answers once it has so much, or after `waitMs`: fewer, larger answers cost less on both sides. */
  readonly bytesMin: number;
  readonly waitMs: number;
  readonly bytesMax: number;
}

export interface KafkaConnection extends AsyncDisposable {
  readonly partitions: number;
  /** What the leaders have from these offsets on, one answer a leader. Throws when any of them does not answer. */
  fetch(offsets: readonly number[], limits: FetchLimits): Promise<readonly FetchedPartition[]>;
}

const connectTimeoutMs = 3_000;
const answerTimeoutMs = 10_000;
const fetchVersion = 11;

/** Connects and finds the topic's leaders, or throws what kafkajs says: the caller decides whether to try again. */
export async function openKafkaConnection(broker: string, topic: string): Promise<KafkaConnection> {
  const cluster = new Cluster({
    logger: loggers.createLogger({ level: 0, logCreator: () => () => undefined }),
    socketFactory: createSocketFactory(),
    brokers: [broker],
    clientId: 'snacklab',
    connectionTimeout: connectTimeoutMs,
    requestTimeout: answerTimeoutMs,
    enforceRequestTimeout: true,
    maxInFlightRequests: null,
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    retry: { retries: 0 },
  });
  try {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    const partitions = cluster.findTopicPartitionMetadata(topic).length;
    const leaders = cluster.findLeaderForPartitions(topic, [...new Array(partitions).keys()]);
    return connectionOn(cluster, topic, partitions, leaders);
  } catch (error) {
    await cluster.disconnect().catch(() => undefined);
    throw error;
  }
}

function connectionOn(
  cluster: Cluster,
  topic: string,
  partitions: number,
  leaders: Readonly<Record<string, readonly number[]>>,
): KafkaConnection {
  let turn = 0;
  return {
    partitions,
    async fetch(offsets, limits) {
      turn++;
      const answers = await Promise.all(
        Object.entries(leaders).map(([nodeId, led]) =>
          fetchFrom(cluster, nodeId, topic, rotated(led, turn), offsets, limits),
        ),
      );
      return answers.flat();
    },
    [Symbol.asyncDispose]: () => cluster.disconnect(),
  };
}

async function fetchFrom(
  cluster: Cluster,
  nodeId: string,
  topic: string,
  led: readonly number[],
  offsets: readonly number[],
  { bytesMin, waitMs, bytesMax }: FetchLimits,
): Promise<readonly FetchedPartition[]> {
  const broker = await cluster.findBroker({ nodeId });
  const maxBytes = Math.ceil(bytesMax / led.length);
  const { request } = protocol.requests.Fetch.protocol({ version: fetchVersion })({
    maxWaitTime: waitMs,
    minBytes: bytesMin,
    maxBytes: bytesMax,
    isolationLevel: 0,
    topics: [
      { topic, partitions: led.map((partition) => ({ partition, fetchOffset: offsets[partition]!, maxBytes })) },
    ],
  });
  const answer: Fetched = readFetched(
    await broker.connectionPool.send({ request, requestTimeout: waitMs + answerTimeoutMs, response: asItCame }),
  );
  if (answer.errorCode !== 0) throw new Error(`Kafka refused a fetch with error code ${answer.errorCode}`);
  return answer.partitions;
}

const asItCame = {
  decode: async (answer: Buffer) => answer,
  parse: async (answer: Buffer) => answer,
};

/** Kafka fills an answer in the order asked for: without turns the last partition could starve. */
function rotated(partitions: readonly number[], turn: number): readonly number[] {
  const first = turn % partitions.length;
  return [...partitions.slice(first), ...partitions.slice(0, first)];
}
