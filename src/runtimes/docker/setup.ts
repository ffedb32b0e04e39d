/**
 * What must be there before any other service starts: topics, tables, the first pipeline's head.
 * Each step may be repeated, and what is there already is left as it is; only what does not fit ends in an error.
 * It waits for engines, boundedly, but starts none.
 */
import { createHash } from 'node:crypto';
import type { Retention } from '../../config/flags.js';
import { describeError, LabError } from '../../errors.js';
import { covers, formatPosition, type Position } from '../../positions/position.js';
import type { Question } from '../../questions/question.js';
import { newHead } from '../../serving/head.js';
import { panelTables } from '../../serving/keep-presented.js';
import { servedTable } from '../../serving/served-view.js';
import type { Clock, ServingStore } from '../ports.js';
import { deadLetterTopic, eventTopic } from '../topics.js';
import { insertHead } from './cassandra-heads.js';
import type { CassandraSession } from './cassandra-session.js';
import { cql, table } from './cql.js';
import type { KafkaAdmin } from './kafka-admin.js';
import { createPanelTable, panelTableName } from './panel-tables.js';
import { createKeyspace, createTableVersions, keyspace, machinerySchema, schema } from './schema.js';
import { createServedTable } from './served-tables.js';

export const eventPartitions = 4;

/** Tries to reach an engine until it answers. Throws the last error, with what was waited for, after `patienceMs`. */
export async function waitFor<T>(what: string, open: () => Promise<T>, clock: Clock, patienceMs: number): Promise<T> {
  const endMs = clock.nowMs() + patienceMs;
  for (;;) {
    try {
      return await open();
    } catch (cause) {
      if (clock.nowMs() >= endMs) {
        throw new LabError(`${what} was not ready after ${patienceMs} ms: ${describeError(cause)}`, {
          kind: 'unavailable',
          suggestion: `snacklab {lab} logs ${what.toLowerCase()}`,
          cause,
        });
      }
    }
    await clock.sleep(250);
  }
}

/** Makes both topics. Without a retention the log is kept for ever, so that it can be replayed from its beginning. */
export async function createTopics(admin: KafkaAdmin, retention: Retention): Promise<void> {
  const config = eventTopicConfig(retention);
  const outcome = await admin.createTopic({ topic: eventTopic, partitions: eventPartitions, config });
  // A lab that is up may be given another retention.
  if (outcome === 'exists') await admin.configureTopic(eventTopic, config);
  // Keyed by "partition:offset": a dead letter that is kept again replaces the first.
  await admin.createTopic({ topic: deadLetterTopic, partitions: 1, config: { 'cleanup.policy': 'compact' } });
  const partitions = await admin.partitions(eventTopic);
  if (partitions !== eventPartitions) {
    throw new LabError(`the topic ${eventTopic} has ${partitions} partitions, the lab counts on ${eventPartitions}`, {
      suggestion: 'Start the lab afresh: snacklab {lab} down --volumes, then snacklab {lab} up',
      detail: { topic: eventTopic, partitions },
    });
  }
}

/** Kafka deletes whole segments: they are small enough that a tenth of what is kept is the most that is kept too long. */
function eventTopicConfig({ ms, bytes }: Retention): Readonly<Record<string, string>> {
  const bytesOfPartition = bytes === undefined ? undefined : Math.ceil(bytes / eventPartitions);
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(ms ?? -1),
    'retention.bytes': String(bytesOfPartition ?? -1),
    'segment.ms': String(ms === undefined ? weekMs : Math.max(10_000, Math.ceil(ms / 10))),
    'segment.bytes': String(
      bytesOfPartition === undefined ? segmentBytes : clamp(Math.ceil(bytesOfPartition / 10), 2 ** 20, segmentBytes),
    ),
  };
}

const segmentBytes = 2 ** 28;
const weekMs = 7 * 86_400_000;
const clamp = (value: number, least: number, greatest: number) => Math.min(Math.max(value, least), greatest);

