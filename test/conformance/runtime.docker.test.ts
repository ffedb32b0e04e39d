/**
 * Goal: the docker runtime keeps what the ports promise, as the other runtimes do.
 * Method: the facts that all runtimes are held to, on the shared lab's engines while they work for the lab. What only one
 * engine can get into (killed, paused, answering too late) is for the tests of that engine.
 */
import { afterAll, beforeAll, describe, inject } from 'vitest';
import type { CassandraSession } from '../../src/runtimes/docker/cassandra-session.js';
import { archiveBehaviour } from './archive-store.js';
import { batchEngineBehaviour } from './batch-engine.js';
import { cassandraStores, kafkaLogs, openCassandra, openHdfsFolder, openYarn } from './docker-runtime.js';
import { logBehaviour } from './log.js';
import { servingStoreBehaviour } from './serving-store.js';

describe.runIf(inject('docker'))('the serving store on Cassandra', () => {
  let session: CassandraSession;
  beforeAll(async () => {
    session = await openCassandra();
  });
  afterAll(async () => {
    await session[Symbol.asyncDispose]();
  });
  servingStoreBehaviour(cassandraStores(() => session));
});

describe.runIf(inject('docker'))('the log on Kafka', () => {
  const logs = kafkaLogs();
  beforeAll(async () => {
    await logs.connect();
  });
  afterAll(async () => {
    await logs.disconnect();
  });
  logBehaviour(logs.open);
});

describe.runIf(inject('docker'))('the archive on HDFS', () => archiveBehaviour(openHdfsFolder));

describe.runIf(inject('docker'))('the batch engine on YARN', () => batchEngineBehaviour(openYarn));
