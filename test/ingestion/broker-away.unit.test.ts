/**
 * Goal: on Kafka, an answer never says more than the broker did: sends that it repeats count once, what it gives up is
 * unknown, and while it is away events are turned away with nothing stored. Method: the real server and producer on a
 * broker that judges sequence numbers and misbehaves when told to.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProducer, type Producer } from '../../generator/kafka/producer.js';
import { type Ingestion, openIngestion } from '../../src/ingestion/keep-ingestion.js';
import { type FakeBroker, startFakeBroker } from '../generator/fake-broker.js';
import { arrayOf, eventTexts, send } from './events.js';

const topic = 'snack_automat_message';
let broker: FakeBroker;
let producer: Producer;
let ingestion: Ingestion;
let away: string | undefined;
let port: number;
beforeEach(async () => {
  away = undefined;
  broker = await startFakeBroker(topic, 3);
  producer = await openProducer({
    ...{ bootstrap: broker.address, topic, clientId: 'test', say: () => {} },
    ...{ requestTimeoutMs: 300, openTimeoutMs: 5_000, deliveryTimeoutMs: 600 },
    onReach: (lost) => {
      away = lost?.message;
    },
  });
  const doors = [{ listen: { host: '127.0.0.1', port: 0 }, access: { token: undefined } }];
  ingestion = await openIngestion({ producer, doors, away: () => away }, Date.now);
  port = ingestion.servers[0]!.port!;
});
afterEach(async () => {
  await producer[Symbol.asyncDispose]();
  await ingestion[Symbol.asyncDispose]();
  await broker[Symbol.asyncDispose]();
});

const inLog = () =>
  broker.log
    .flat()
    .map(({ value }) => Buffer.from(value!).toString())
    .sort();

describe('ingestion on Kafka', () => {
  it('stores events where the key’s partition is, and says where', async () => {
    const texts = eventTexts(0, 60);
    const { status, body } = await send({ port }, arrayOf(texts));
    expect([status, body.accepted]).toEqual([200, 60]);
    for (const [i, { partition, offset }] of body.events.entries()) {
      const message = broker.log[partition]![offset]!;
      expect(Buffer.from(message.value!).toString()).toBe(texts[i]);
      expect(Buffer.from(message.key!).toString()).toBe(JSON.parse(texts[i]!).snack_automat_id);
    }
  });

  it.each(['drop before append', 'drop after append', 'silence', 6] as const)(
    'accepts once what is sent again after: %s',
    async (fault) => {
      broker.faults.push(fault);
      const texts = eventTexts(0, 40);
      expect(await send({ port }, arrayOf(texts))).toMatchObject({ status: 200, body: { accepted: 40 } });
      expect(inLog()).toEqual([...texts].sort());
    },
  );

  it('says unknown, and never accepted, when the broker does not come back', async () => {
    // It has the events, and nobody will know: an answer of "refused" would be as wrong as one of "accepted".
    broker.faults.push('drop after append');
    const asked = send({ port }, arrayOf(eventTexts(0, 10)));
    await expect.poll(() => broker.produceRequests, { timeout: 30_000 }).toBe(1);
    await broker.stop();
    const answer = await asked;
    expect(answer).toMatchObject({ status: 503, body: { accepted: 0, unknown: 10 } });
    expect(answer.headers['retry-after']).toBeUndefined();
    expect(inLog()).toHaveLength(10);
  });

  it('turns events away while the broker is away, and takes them when it is back', async () => {
    await broker.stop();
    // A connection that is idle is found to be lost by the next who needs it.
    expect(await send({ port }, arrayOf(eventTexts(10, 11)))).toMatchObject({ status: 503, body: { unknown: 1 } });
    expect(away).toBeDefined();
    const texts = eventTexts(0, 10);
    const refused = await send({ port }, arrayOf(texts));
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(refused.body.problem).toContain('nothing was stored');
    expect(await send({ port, method: 'GET', path: '/health' }, '')).toMatchObject({
      status: 503,
      body: { log: 'away' },
    });
    await broker.start();
    await expect.poll(() => away, { timeout: 10_000 }).toBeUndefined();
    expect(await send({ port }, arrayOf(texts))).toMatchObject({ status: 200, body: { accepted: 10 } });
    expect(inLog()).toEqual([...texts].sort());
  });

  it('gives up on what the broker refuses for good, and goes on', async () => {
    broker.faults.push(10);
    expect(await send({ port }, arrayOf(eventTexts(0, 1)))).toMatchObject({ status: 503, body: { unknown: 1 } });
    await expect.poll(() => away, { timeout: 10_000 }).toBeUndefined();
    expect(await send({ port }, arrayOf(eventTexts(1, 2)))).toMatchObject({ status: 200, body: { accepted: 1 } });
  });
});
