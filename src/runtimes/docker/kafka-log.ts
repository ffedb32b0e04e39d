/**
 * The log on Kafka: reads a topic from an explicit position, each partition in order and without a gap, for ever.
 * A broker that goes away is waited for, and reading goes on where it stood. What cannot be read any more is an error,
 * never skipped (protocol rule 13). At most two answers of `bytesMax` are held: whoever does not ask is not sent more.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, LabError } from '../../errors.js';
import { formatPosition, type Position } from '../../positions/position.js';
import { opened } from '../opened.js';
import type { Log, LogReader, Message } from '../ports.js';
import { eventTopic } from '../topics.js';
import { openKafkaAdmin } from './kafka-admin.js';
import { type FetchLimits, type KafkaConnection, openKafkaConnection } from './kafka-connection.js';
import { type FetchedPartition, readMessages } from './kafka-records.js';

export interface KafkaLogOptions extends Partial<FetchLimits> {
  /** Bootstrap server, `host:port`. */
  readonly broker: string;
  /** Default: the topic of the events. */
  readonly topic?: string;
  /** Whether offsets may be missing, as on a compacted topic. Default: a missing one is an error. */
  readonly gaps?: boolean;
  /** How long a broker that is away is waited for. */
  readonly patienceMs?: number;
}

type Settings = Required<KafkaLogOptions>;

const defaults = {
  topic: eventTopic,
  gaps: false,
  patienceMs: 120_000,
  bytesMin: 256 * 1024,
  waitMs: 50,
  bytesMax: 4 * 1024 * 1024,
};

/** Reads need no closing of the log itself, only of each reader; `starts` and `ends` connect by themselves. */
export function kafkaLog(options: KafkaLogOptions): Log {
  const settings: Settings = { ...defaults, ...options };
  const { broker, topic } = settings;
  return {
    async starts() {
      await using admin = await openKafkaAdmin(broker);
      return await admin.starts(topic);
    },
    async ends() {
      await using admin = await openKafkaAdmin(broker);
      return await admin.ends(topic);
    },
    read: (from) => opened(new KafkaLogReader(settings, from)),
  };
}

/** Kafka's error codes that mean "not now, ask for the leaders again". The others are not repeated. */
const passingErrors: ReadonlySet<number> = new Set([3, 5, 6, 9, 14, 56, 74, 75, 76, 100]);
const offsetOutOfRange = 1;

class KafkaLogReader implements LogReader {
  readonly #settings: Settings;
  readonly #next: number[];
  #connection: KafkaConnection | undefined;
  #pending: Promise<readonly Message[]> | undefined;
  #awaySinceMs: number | undefined;
  #closed = false;

  constructor(settings: Settings, from: Position) {
    this.#settings = settings;
    this.#next = [...from];
  }

  /** The first answer tells whether the position can be read at all; a broker that is away can be waited for later. */
  async open(): Promise<void> {
    this.#pending = this.#fetch();
    await this.#pending;
  }

  async next(maxWaitMs: number): Promise<readonly Message[]> {
    const endMs = performance.now() + maxWaitMs;
    for (;;) {
      const messages = await within(this.#pending ?? this.#fetchAhead(), endMs - performance.now());
      if (messages === undefined) return [];
      this.#fetchAhead();
      if (messages.length > 0) return messages;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#pending?.catch(() => undefined);
    await this.#disconnect();
  }

  /** Asks for the next messages while the caller works on those before. */
  #fetchAhead(): Promise<readonly Message[]> {
    this.#pending = this.#fetch();
    // A failure shows when it is awaited, by the next call; until then it must not count as nobody's.
    this.#pending.catch(() => undefined);
    return this.#pending;
  }

  /** The next messages, perhaps none; whatever goes wrong but will pass ends in none, after a pause. */
  async #fetch(): Promise<readonly Message[]> {
    let partitions: readonly FetchedPartition[];
    try {
      this.#connection ??= await this.#connect();
      partitions = await this.#connection.fetch(this.#next, this.#settings);
    } catch (error) {
      return this.#away(error);
    }
    const passing = partitions.find(({ errorCode }) => passingErrors.has(errorCode));
    if (passing !== undefined) return this.#away(new Error(`Kafka's error code ${passing.errorCode}`));
    this.#awaySinceMs = undefined;
    const lost = partitions.find(({ errorCode }) => errorCode === offsetOutOfRange);
    if (lost !== undefined) throw await this.#lost(lost.partition);
    return this.#take(partitions);
  }

