/**
 * What shapes a lab, and how compose is told. The lab itself remembers it: the containers' environment, ports and
 * number are read back, so a second `up` changes only what its flags name.
 */
import type { CommandLineConfig } from '../../config/command-line.js';
import type { Retention } from '../../config/flags.js';
import { usualConsolePort } from '../../console/addresses.js';
import { ingestionPort } from '../../ingestion/limits.js';
import type { Question } from '../../questions/question.js';
import type { LabName } from '../../resources.js';
import { versionsPerWorker } from '../../versions/room.js';
import type { LabContainer } from './containers.js';

export interface LabSettings {
  /** Events per second. */
  readonly rate: number;
  readonly seed: number;
  readonly events: number | undefined;
  /** Epoch ms of the first event; undefined: the clock's time. */
  readonly startTime: number | undefined;
  /** How long a day of the shop lasts, ms; null: no hour differs from another. */
  readonly day: number | null;
  /** Fractions of messages. */
  readonly late: number;
  readonly duplicate: number;
  readonly malformed: number;
  /** Seconds between two batch cycles. */
  readonly batchEvery: number;
  readonly sparkWorkers: number;
  readonly datanodes: number;
  readonly nodemanagers: number;
  /** How much of the log Kafka keeps; a replay reaches no further back. */
  readonly retention: Retention;
  /** Whether Kappa keeps the log in files as well. Lambda always does. */
  readonly archive: boolean;
  /** What the first version of a new lab answers; undefined: it is no new one, or compose was run by hand. */
  readonly questions: readonly Question[] | undefined;
  /** Added to every port on the host. */
  readonly portBase: number;
}

export const defaultSettings: LabSettings = {
  rate: 50,
  seed: 1,
  events: undefined,
  startTime: undefined,
  day: null,
  late: 0,
  duplicate: 0,
  malformed: 0,
  batchEvery: 60,
  sparkWorkers: 1,
  datanodes: 1,
  nodemanagers: 1,
  retention: { ms: undefined, bytes: undefined },
  archive: false,
  questions: undefined,
  portBase: 0,
};

/** One published port of the lab. */
export interface LabPort {
  readonly service: string;
  readonly title: string;
  readonly variable: string;
  readonly port: number;
  /** Whether a browser can open it. */
  readonly web: boolean;
}

const ports: readonly LabPort[] = [
  { service: 'console', title: 'Console', variable: 'SNACKLAB_PORT_CONSOLE', port: usualConsolePort, web: true },
  { service: 'grafana', title: 'Grafana', variable: 'SNACKLAB_PORT_GRAFANA', port: 3000, web: true },
  { service: 'spark-master', title: 'Spark master', variable: 'SNACKLAB_PORT_SPARK', port: 8080, web: true },
  { service: 'namenode', title: 'HDFS NameNode', variable: 'SNACKLAB_PORT_HDFS', port: 9870, web: true },
  { service: 'resourcemanager', title: 'YARN ResourceManager', variable: 'SNACKLAB_PORT_YARN', port: 8088, web: true },
  { service: 'kafka', title: 'Kafka', variable: 'SNACKLAB_PORT_KAFKA', port: 9092, web: false },
  { service: 'cassandra', title: 'Cassandra', variable: 'SNACKLAB_PORT_CASSANDRA', port: 9042, web: false },
  { service: 'ingestion', title: 'Ingestion', variable: 'SNACKLAB_PORT_INGESTION', port: ingestionPort, web: false },
];

/** The services of HDFS, which a lab with an archive has, and those of YARN, which only Lambda has. */
const hdfsServices: readonly string[] = ['namenode', 'datanode'];
const yarnServices: readonly string[] = ['resourcemanager', 'nodemanager'];

function isIn(lab: LabName, archive: boolean, service: string): boolean {
  if (lab === 'lambda') return true;
  return !yarnServices.includes(service) && (archive || !hdfsServices.includes(service));
}

/** A lab's ports on the host. `archive` counts for Kappa only. */
export function labPorts(lab: LabName, portBase: number, archive = false): readonly LabPort[] {
  return ports
    .filter(({ service }) => isIn(lab, archive, service))
    .map((port) => ({ ...port, port: port.port + portBase }));
}

/** A port as the lab has it now, or undefined where that service is not there. */
export function publishedPort(containers: readonly LabContainer[], service: string): number | undefined {
  const usual = ports.find((port) => port.service === service)?.port;
  const container = containers.find((one) => one.service === service);
  return usual === undefined ? undefined : container?.ports.get(usual);
}

/** Addresses of the web pages of what runs. */
export function webPages(containers: readonly LabContainer[]): readonly { title: string; url: string }[] {
  return ports.flatMap(({ service, title, web }) => {
    const runs = containers.some((one) => one.service === service && one.state === 'running');
    const port = publishedPort(containers, service);
    return web && runs && port !== undefined ? [{ title, url: `http://127.0.0.1:${port}` }] : [];
  });
}

