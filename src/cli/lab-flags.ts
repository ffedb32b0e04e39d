/** The flags of the labs' commands, as help shows them; they are parsed by src/config/flags.ts. */
import type { LabName } from '../resources.js';

/** A flag or an argument, and what it means. */
export type Described = readonly [name: string, text: string];

/** The commands of one lab: those that both have, and its own. */
interface LabCommands {
  readonly summary: string;
  readonly upFlags: readonly Described[];
  readonly upExample: string;
  readonly logsExample: string;
}

const sharedUpFlags: readonly Described[] = [
  ['--rate <events>', 'events per second (50)'],
  ['--seed <number>', 'what the events follow from (1)'],
  ['--events <number>', 'stop after so many events (without end)'],
  ['--start-time <time>', 'timestamp of the first event, for reproducible ones: date or epoch ms (now)'],
  [
    '--day <time|even>',
    'how long a day of the shop lasts, 1m to 24h: quiet nights, busy noons, --rate is its mean; by arrivals, or with --start-time by timestamps (even)',
  ],
  ['--late <fraction>', 'events that come late, 0 to 1 (0)'],
  ['--duplicate <fraction>', 'events that are sent twice, 0 to 1 (0)'],
  ['--malformed <fraction>', 'messages that are no valid event, 0 to 1 (0)'],
  [
    '--questions <file>',
    'what a new lab answers: business, core for the two cheapest, or a file, YAML or JSON (business)',
  ],
  ['--spark-workers <number>', 'Spark workers, each with room for two versions (1)'],
  ['--retention <time|size>', 'how much of the log Kafka keeps: 12h, 7d, 10GB or forever (forever)'],
  ['--port-base <number>', 'added to all ports on this machine (0)'],
  ['--ingest-port <number>', 'embedded: take events over HTTP on this port as well (none)'],
  [
    '--ingest-host <address>',
    'embedded: and on this address; any but 127.0.0.1 needs SNACKLAB_INGEST_TOKEN (127.0.0.1)',
  ],
  ['--build', 'build the images even if they are there'],
  ['--no-grafana', 'leave Grafana out'],
  ['--no-console', 'embedded: leave the console out'],
  [
    '--console-listen <address>',
    'embedded: where the console listens; beyond this machine it demands a token (127.0.0.1)',
  ],
  ['--ca <file>', "a company's certificate authorities, PEM, for building (SNACKLAB_CA)"],
  ['--timeout <seconds>', 'from the start of the containers to the first answer (600)'],
];

export const labs: Readonly<Record<LabName, LabCommands>> = {
  lambda: {
    summary: 'the Lambda lab: Kafka, HDFS, MapReduce, Spark, Cassandra',
    upFlags: [
      ...sharedUpFlags,
      ['--batch-every <seconds>', 'from one batch cycle to the next (60; embedded: 10)'],
      ['--datanodes <number>', 'HDFS DataNodes (1)'],
      ['--nodemanagers <number>', 'YARN NodeManagers (1)'],
    ],
    upExample: 'snacklab lambda up --rate 1000 --batch-every 30 --spark-workers 2',
    logsExample: 'snacklab lambda logs coordinator --follow',
  },
  kappa: {
    summary: 'the Kappa lab: Kafka, Spark, Cassandra',
    upFlags: [
      ...sharedUpFlags,
      ['--archive', 'keep the log in HDFS too, so that a replay reaches what the log has forgotten (not)'],
    ],
    upExample: 'snacklab kappa up --rate 1000 --retention 1h --archive',
    logsExample: 'snacklab kappa logs compactor --follow',
  },
};

/** The command that starts a version beside the live one. */
export const startCommandOf = (lab: LabName) => (lab === 'lambda' ? 'change' : 'replay');

export const startFlags: readonly Described[] = [
  ['--as <version>', 'its name, v2'],
  ['--questions <file>', 'what it answers: a file, YAML or JSON, or business, or core (as the live version)'],
  ['--detach', 'do not wait until it has caught up'],
];

export const switchFlags: readonly Described[] = [
  ['--force', 'also when readers then go back'],
  ['--wait <seconds>', 'how long to wait for the instant at which it covers the live one (30; with --force 3)'],
];

/** Which lab of the name is meant; without them the one that is up. */
export const runtimeFlags: readonly Described[] = [
  ['--runtime <name>', 'docker or embedded (the one that is up)'],
  ['--dir <folder>', "an embedded lab's directory (the system's folder for application data)"],
];
