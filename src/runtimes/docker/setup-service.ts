/** The setup's process: makes topics, tables and the first pipeline, and ends. It may run again at any time. */
import { archiveAddress, setupConfig } from '../../config/service.js';
import { shopQuestions } from '../../questions/builtin.js';
import { eventTopic } from '../topics.js';
import { openCassandraSession } from './cassandra-session.js';
import { storeOn } from './cassandra-store.js';
import { openKafkaAdmin } from './kafka-admin.js';
import { runService } from './service-runtime.js';
import { checkLogAgainstHead, createPipeline, createTables, createTopics, waitFor } from './setup.js';

const enginePatienceMs = 120_000;

await runService('setup', async ({ clock, say }) => {
  const { lab, kafka, cassandra, retention, questions = shopQuestions } = setupConfig();
  const startedMs = clock.nowMs();
  const ready = (what: string) => say(`${what} after ${clock.nowMs() - startedMs} ms`);

  const topics = async () => {
    await using admin = await waitFor('Kafka', () => openKafkaAdmin(kafka), clock, enginePatienceMs);
    await createTopics(admin, retention);
    const [starts, ends] = await Promise.all([admin.starts(eventTopic), admin.ends(eventTopic)]);
    ready('topics are there');
    return { starts, ends };
  };
  await using session = await waitFor(
    'Cassandra',
    () => openCassandraSession({ contactPoint: cassandra }),
    clock,
    enginePatienceMs,
  );
  const tables = async () => {
    // The shop's questions' tables always: panels read them, empty or not.
    await createTables(session, [...shopQuestions, ...questions]);
    ready('tables are there');
  };
  const [{ starts, ends }] = await Promise.all([topics(), tables()]);

  const pipeline = `${lab}-1`;
  const outcome = await createPipeline(session, { architecture: lab, pipeline, questions, origin: starts });
  await checkLogAgainstHead(storeOn(session, lab), archiveAddress() === undefined ? starts : undefined, ends);
  ready(outcome === 'created' ? `pipeline ${pipeline} was made` : 'a pipeline was there already');
});