/** The settings of a lab that is there: what its containers were started with. */
export function settingsOf(containers: readonly LabContainer[]): Partial<LabSettings> {
  if (containers.length === 0) return {};
  const generator = containers.find((one) => one.service === 'generator')?.environment ?? {};
  const setup = containers.find((one) => one.service === 'setup')?.environment;
  const coordinator = containers.find((one) => one.service === 'coordinator')?.environment ?? {};
  const count = (service: string) => containers.filter((one) => one.service === service).length || undefined;
  const kafka = publishedPort(containers, 'kafka');
  return withoutUndefined({
    rate: numberIn(generator.SNACKLAB_RATE),
    seed: numberIn(generator.SNACKLAB_SEED),
    events: numberIn(generator.SNACKLAB_EVENTS),
    startTime: numberIn(generator.SNACKLAB_START_TIME),
    day: numberIn(generator.SNACKLAB_DAY_MS),
    late: numberIn(generator.SNACKLAB_LATE),
    duplicate: numberIn(generator.SNACKLAB_DUPLICATE),
    malformed: numberIn(generator.SNACKLAB_MALFORMED),
    batchEvery: numberIn(coordinator.SNACKLAB_BATCH_EVERY_S),
    retention:
      setup === undefined
        ? undefined
        : { ms: numberIn(setup.SNACKLAB_RETENTION_MS), bytes: numberIn(setup.SNACKLAB_RETENTION_BYTES) },
    questions: questionsIn(setup?.SNACKLAB_QUESTIONS),
    sparkWorkers: count('spark-worker'),
    datanodes: count('datanode'),
    nodemanagers: count('nodemanager'),
    portBase: kafka === undefined ? undefined : kafka - 9092,
  });
}

/** The variables of the compose files. */
export function composeVariables(
  lab: LabName,
  settings: LabSettings,
  images: { readonly context: string; readonly tag: string },
  config: CommandLineConfig,
): Record<string, string> {
  return {
    SNACKLAB_LAB: lab,
    SNACKLAB_CONTEXT: images.context,
    SNACKLAB_TAG: images.tag,
    SNACKLAB_IMAGE_PREFIX: config.imagePrefix,
    SNACKLAB_BASE_IMAGE: config.baseImage,
    SNACKLAB_NODE_IMAGE: config.nodeImage,
    SNACKLAB_GRAFANA_IMAGE: config.grafanaImage,
    SNACKLAB_GRAFANA_HOME: `/etc/grafana/dashboards/${lab}.json`,
    SNACKLAB_RATE: String(settings.rate),
    SNACKLAB_SEED: String(settings.seed),
    SNACKLAB_EVENTS: String(settings.events ?? ''),
    SNACKLAB_START_TIME: String(settings.startTime ?? ''),
    SNACKLAB_DAY_MS: String(settings.day ?? ''),
    SNACKLAB_LATE: String(settings.late),
    SNACKLAB_DUPLICATE: String(settings.duplicate),
    SNACKLAB_MALFORMED: String(settings.malformed),
    SNACKLAB_SPARK_WORKERS: String(settings.sparkWorkers),
    SNACKLAB_STREAM_RUNNER_MEMORY: `${runnerMiB(settings)}m`,
    SNACKLAB_BATCH_EVERY_S: String(settings.batchEvery),
    SNACKLAB_RETENTION_MS: String(settings.retention.ms ?? ''),
    SNACKLAB_RETENTION_BYTES: String(settings.retention.bytes ?? ''),
    SNACKLAB_QUESTIONS: settings.questions === undefined ? '' : composeJson(settings.questions),
    // Lambda's archive is read by its batch alone.
    SNACKLAB_WEBHDFS: lab === 'kappa' && settings.archive ? 'namenode:9870' : '',
    ...Object.fromEntries(
      labPorts(lab, settings.portBase, settings.archive).map(({ variable, port }) => [variable, String(port)]),
    ),
  };
}

/** The stream runner's memory follows the workers: a version needs an executor there and a driver here. */
function runnerMiB({ sparkWorkers }: LabSettings): number {
  return 512 + sparkWorkers * versionsPerWorker * 1024;
}

/** How many containers of the services that can be many. */
export function composeScales(lab: LabName, settings: LabSettings): readonly string[] {
  const { archive, sparkWorkers, datanodes, nodemanagers } = settings;
  const scales = { 'spark-worker': sparkWorkers, datanode: datanodes, nodemanager: nodemanagers };
  const own = Object.entries(scales).filter(([service]) => isIn(lab, archive, service));
  return own.flatMap(([service, count]) => ['--scale', `${service}=${count}`]);
}

/** JSON without a dollar sign: some versions of compose look for variables in what they have put in already. */
function composeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('$', '\\u0024');
}

function questionsIn(text: string | undefined): readonly Question[] | undefined {
  return isGiven(text) ? JSON.parse(text) : undefined;
}

function numberIn(text: string | undefined): number | undefined {
  return isGiven(text) ? Number(text) : undefined;
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

/** The same without the properties that have no value. */
export function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
