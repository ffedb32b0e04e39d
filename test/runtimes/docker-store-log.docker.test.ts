/**
 * Goal: the log on a real Kafka is read in order and without a gap across the broker's death, and what is gone or was
 * never there is an error that says so (what any log does is for test/conformance); and the validation view's truth over
 * it equals totals that were written by hand.
 * Method: topics of its own on the lab's broker, which is killed while its messages are read.
 */
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { builtinQuestions, itemsSold, revenueByMachine } from '../../src/questions/builtin.js';
import { allDataView } from '../../src/runtimes/docker/all-data-view.js';
import { type CassandraSession, openCassandraSession } from '../../src/runtimes/docker/cassandra-session.js';
import { storeOn } from '../../src/runtimes/docker/cassandra-store.js';
import { kafkaLog } from '../../src/runtimes/docker/kafka-log.js';
import { createPipeline } from '../../src/runtimes/docker/setup.js';
import type { LogReader, Message } from '../../src/runtimes/ports.js';
import { realClock } from '../../src/runtimes/service-scope.js';
import { validate } from '../../src/validation/validator.js';
import { hangMs } from '../lab/cli.js';
import { waitFor } from '../lab/lab.js';
import { killAndStart } from '../lab/lambda.js';

const broker = '127.0.0.1:29092';
const contactPoint = '127.0.0.1:29042';
const run = `log-test-${process.pid}`;
const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING, retry: { retries: 30, maxRetryTime: 2_000 } });

