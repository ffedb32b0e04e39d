// Goal: what a producer calls acknowledged is in the log exactly once, whatever happens to the connection; what it gives
// up on is said. Method: a real socket to a broker that judges sequence numbers as Kafka does, and misbehaves when told.
import { describe, expect, it } from 'vitest';
import { chunkMaker } from '../../generator/chunk.js';
import { openProducer, type Producer, type ProducerOptions } from '../../generator/kafka/producer.js';
import { type FakeBroker, type Fault, startFakeBroker } from './fake-broker.js';

const topic = 'events';
const quick = { requestTimeoutMs: 150, openTimeoutMs: 100, deliveryTimeoutMs: 5000 };
const makeChunk = chunkMaker({
  seed: 1,
  knobs: { late: 0, duplicate: 0, malformed: 0 },
  partitions: 3,
  timeline: undefined,
});

const open = (broker: FakeBroker, options: Partial<ProducerOptions> = {}) =>
  openProducer({ bootstrap: broker.address, topic, clientId: 'test', say: () => {}, ...quick, ...options });

/** Sends `chunks` chunks of ten events, as many at once as the producer takes; returns which were acknowledged. */
async function sendChunks(producer: Producer, chunks: number): Promise<number[]> {
  const acknowledged: number[] = [];
  const inFlight = new Set<Promise<void>>();
  for (let chunk = 0; chunk < chunks; chunk++) {
    while (inFlight.size >= producer.sendsInFlight) await Promise.race(inFlight);
    const sending = producer
      .send(makeChunk(chunk * 10, 10, 1000).batches)
      .then(
        () => void acknowledged.push(chunk),
        () => {},
      )
      .finally(() => inFlight.delete(sending));
    inFlight.add(sending);
  }
  await Promise.all(inFlight);
  return acknowledged.sort((a, b) => a - b);
}

/** The log's event numbers, by partition in log order. */
const logged = (broker: FakeBroker) =>
  broker.log.map((messages) =>
    messages.map(({ value }) => Number(JSON.parse(Buffer.from(value!).toString()).event_id.split('-')[1])),
  );
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);

describe('the producer', () => {
  it('says where each partition’s messages are', async () => {
    await using broker = await startFakeBroker(topic, 3);
    await using producer = await open(broker);
    expect(producer.partitions).toBe(3);
    let next = [0, 0, 0];
    for (const chunk of upTo(3)) {
      const { batches } = makeChunk(chunk * 10, 10, 1000);
      const placements = await producer.send(batches);
      for (const { partition, messages } of batches) {
        expect(placements.find((placement) => placement.partition === partition)?.baseOffset).toBe(next[partition]);
        next = next.with(partition, next[partition]! + messages);
      }
    }
    expect(broker.log.map((messages) => messages.length)).toEqual(next);
  });

  it.each<[string, Fault[]]>([
    ['the connection is lost before a request is appended', ['none', 'drop before append']],
    ['the connection is lost after a request was appended', ['none', 'drop after append']],
    ['an answer never comes', ['none', 'none', 'silence']],
    ['the broker is not the leader for a moment', ['none', 6, 6]],
    ['it is lost again and again', ['drop after append', 'drop before append', 'drop after append', 7, 'silence', 19]],
  ])('delivers everything once and in order when %s', async (_, faults) => {
    await using broker = await startFakeBroker(topic, 3);
    await using producer = await open(broker);
    broker.faults.push(...faults);
    expect(await sendChunks(producer, 30)).toEqual(upTo(30));
    expect(broker.faults).toEqual([]);
    expect(sorted(logged(broker).flat())).toEqual(upTo(300));
    for (const partition of logged(broker)) expect(partition).toEqual(sorted(partition));
    expect(broker.producerIds).toBe(1);
  });

  it('repeats what the broker has already, and is recognised', async () => {
    await using broker = await startFakeBroker(topic, 3);
    await using producer = await open(broker);
    broker.faults.push('drop after append');
    expect(await sendChunks(producer, 1)).toEqual([0]);
    expect(broker.repeated).toBeGreaterThan(0);
    expect(sorted(logged(broker).flat())).toEqual(upTo(10));
  });

  it('waits while the broker is away, and goes on when it is back', async () => {
    await using broker = await startFakeBroker(topic, 3);
    await using producer = await open(broker);
    await sendChunks(producer, 2);
    await broker.stop();
    const sending = sendChunks(producer, 12);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await broker.start();
    expect(await sending).toEqual(upTo(12));
    expect(sorted(logged(broker).flat())).toEqual(sorted([...upTo(20), ...upTo(120)]));
  });

  it('gives up on all that is in flight when the time is up, and goes on as a new producer', async () => {
    await using broker = await startFakeBroker(topic, 3);
    await using producer = await open(broker, { deliveryTimeoutMs: 200 });
    broker.faults.push('drop after append');
    await broker.stop();
    await expect(producer.send(makeChunk(0, 10, 1000).batches)).rejects.toThrow('acknowledged nothing for 200 ms');
    await broker.start();
    broker.faults.length = 0;
    expect(await sendChunks(producer, 5)).toEqual(upTo(5));
    expect(broker.producerIds).toBe(2);
  });

  it('gives up at once on what the broker refuses for good, and never lets it through later', async () => {
    await using broker = await startFakeBroker(topic, 3);
    await using producer = await open(broker);
    broker.faults.push('none', 10);
    const acknowledged = await sendChunks(producer, 20);
    expect(acknowledged.length).toBeLessThan(20);
    expect(acknowledged).toEqual(expect.arrayContaining([0, 19]));
    const counts = new Map<number, number>();
    for (const index of logged(broker).flat()) counts.set(index, (counts.get(index) ?? 0) + 1);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
    for (const chunk of acknowledged) for (const i of upTo(10)) expect(counts.get(chunk * 10 + i)).toBe(1);
  });

  it('rejects what is in flight when it is closed', async () => {
    await using broker = await startFakeBroker(topic, 3);
    const producer = await open(broker, { requestTimeoutMs: 10_000 });
    broker.faults.push('silence');
    const sending = producer.send(makeChunk(0, 10, 1000).batches);
    const outcome = expect(sending).rejects.toThrow('closed with sends in flight');
    await producer[Symbol.asyncDispose]();
    await outcome;
    await expect(producer.send(makeChunk(10, 10, 1000).batches)).rejects.toThrow('closed');
  });

  it('says which broker cannot be reached, and where to look', async () => {
    const broker = await startFakeBroker(topic, 3);
    await broker.stop();
    await expect(open(broker)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining(`kafka at ${broker.address} cannot be reached`),
      suggestion: expect.stringContaining('logs kafka'),
    });
  });
});
