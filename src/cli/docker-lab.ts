/**
 * A lab in containers: found by its labels, reached through the ports that they publish. Kafka's client takes a tenth of a
 * second to load, so it is loaded where it is needed.
 */
import { withArchive } from '../checker/archived-log.js';
import type { CheckedLog } from '../checker/verify.js';
import type { CommandLineConfig } from '../config/command-line.js';
import { LabError } from '../errors.js';
import type { Question } from '../questions/question.js';
import type { LabName } from '../resources.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { openCassandraStore } from '../runtimes/docker/cassandra-store.js';
import { publishedPort, webPages } from '../runtimes/docker/compose-settings.js';
import {
  connectEngine,
  type Engine,
  type LabContainer,
  listContainers,
  memoryInUse,
} from '../runtimes/docker/containers.js';
import { followLogs, readLogs } from '../runtimes/docker/containers-logs.js';
import { engineDiskFree } from '../runtimes/docker/doctor-facts.js';
import { engineTools, type ToolName } from '../runtimes/docker/engine-tools.js';
import { isReady, stateText } from '../runtimes/docker/lifecycle-state.js';
import type { Log, ServingStore } from '../runtimes/ports.js';
import type { Heads } from '../serving/head.js';
import { unpackingAgain } from '../serving/packed.js';
import { mustFit, mustFitOnDisk } from '../versions/room.js';
import type { IngestionAddress, LabLogs, LabParts, LogLine, RunningLab } from './lab.js';
import { archiveReportIn } from './replay-reach.js';
import { nearest } from './text.js';

/** The lab that the engine has under this name, or none. */
export async function connectDockerLab(lab: LabName, config: CommandLineConfig): Promise<RunningLab> {
  const docker = await connectEngine(config);
  return dockerLab(docker, lab, await listContainers(docker, lab));
}

/** The engine. Where none answers, the error names the runtime that needs none, and this command of it. */
export async function engineOrHint(config: CommandLineConfig, command: 'up' | 'down'): Promise<Engine> {
  try {
    return await connectEngine(config);
  } catch (error) {
    if (!(error instanceof LabError) || error.kind !== 'unavailable') throw error;
    const { message, kind, detail, cause } = error;
    const suggestion = `${error.suggestion}\n     or without Docker: snacklab {lab} ${command} --runtime embedded`;
    throw new LabError(message, { kind, detail, cause, suggestion });
  }
}

/** A lab of these containers. */
export function dockerLab(docker: Engine, lab: LabName, containers: readonly LabContainer[]): RunningLab {
  return {
    lab,
    runtime: 'docker',
    absent: containers.length === 0 ? notUp(lab, 'has no containers') : undefined,
    openStore: () => openStore(lab, containers),
    openLog: (patienceMs) => openLog(lab, containers, patienceMs),
    openCheckerLog: (say) => openCheckerLog(docker, lab, containers, say),
    ingestionAddress: async () => ingestionAddress(lab, containers),
    ledgerLines: async () =>
      (await import('../runtimes/docker/generator-ledger.js')).readGeneratorLedger(docker, containers),
    mustHaveRoom: (heads) => mustHaveRoom(docker, containers, heads),
    createServedTables: (questions) => createServedTables(lab, containers, questions),
    // Lambda's archive is what its batch counts: a replay never reads it.
    archiveSaid: (reports) => (lab === 'kappa' ? archiveReportIn(containers, reports) : undefined),
    parts: () => partsOf(docker, containers),
    toolContainer: (tool) => toolContainer(lab, containers, tool),
    logs: async (service) => logsOf(docker, containersOf(containers, service)),
  };
}

/**
 * Commands read all slices of each question again and again, some hundreds of six questions beside a busy batch. Fewer than
 * are there would be none: they are asked for in turn.
 */
const slicesInMemory = { tablesMax: 4096, bytesMax: Number.POSITIVE_INFINITY };

/** The serving store of a lab. Throws `unavailable` when its Cassandra does not run. */
export function openStore(lab: LabName, containers: readonly LabContainer[]): Promise<ServingStore & AsyncDisposable> {
  const unpackSums = unpackingAgain(slicesInMemory);
  return openCassandraStore({ contactPoint: cassandraOf(lab, containers), architecture: lab, unpackSums });
}

function cassandraOf(lab: LabName, containers: readonly LabContainer[]): string {
  const cassandra = containers.find(({ service }) => service === 'cassandra');
  const port = publishedPort(containers, 'cassandra');
  if (cassandra?.state !== 'running' || port === undefined) {
    throw notUp(lab, `has no running Cassandra (it is ${cassandra?.state ?? 'not there'})`);
  }
  return `127.0.0.1:${port}`;
}