describe.runIf(inject('docker'))('the log on Kafka', () => {
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });

  beforeAll(async () => {
    await admin.connect();
    await producer.connect();
  });
  afterAll(async () => {
    await producer.disconnect();
    await admin.disconnect();
  });

  async function topicWith(name: string, values: readonly (readonly (string | Buffer | null)[])[]): Promise<string> {
    const topic = `${run}-${name}`;
    await admin.createTopics({ topics: [{ topic, numPartitions: values.length, replicationFactor: 1 }] });
    const messages = values.flatMap((list, partition) => list.map((value) => ({ partition, value })));
    for (let i = 0; i < messages.length; i += 1_000) {
      await producer.send({ topic, messages: messages.slice(i, i + 1_000) });
    }
    return topic;
  }

  it('goes on where it stood when the broker is killed', async () => {
    const count = 60_000;
    const values = Array.from({ length: count }, (_, i) => `${i}`.padEnd(300, '.'));
    const topic = await topicWith('killed', [values.slice(0, count / 2), values.slice(count / 2)]);
    // Small answers, so that many are still to come.
    await using reader = await kafkaLog({ broker, topic, bytesMax: 64 * 1024 }).read([0, 0]);
    const before = await readUntil(reader, [1_000, 0]);
    await killAndStart('kafka');
    const after = await readUntil(reader, [count / 2, count / 2], before);
    expect(after).toHaveLength(count);
    for (const partition of [0, 1]) {
      const offsets = after.filter((message) => message.partition === partition).map(({ offset }) => offset);
      expect(offsets).toEqual([...new Array(count / 2).keys()]);
    }
    const texts = after.map(({ value }) => Number.parseInt(value!.toString(), 10)).sort((a, b) => a - b);
    expect(texts).toEqual([...new Array(count).keys()]);
  });

  it('refuses a position that the log does not reach, or has left behind', async () => {
    const topic = await topicWith('cut', [['a', 'b', 'c']]);
    const log = kafkaLog({ broker, topic });
    await expect(log.read([4])).rejects.toThrow('the log does not reach so far');
    await expect(log.read([0, 0])).rejects.toThrow('the topic has 1 partitions');
    // The broker was killed above, and a connection from before would be asked for the topic's leader in vain.
    const fresh = kafka.admin();
    await fresh.connect();
    await fresh.fetchTopicOffsets(topic);
    await fresh.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] });
    await fresh.disconnect();
    expect(await log.starts()).toEqual([2]);
    await expect(log.read([1])).rejects.toThrow('the log begins at 2, what was before is gone');
  });

  describe('and the validation view on it', () => {
    let session: CassandraSession;
    beforeAll(async () => {
      session = await openCassandraSession({ contactPoint });
    });
    afterAll(async () => {
      await session[Symbol.asyncDispose]();
    });

    it('tells the truth of each head, as it was added by hand, also after a restart', async () => {
      const pipeline = `${run}-1`;
      const incarnation = 2_000_000 + (process.pid % 1_000_000);
      const topic = await topicWith('truth', [
        [sale('a', 'apple', 1, 120), 'not an event', sale('b', 'mars', 2, 80), sale('c', 'apple', 1, 7)],
        [sale('d', 'apple', 2, 1_000), sale('d', 'apple', 2, 1_000), null],
      ]);
      const store = storeOn(session, run);
      await createPipeline(session, {
        architecture: run,
        pipeline,
        questions: builtinQuestions,
        origin: [0, 0],
      });
      await store.changeHead(pipeline, { incarnation: 1 }, { incarnation, number: 1, position: [2, 1] });

      await validating(async () => {
        const truth = await waitFor('the first truth', () => store.readTruth(incarnation, 1, itemsSold.name));
        expect(truth).toMatchObject({ position: [2, 1], messages: 3, rejected: 1, repeats: 0 });
        expect(truth.sums).toEqual(new Map([['["apple"]', [2n, 1_120n]]]));
      });
      await store.changeHead(pipeline, { number: 1 }, { number: 2, position: [4, 3] });
      const said = await validating(async () => {
        const truth = await waitFor('the second truth', () => store.readTruth(incarnation, 2, revenueByMachine.name));
        expect(truth).toMatchObject({ position: [4, 3], messages: 7, rejected: 2 });
        const soldAndCents = new Map([...truth.sums].map(([key, sums]) => [key, sums.slice(0, 2)]));
        expect(soldAndCents).toEqual(
          new Map([
            ['["SNACK--1"]', [2n, 127n]],
            ['["SNACK--2"]', [3n, 2_080n]],
          ]),
        );
        const report = await waitFor('its report', async () =>
          (await store.readReports()).find(
            (one) => one.service === `validation-${pipeline}` && one.report.number === 2,
          ),
        );
        expect(report.report).toMatchObject({ messages: 7, rejected: 2, repeats: 1, behindMessages: 0 });
      });
      expect(said[0]).toBe('goes on from its truth of slice 1 at [2,1]');
      const raw = await session.read({
        query: 'SELECT event_id FROM snacklab.all_data_view WHERE lab = ? AND minute = ?',
        params: [run, new Date(0)],
      });
      expect(raw.map(({ event_id }) => event_id)).toEqual(['a', 'b', 'c', 'd', 'd']);

      /** Runs the validation view while something is awaited. Returns what it said. */
      async function validating(meanwhile: () => Promise<void>): Promise<string[]> {
        const stopping = new AbortController();
        const lines: string[] = [];
        const running = validate({
          pipeline,
          store,
          log: kafkaLog({ broker, topic }),
          rawEvents: allDataView(session, run),
          keepsRawEvents: () => true,
          clock: realClock(stopping.signal),
          hold: async () => {},
          stopped: () => stopping.signal.aborted,
          say: (line) => lines.push(line),
        });
        try {
          await Promise.race([meanwhile(), running.then(() => expect.fail('it ended by itself'))]);
        } finally {
          stopping.abort();
        }
        await running;
        return lines;
      }
    });
  });
});

/** Reads until every partition has come to `until`, and adds to what was read before. */
async function readUntil(reader: LogReader, until: readonly number[], before: readonly Message[] = []) {
  const messages = [...before];
  const next = until.map((_, partition) => {
    const last = messages.findLast((message) => message.partition === partition);
    return last === undefined ? 0 : last.offset + 1;
  });
  const endMs = Date.now() + hangMs;
  while (until.some((offset, partition) => next[partition]! < offset)) {
    if (Date.now() > endMs) throw new Error(`read up to ${next}, not ${until}, in time`);
    for (const message of await reader.next(1_000)) {
      messages.push(message);
      next[message.partition] = message.offset + 1;
    }
  }
  return messages;
}

function sale(id: string, item: string, machine: number, price_cents: number): string {
  return JSON.stringify({
    event_id: id,
    kind: 'sale',
    purchase_id: 'p',
    purchase_index: 1,
    snack_automat_id: `SNACK--${machine}`,
    item,
    slot: 1,
    customer_id: 1,
    healthy: true,
    price_cents,
    cost_cents: 50,
    timestamp: 5,
  });
}