/** Makes the tables, all at once: Cassandra takes its time for each. Throws where one is of another declaration. */
export async function createTables(session: CassandraSession, questions: readonly Question[]): Promise<void> {
  await session.define(createKeyspace);
  await session.define(createTableVersions);
  const declarations = new Map([
    ['schema', schema],
    ['machinery', machinerySchema],
    ...panelTables.map((one) => [panelTableName(one), [createPanelTable(one)]] as const),
    ...questions.map((question) => [servedTable(question), [createServedTable(question)]] as const),
  ]);
  await Promise.all([...declarations].map(([name, statements]) => claimVersion(session, name, statements)));
  await Promise.all([...declarations.values()].flat().map((statement) => session.define(statement)));
}

/** The first declaration of a table is the one that counts, for as long as its rows are there. */
async function claimVersion(session: CassandraSession, name: string, statements: readonly string[]): Promise<void> {
  const ours = createHash('sha256').update(statements.join('\n')).digest('hex');
  const insert = cql`INSERT INTO ${table('table_versions')} (name, declaration) VALUES (${name}, ${ours}) IF NOT EXISTS`;
  if ((await session.change([insert])) === 'applied') return;
  const [row] = await session.read(cql`SELECT declaration FROM ${table('table_versions')} WHERE name = ${name}`, {
    serial: true,
  });
  if (row?.declaration === ours) return;
  throw new LabError(`the tables of ${name} in ${keyspace} were made by another version of snacklab`, {
    suggestion: 'Use that version, or start the lab afresh: snacklab {lab} down --volumes, then snacklab {lab} up',
    detail: { name, found: row?.declaration, expected: ours },
  });
}

export interface FirstPipeline {
  readonly architecture: string;
  readonly pipeline: string;
  readonly questions: readonly Question[];
  /** Where the log starts now: the pipeline's origin, if this is the first time. */
  readonly origin: Position;
}

/** Makes the first pipeline's head, and makes it the live one, where the lab has no pipeline yet. */
export async function createPipeline(session: CassandraSession, first: FirstPipeline): Promise<'created' | 'exists'> {
  const { architecture, pipeline, questions, origin } = first;
  const head = newHead(pipeline, 1, origin, questions);
  const makeLive = cql`UPDATE ${table('heads')} SET live = ${pipeline}, generation = ${1n}, forced = ${0n},
    next_incarnation = ${2} WHERE architecture = ${architecture} IF live = ${null}`;
  const outcome = await session.change([makeLive, insertHead(architecture, head)]);
  if (outcome === 'in-doubt') throw new LabError(`it is in doubt whether ${pipeline} was made; setup may run again`);
  return outcome === 'applied' ? 'created' : 'exists';
}

/**
 * Throws when the log cannot be the one that the live pipeline has counted (protocol rule 13). Without `starts` it may begin
 * anywhere: where there is an archive, the stream job finds out whether that has what the log lacks.
 */
export async function checkLogAgainstHead(
  store: ServingStore,
  starts: Position | undefined,
  ends: Position,
): Promise<void> {
  const { heads, live } = await store.readHeads();
  const head = heads.get(live);
  if (head === undefined) return;
  const { position } = head;
  const afresh = 'Start the lab afresh: snacklab {lab} down --volumes, then snacklab {lab} up';
  if (!covers(ends, position)) {
    throw new LabError(
      `the log ends at ${formatPosition(ends)}, but ${live} has counted up to ${formatPosition(position)}`,
      {
        suggestion: `The log was lost or made anew. ${afresh}`,
        detail: { ends, position },
      },
    );
  }
  if (starts !== undefined && !covers(position, starts)) {
    throw new LabError(
      `the log begins at ${formatPosition(starts)}, above what ${live} has counted: ${formatPosition(position)}`,
      {
        suggestion: `Events were deleted before they were counted. ${afresh}`,
        detail: { starts, position },
      },
    );
  }
}