  #take(partitions: readonly FetchedPartition[]): readonly Message[] {
    const messages: Message[] = [];
    for (const { partition, errorCode, records } of partitions) {
      const from = this.#next[partition]!;
      if (errorCode !== 0) throw this.#broken(`Kafka answered with error code ${errorCode}`, partition);
      const first = messages.length;
      const until = readMessages(partition, records, from, messages);
      if (!this.#settings.gaps) this.#checkChain(messages, first, partition, from, until);
      this.#next[partition] = until;
    }
    return messages;
  }

  #checkChain(messages: readonly Message[], first: number, partition: number, from: number, until: number): void {
    let expected = from;
    for (let i = first; i < messages.length; i++) {
      if (messages[i]!.offset !== expected) {
        throw this.#broken(`offset ${messages[i]!.offset} came where ${expected} belongs`, partition);
      }
      expected++;
    }
    if (expected !== until) throw this.#broken(`offsets ${expected} to ${until - 1} are missing`, partition);
  }

  async #connect(): Promise<KafkaConnection> {
    const connection = await openKafkaConnection(this.#settings.broker, this.#settings.topic);
    if (connection.partitions === this.#next.length) return connection;
    await connection[Symbol.asyncDispose]();
    throw this.#broken(`the topic has ${connection.partitions} partitions, the position ${formatPosition(this.#next)}`);
  }

  async #away(cause: unknown): Promise<readonly Message[]> {
    if (cause instanceof LabError) throw cause;
    await this.#disconnect();
    this.#awaySinceMs ??= performance.now();
    const awayMs = performance.now() - this.#awaySinceMs;
    if (awayMs > this.#settings.patienceMs) throw unreachable(this.#settings, awayMs, cause);
    if (!this.#closed) await sleep(200);
    return [];
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    try {
      await connection?.[Symbol.asyncDispose]();
    } catch {
      // A connection that is lost cannot be closed properly; the next one starts afresh.
    }
  }

  /** Kafka says only that an offset is out of range; where the log begins has to be asked. */
  async #lost(partition: number): Promise<LabError> {
    const { broker, topic } = this.#settings;
    const from = this.#next[partition]!;
    await using admin = await openKafkaAdmin(broker);
    const logStart = (await admin.starts(topic))[partition]!;
    return new LabError(
      `partition ${partition} of ${topic} cannot be read from offset ${from}: ` +
        (logStart > from ? `the log begins at ${logStart}, what was before is gone` : 'the log does not reach so far'),
      {
        suggestion: 'The log was cut or made anew. Start the lab afresh: snacklab {lab} down --volumes',
        detail: { topic, partition, from, logStart },
      },
    );
  }

  #broken(what: string, partition?: number): LabError {
    const { topic } = this.#settings;
    const where = partition === undefined ? topic : `partition ${partition} of ${topic}`;
    return new LabError(`${where}: ${what}`, {
      suggestion: 'The topic must be plain: not compacted, not transactional, its partitions never changed',
      detail: { topic, partition },
    });
  }
}

/** What a promise gives, or undefined when that takes longer. The promise runs on. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const alarm = new AbortController();
  try {
    return await Promise.race([promise, sleep(Math.max(ms, 0), undefined, { signal: alarm.signal })]);
  } finally {
    alarm.abort();
  }
}

function unreachable({ broker, topic }: Settings, awayMs: number, cause: unknown): LabError {
  return new LabError(
    `Kafka at ${broker} has not answered for ${Math.round(awayMs)} ms while reading ${topic}: ${describeError(cause)}`,
    { kind: 'unavailable', suggestion: 'snacklab {lab} logs kafka', detail: { broker, topic }, cause },
  );
}
