/** What the lab asks of Kafka besides messages: where topics begin and end, and that they exist. Reads no messages. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { describeError, LabError } from '../../errors.js';
import type { Position } from '../../positions/position.js';

export interface KafkaAdmin extends AsyncDisposable {
  /** The first offsets that are still there. */
  starts(topic: string): Promise<Position>;
  /** The next offset of each partition. */
  ends(topic: string): Promise<Position>;
  /** Makes a topic; one that exists already is left as it is. */
  createTopic(topic: TopicPlan): Promise<'created' | 'exists'>;
  /** Replaces the configuration of a topic that is there. */
  configureTopic(topic: string, config: TopicPlan['config']): Promise<void>;
  /** How many partitions it has, or undefined where there is no such topic. */
  partitions(topic: string): Promise<number | undefined>;
}

export interface TopicPlan {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

/** Connects, or throws `unavailable` after some seconds. */
export async function openKafkaAdmin(broker: string): Promise<KafkaAdmin> {
  const kafka = new Kafka({
    clientId: 'snacklab',
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { retries: 4, initialRetryTime: 200 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
  } catch (cause) {
    throw new LabError(`Kafka at ${broker} did not answer: ${describeError(cause)}`, {
      kind: 'unavailable',
      suggestion: 'See whether it runs: snacklab {lab} status, snacklab {lab} logs kafka',
      detail: { broker },
      cause,
    });
  }
  const offsets = (topic: string) => onceSettled(() => admin.fetchTopicOffsets(topic));
  return {
    starts: async (topic) => positionOf(await offsets(topic), 'low'),
    ends: async (topic) => positionOf(await offsets(topic), 'high'),
    async createTopic({ topic, partitions, config }) {
      const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
      const topics = [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }];
      const created = await onceSettled(() => admin.createTopics({ topics, waitForLeaders: true }));
      return created ? 'created' : 'exists';
    },
    async configureTopic(topic, config) {
      const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
      const resources = [{ type: topicResource, name: topic, configEntries }];
      await onceSettled(() => admin.alterConfigs({ validateOnly: false, resources }));
    },
    async partitions(topic) {
      if (!(await admin.listTopics()).includes(topic)) return undefined;
      const { topics } = await onceSettled(() => admin.fetchTopicMetadata({ topics: [topic] }));
      return topics[0]?.partitions.length;
    },
    [Symbol.asyncDispose]: () => admin.disconnect(),
  };
}

/** ConfigResourceTypes.TOPIC, which kafkajs's CommonJS does not export by a name that Node can see. */
const topicResource = 2;
const settlingMs = 15_000;

/** A topic that was just made, or a broker that just started, has no leaders for a moment: asks until it has. */
async function onceSettled<T>(ask: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + settlingMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error) || performance.now() > endMs) throw error;
    }
    await sleep(200);
  }
}

/** kafkajs marks its errors so, below the one that says that it has given up; the classes cannot be imported by name. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('retriable' in error && error.retriable === true) || isPassing(error.cause);
}

type Offsets = readonly { readonly partition: number; readonly high: string; readonly low: string }[];

function positionOf(offsets: Offsets, end: 'low' | 'high'): Position {
  return [...offsets].sort((a, b) => a.partition - b.partition).map((one) => Number(one[end]));
}
