/**
 * The docker runtime for the conformance tests: on the shared lab's engines, beside what the lab itself has there, under
 * names and in folders of their own.
 */
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { openYarnEngine } from '../../lambda/yarn-engine.js';
import { parsePosition } from '../../src/positions/position.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { type CassandraSession, openCassandraSession } from '../../src/runtimes/docker/cassandra-session.js';
import { storeOn } from '../../src/runtimes/docker/cassandra-store.js';
import { openHdfsArchive } from '../../src/runtimes/docker/hdfs-archive.js';
import { kafkaLog } from '../../src/runtimes/docker/kafka-log.js';
import { createPipeline, createTables } from '../../src/runtimes/docker/setup.js';
import { keyColumns, servedTable, sumColumn, sumFaces } from '../../src/serving/served-view.js';
import { hangMs } from '../lab/cli.js';
import { openHdfsFromHost } from '../lab/hdfs.js';
import { container } from '../lab/lambda.js';
import type { FreshArchive } from './archive-store.js';
import type { FreshEngine } from './batch-engine.js';
import { type FreshStore, firstPosition, type OpenFreshStore, servedQuestions } from './fresh-store.js';
import type { OpenFreshLog } from './log.js';

const run = `conform-${process.pid}`;
let opened = 0;

/** Connects to Cassandra, and makes the served tables that the facts need. */
export async function openCassandra(): Promise<CassandraSession> {
  const session = await openCassandraSession({ contactPoint: '127.0.0.1:29042', patienceMs: hangMs });
  await createTables(session, servedQuestions);
  return session;
}

/** Each store is an architecture of its own, with a pipeline that only it has. */
export function cassandraStores(session: () => CassandraSession): OpenFreshStore {
  return async () => {
    const number = ++opened;
    const lab = `${run}-${number}`;
    const pipeline = `${lab}-first`;
    await createPipeline(session(), {
      architecture: lab,
      pipeline,
      questions: builtinQuestions,
      origin: firstPosition,
    });
    return {
      ...{ store: storeOn(session(), lab), pipeline, incarnation: incarnationOf(number) },
      readView: (question, face) => readView(session(), lab, question, face),
      [Symbol.asyncDispose]: async () => {},
    };
  };
}

/** Far above the lab's own, so that its sweepers leave them alone, and apart from another run's on the same volumes. */
const incarnationOf = (number: number) => 500_000_000 + (process.pid % 10_000) * 10_000 + number * 10;

const readView = async (
  session: CassandraSession,
  lab: string,
  ...[question, face]: Parameters<FreshStore['readView']>
) => {
  const query = `SELECT * FROM snacklab.${servedTable(question)} WHERE lab = ? AND face = ?`;
  const rows = await session.read({ query, params: [lab, face] });
  return rows.map((row) => ({
    key: Object.fromEntries(keyColumns(question).map((column) => [column, String(row[column])])),
    ...{ number: Number(row.number), pipeline: String(row.pipeline), position: parsePosition(row.position) },
    asOfMs: Number(row.as_of),
    sums: Object.fromEntries(
      Object.keys(question.sums).map((sum) => [
        sum,
        Object.fromEntries(sumFaces.map((one) => [one, row[sumColumn(sum, one)] as bigint | null])) as never,
      ]),
    ),
  }));
};

const broker = '127.0.0.1:29092';

/** Each log is a topic of its own on the lab's broker. */
export function kafkaLogs() {
  const kafka = new Kafka({
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    retry: { retries: 30, maxRetryTime: 2_000 },
  });
  const [admin, producer] = [kafka.admin(), kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })];
  const open: OpenFreshLog = async (numPartitions) => {
    const topic = `${run}-${++opened}`;
    await admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1 }] });
    return {
      log: kafkaLog({ broker, topic }),
      async produce(partition, values, timestampMs) {
        const messages = values.map((value) => ({
          ...{ partition, timestamp: String(timestampMs) },
          value: value === null ? null : Buffer.from(value),
        }));
        for (let i = 0; i < messages.length; i += 1_000) {
          await producer.send({ topic, messages: messages.slice(i, i + 1_000) });
        }
      },
      async forget(starts) {
        // It looks for leaders only in what it has been asked about before.
        await admin.fetchTopicOffsets(topic);
        const partitions = starts.map((offset, partition) => ({ partition, offset: String(offset) }));
        await admin.deleteTopicRecords({ topic, partitions });
      },
      // It stays: a client asks for all topics that it has ever met, and fails where one of them is gone.
      [Symbol.asyncDispose]: async () => {},
    };
  };
  return {
    open,
    connect: () => Promise.all([admin.connect(), producer.connect()]),
    disconnect: () => Promise.all([admin.disconnect(), producer.disconnect()]),
  };
}

/** Each archive is a folder of its own on the lab's HDFS. */
export async function openHdfsFolder(): Promise<FreshArchive> {
  const hdfs = await openHdfsFromHost();
  const folder = `/${run}-${++opened}`;
  return {
    archive: await openHdfsArchive(hdfs, Date.now(), folder),
    [Symbol.asyncDispose]: async () => {
      await hdfs.remove(folder);
    },
  };
}

/** YARN with jobs that the coordinator's container submits: only the lab's network can reach it. */
export async function openYarn(): Promise<FreshEngine> {
  const { archive, [Symbol.asyncDispose]: close } = await openHdfsFolder();
  const streaming = join(mkdtempSync(join(tmpdir(), 'streaming-')), 'streaming');
  writeFileSync(streaming, `#!/bin/sh\nexec docker exec ${container('coordinator')} /opt/hadoop/streaming "$@"\n`);
  chmodSync(streaming, 0o755);
  const engine = openYarnEngine({
    ...{ hdfs: await openHdfsFromHost(), yarn: '127.0.0.1:28088', streaming },
    task: '/usr/local/bin/node /opt/snacklab/batch-task.mjs',
  });
  return { engine, archive, pipeline: run, [Symbol.asyncDispose]: close };
}