async function openLog(
  lab: LabName,
  containers: readonly LabContainer[],
  patienceMs: number | undefined,
): Promise<Log & AsyncDisposable> {
  const kafka = containers.find(({ service }) => service === 'kafka');
  const port = publishedPort(containers, 'kafka');
  if (kafka?.state !== 'running' || port === undefined) {
    throw notUp(lab, `has no running Kafka (it is ${kafka?.state ?? 'not there'})`);
  }
  const broker = `127.0.0.1:${port}`;
  const { kafkaLog } = await import('../runtimes/docker/kafka-log.js');
  const log = kafkaLog(patienceMs === undefined ? { broker } : { broker, patienceMs });
  // It connects for each call.
  return { ...log, [Symbol.asyncDispose]: async () => {} };
}

async function openCheckerLog(
  docker: Engine,
  lab: LabName,
  containers: readonly LabContainer[],
  say: (line: string) => void,
): Promise<CheckedLog & AsyncDisposable> {
  const port = publishedPort(containers, 'kafka');
  if (port === undefined) throw notUp(lab, 'has no Kafka');
  const { openCheckerLog: open } = await import('../runtimes/docker/checker-log.js');
  const { archiveOf } = await import('../runtimes/docker/checker-archive.js');
  const log = await open(`127.0.0.1:${port}`);
  // Lambda's answers are made from its archive: that is not what they are judged by.
  const archive = lab === 'kappa' ? archiveOf(docker, containers) : undefined;
  return archive === undefined ? log : withArchive(log, archive, say);
}

function ingestionAddress(lab: LabName, containers: readonly LabContainer[]): IngestionAddress {
  const port = publishedPort(containers, 'ingestion');
  // It may be starting again: whether it answers is found out by who asks it.
  if (port === undefined) throw notUp(lab, 'has nothing that takes events');
  return { host: '127.0.0.1', port };
}

/** Each version holds an executor, a driver, and an output of its own. */
async function mustHaveRoom(docker: Engine, containers: readonly LabContainer[], heads: Heads): Promise<void> {
  const runner = containers.find(({ service }) => service === 'stream-runner');
  mustFit(heads, {
    sparkWorkers: containers.filter(({ service }) => service === 'spark-worker').length,
    runnerBytes: runner?.memoryLimitBytes,
  });
  mustFitOnDisk(await engineDiskFree(docker), 'docker system df shows what the engine holds');
}

async function createServedTables(
  lab: LabName,
  containers: readonly LabContainer[],
  questions: readonly Question[],
): Promise<void> {
  await using session = await openCassandraSession({ contactPoint: cassandraOf(lab, containers) });
  const { createTables } = await import('../runtimes/docker/setup.js');
  await createTables(session, questions);
}

async function partsOf(docker: Engine, containers: readonly LabContainer[]): Promise<LabParts> {
  const memory = await Promise.all(containers.map(({ id }) => memoryInUse(docker, id)));
  const services = containers.map((container, i) => ({
    name: container.name,
    service: container.service,
    state: stateText(container),
    ready: isReady(container),
    restarts: container.restarts,
    memoryBytes: memory[i] ?? null,
  }));
  return {
    running: containers.some(({ state }) => state === 'running'),
    services,
    memoryBytes: memory.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0),
    pages: [...webPages(containers)],
  };
}

function containersOf(containers: readonly LabContainer[], service: string | undefined): readonly LabContainer[] {
  if (service === undefined) return containers;
  const chosen = containers.filter((one) => one.service === service || one.name === service);
  if (chosen.length > 0) return chosen;
  const services = [...new Set(containers.map((one) => one.service))];
  throw new LabError(`there is no service "${service}"`, {
    kind: 'usage',
    suggestion: nearest(service, services) ?? services.join(', '),
    detail: { service, services },
  });
}

function toolContainer(lab: LabName, containers: readonly LabContainer[], tool: ToolName): string {
  const { engine, services } = engineTools[tool];
  const having = services.flatMap((service) => containers.filter((one) => one.service === service));
  const running = having.find(({ state }) => state === 'running');
  if (running !== undefined) return running.name;
  if (having.length > 0) throw notUp(lab, `has no running ${having[0]!.service} (it is ${having[0]!.state})`);
  throw new LabError(`this ${lab} lab has no ${engine}`, {
    kind: 'usage',
    suggestion: 'snacklab lambda has it, and snacklab kappa up --archive',
    detail: { tool },
  });
}

function logsOf(docker: Engine, chosen: readonly LabContainer[]): LabLogs {
  const shortName = (name: string) => name.replace(/^snacklab-[a-z]+-/, '').padEnd(18);
  return {
    read: (tail) => readLogs(docker, chosen, tail),
    follow: (tail, signal) => followLogs(docker, chosen, tail, signal),
    lineText: ({ container, text }: LogLine) => (chosen.length > 1 ? `${shortName(container)} ${text}` : text),
  };
}

function notUp(lab: LabName, why: string): LabError {
  return new LabError(`the ${lab} lab ${why}`, { kind: 'unavailable', suggestion: `snacklab ${lab} up` });
}
