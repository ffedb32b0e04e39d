/**
 * A lab that is up, as commands use it: its containers, and its serving store through the port that they publish.
 * Kafka's client takes a tenth of a second to load, so it is loaded where it is needed.
 */
import { LabError } from '../errors.js';
import type { Position } from '../positions/position.js';
import type { Question } from '../questions/question.js';
import type { LabName } from '../resources.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { openCassandraStore } from '../runtimes/docker/cassandra-store.js';
import { publishedPort } from '../runtimes/docker/compose-settings.js';
import { connectEngine, type Engine, type LabContainer, listContainers } from '../runtimes/docker/containers.js';
import type { Log, ServingStore } from '../runtimes/ports.js';
import type { Head, Heads } from '../serving/head.js';
import type { CommandContext } from './report.js';
import { nearest } from './text.js';

export interface RunningLab {
  readonly docker: Engine;
  readonly containers: readonly LabContainer[];
}

/** The engine and the lab's containers. Throws `unavailable` when the lab has none. */
export async function findLab(lab: LabName, context: CommandContext): Promise<RunningLab> {
  const docker = await connectEngine(context.config);
  const containers = await listContainers(docker, lab);
  if (containers.length === 0) throw notUp(lab, 'has no containers');
  return { docker, containers };
}

/** The serving store of a lab. Throws `unavailable` when its Cassandra does not run. */
export function openStore(lab: LabName, containers: readonly LabContainer[]): Promise<ServingStore & AsyncDisposable> {
  return openCassandraStore({ contactPoint: cassandraOf(lab, containers), architecture: lab });
}

function cassandraOf(lab: LabName, containers: readonly LabContainer[]): string {
  const cassandra = containers.find(({ service }) => service === 'cassandra');
  const port = publishedPort(containers, 'cassandra');
  if (cassandra?.state !== 'running' || port === undefined) {
    throw notUp(lab, `has no running Cassandra (it is ${cassandra?.state ?? 'not there'})`);
  }
  return `127.0.0.1:${port}`;
}

/** The lab's log, from the host. Throws `unavailable` when its Kafka does not run. */
export async function openLog(lab: LabName, containers: readonly LabContainer[], patienceMs?: number): Promise<Log> {
  const kafka = containers.find(({ service }) => service === 'kafka');
  const port = publishedPort(containers, 'kafka');
  if (kafka?.state !== 'running' || port === undefined) {
    throw notUp(lab, `has no running Kafka (it is ${kafka?.state ?? 'not there'})`);
  }
  const broker = `127.0.0.1:${port}`;
  const { kafkaLog } = await import('../runtimes/docker/kafka-log.js');
  return kafkaLog(patienceMs === undefined ? { broker } : { broker, patienceMs });
}

/** The first and the next offset of each partition. */
export interface LogExtent {
  readonly starts: Position;
  readonly ends: Position;
}

/** Undefined where the log cannot be asked: the rest is worth having without it. */
export async function logExtent(lab: LabName, containers: readonly LabContainer[]): Promise<LogExtent | undefined> {
  try {
    const log = await openLog(lab, containers, 5000);
    const [starts, ends] = await Promise.all([log.starts(), log.ends()]);
    return { starts, ends };
  } catch {
    return undefined;
  }
}

/** The questions that the live pipeline answers now. Throws `unavailable` when there is none. */
export async function liveQuestions(store: Pick<ServingStore, 'readHeads'>): Promise<readonly Question[]> {
  return liveHead(await store.readHeads()).questions;
}

/** The head that readers follow. Throws `unavailable` when there is none. */
export function liveHead({ heads, live }: Heads): Head {
  const head = heads.get(live);
  if (head !== undefined) return head;
  throw new LabError('there is no pipeline yet', { kind: 'unavailable', suggestion: 'snacklab {lab} up' });
}

/** Makes the tables in which a version's questions are served, where they are not there yet. */
export async function createServedTables(
  lab: LabName,
  containers: readonly LabContainer[],
  questions: readonly Question[],
): Promise<void> {
  await using session = await openCassandraSession({ contactPoint: cassandraOf(lab, containers) });
  const { createTables } = await import('../runtimes/docker/setup.js');
  await createTables(session, questions);
}

/** The question of this name. Throws `usage` when there is none. */
export function questionNamed(name: string, questions: readonly Question[]): Question {
  const question = questions.find((one) => one.name === name);
  if (question !== undefined) return question;
  const names = questions.map((one) => one.name);
  throw new LabError(`there is no question "${name}"`, {
    kind: 'usage',
    suggestion: nearest(name, names) ?? names.join(', or '),
    detail: { name, names },
  });
}

function notUp(lab: LabName, why: string): LabError {
  return new LabError(`the ${lab} lab ${why}`, { kind: 'unavailable', suggestion: `snacklab ${lab} up` });
}
