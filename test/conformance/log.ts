/**
 * How a log, and the dead letters beside it, behave on any runtime: the ports' promises as facts. A runtime's test calls
 * `logBehaviour` within a describe, and says how it opens a fresh log and puts messages into it.
 */
import { expect, it } from 'vitest';
import type { Position } from '../../src/positions/position.js';
import type { DeadLetter, DeadLetterLog, Log, LogReader, Message } from '../../src/runtimes/ports.js';

type Value = Uint8Array | null;

/** A log that is empty, and a way to fill it. */
export interface FreshLog extends AsyncDisposable {
  readonly log: Log;
  /** Adds messages to the end of a partition, with this time of their producer. */
  produce(partition: number, values: readonly Value[], timestampMs: number): Promise<void>;
  /** Forgets what lies below these offsets, as a retention does. */
  forget(starts: Position): Promise<void>;
}

/** A log that also keeps dead letters. */
export interface FreshDeadLetters extends AsyncDisposable {
  readonly deadLetters: DeadLetterLog;
  /** Those that are kept, repeats and all. */
  readLetters(): Promise<readonly DeadLetter[]>;
}

export type OpenFreshLog = (partitions: number) => Promise<FreshLog>;

const timestampMs = 1_763_000_000_123;
const texts = (count: number): readonly Value[] => Array.from({ length: count }, (_, i) => Buffer.from(`message ${i}`));
const anyBytes: readonly Value[] = [
  Buffer.from('first'),
  null,
  Buffer.alloc(0),
  Buffer.from([0, 10, 9, 13, 255]),
  Buffer.from('\u2028\u{1f600}'),
  Buffer.alloc(900 * 1024, 'x'),
];

export function logBehaviour(open: OpenFreshLog): void {
  const fact = (name: string, partitions: number, holds: (fresh: FreshLog) => Promise<void>) =>
    it(name, async () => {
      await using fresh = await open(partitions);
      await holds(fresh);
    });

  fact('says where each partition begins and ends', 3, async ({ log, produce, forget }) => {
    const extent = async () => [await log.starts(), await log.ends()];
    const nothing = [0, 0, 0];
    expect(await extent()).toEqual([nothing, nothing]);
    await produce(0, texts(5), timestampMs);
    await produce(2, texts(1), timestampMs);
    expect(await extent()).toEqual([nothing, [5, 0, 1]]);
    await forget([2, 0, 1]);
    expect(await extent()).toEqual([
      [2, 0, 1],
      [5, 0, 1],
    ]);
  });

  fact('gives any bytes as they were sent, from the position that is asked for', 2, async ({ log, produce }) => {
    await produce(0, anyBytes, timestampMs);
    await produce(1, texts(1), timestampMs + 1);
    await using reader = await log.read([1, 0]);
    const messages = await readUntil(reader, [1, 0], [anyBytes.length, 1]);
    expect(messages.filter(({ partition }) => partition === 0).map(({ value }) => bytesOf(value))).toEqual(
      anyBytes.slice(1).map(bytesOf),
    );
    expect(messages.find(({ partition }) => partition === 1)).toMatchObject({
      offset: 0,
      timestampMs: timestampMs + 1,
    });
  });

  fact('gives each message once, in the order of its partition', 3, async ({ log, produce }) => {
    const ends = [2_000, 1, 300];
    for (const [partition, end] of ends.entries()) await produce(partition, texts(end), timestampMs);
    await using reader = await log.read([0, 0, 100]);
    const messages = await readUntil(reader, [0, 0, 100], ends);
    for (const [partition, first] of [0, 0, 100].entries()) {
      const read = messages.filter((message) => message.partition === partition);
      expect(read.map(({ offset }) => offset)).toEqual(sequence(first, ends[partition]!));
      expect(read.map(({ value }) => String(value))).toEqual(read.map(({ offset }) => `message ${offset}`));
    }
  });

  fact('gives nothing within the wait when there is nothing, and what comes after that', 1, async (fresh) => {
    await using reader = await fresh.log.read([0]);
    expect(await reader.next(50)).toEqual([]);
    await fresh.produce(0, texts(2), timestampMs);
    expect(await readUntil(reader, [0], [2])).toMatchObject([{ offset: 0 }, { offset: 1 }]);
    expect(await reader.next(50)).toEqual([]);
  });

  fact('lets readers go on by themselves', 1, async ({ log, produce }) => {
    await produce(0, texts(20), timestampMs);
    await using first = await log.read([0]);
    await using second = await log.read([15]);
    expect(await readUntil(first, [0], [20])).toHaveLength(20);
    expect(await readUntil(second, [15], [20])).toHaveLength(5);
  });

  fact('refuses a position whose messages are gone, and reads from the first that is there', 1, async (fresh) => {
    const { log, produce, forget } = fresh;
    await produce(0, texts(5), timestampMs);
    await forget([2]);
    await expect(log.read([1])).rejects.toThrow();
    await using reader = await log.read([2]);
    expect(await readUntil(reader, [2], [5])).toMatchObject([{ offset: 2 }, { offset: 3 }, { offset: 4 }]);
  });
}

export function deadLetterBehaviour(open: () => Promise<FreshDeadLetters>): void {
  it('keeps each dead letter with its place, its reason and its bytes, and one that is kept twice counts once', async () => {
    await using fresh = await open();
    const letters = anyBytes.map((value, offset): DeadLetter => ({ partition: 1, offset, reason: 'not JSON', value }));
    await fresh.deadLetters.append([]);
    await fresh.deadLetters.append(letters.slice(0, 4));
    await fresh.deadLetters.append(letters.slice(2));
    const kept = new Map((await fresh.readLetters()).map((letter) => [`${letter.partition}:${letter.offset}`, letter]));
    const plain = ({ value, ...others }: DeadLetter) => ({ ...others, value: bytesOf(value) });
    expect([...kept.values()].map(plain).sort((a, b) => a.offset - b.offset)).toEqual(letters.map(plain));
  });
}

/** Reads until every partition has come from `from` to `until`. */
async function readUntil(reader: LogReader, from: Position, until: Position): Promise<readonly Message[]> {
  const messages: Message[] = [];
  const next = [...from];
  const endMs = Date.now() + 30_000;
  while (until.some((offset, partition) => next[partition]! < offset)) {
    if (Date.now() > endMs) throw new Error(`read up to ${next}, not ${until}, within 30 s`);
    for (const message of await reader.next(1_000)) {
      messages.push(message);
      next[message.partition] = message.offset + 1;
    }
  }
  return messages;
}

const sequence = (from: number, until: number) => Array.from({ length: until - from }, (_, i) => from + i);
const bytesOf = (value: Value) => (value === null ? null : Buffer.from(value).toString('base64'));
