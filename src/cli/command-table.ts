/**
 * All commands: names, flags, examples, and where each is found. Only this is loaded to show help; a command's own
 * module, with the clients that it needs, is loaded when it runs. Flags are parsed by src/config/flags.ts.
 */
import type { Command } from './report.js';

type Described = readonly [name: string, text: string];

export interface CommandEntry {
  /** `['lambda', 'generator', 'rate']`; all but the last are groups. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly arguments?: readonly Described[];
  readonly flags?: readonly Described[];
  readonly examples: readonly string[];
  readonly load: () => Promise<{ readonly run: Command }>;
}

export const groups: readonly { readonly path: readonly string[]; readonly summary: string }[] = [
  { path: ['lambda'], summary: 'the Lambda lab: Kafka, HDFS, MapReduce, Spark, Cassandra' },
  { path: ['lambda', 'generator'], summary: 'change how events are made, while the lab runs' },
];

const upFlags: readonly Described[] = [
  ['--rate <events>', 'events per second (50)'],
  ['--seed <number>', 'what the events follow from (1)'],
  ['--events <number>', 'stop after so many events (without end)'],
  ['--start-time <time>', 'timestamp of the first event, for reproducible ones: date or epoch ms (now)'],
  ['--late <fraction>', 'events that come late, 0 to 1 (0)'],
  ['--duplicate <fraction>', 'events that are sent twice, 0 to 1 (0)'],
  ['--malformed <fraction>', 'messages that are no valid event, 0 to 1 (0)'],
  ['--batch-every <seconds>', 'from one batch cycle to the next (60)'],
  ['--spark-workers <number>', 'Spark workers (1)'],
  ['--datanodes <number>', 'HDFS DataNodes (1)'],
  ['--nodemanagers <number>', 'YARN NodeManagers (1)'],
  ['--port-base <number>', 'added to all ports on this machine (0)'],
  ['--build', 'build the images even if they are there'],
  ['--no-grafana', 'leave Grafana out'],
  ['--ca <file>', "a company's certificate authorities, PEM, for building (SNACKLAB_CA)"],
  ['--timeout <seconds>', 'from the start of the containers to the first answer (600)'],
];

export const commandTable: readonly CommandEntry[] = [
  {
    path: ['doctor'],
    summary: 'what is missing on this machine, and what to do about it',
    flags: [
      ['--port-base <number>', 'added to all ports (0)'],
      ['--ca <file>', "a company's certificate authorities, PEM (SNACKLAB_CA)"],
    ],
    examples: ['snacklab doctor'],
    load: () => import('./commands/doctor.js'),
  },
  {
    path: ['lambda', 'up'],
    summary:
      'build and start the lab, and wait for the first exact answer; a flag that is not given keeps what the lab has',
    flags: upFlags,
    examples: ['snacklab lambda up', 'snacklab lambda up --rate 1000 --batch-every 30 --spark-workers 2'],
    load: () => import('./commands/up.js'),
  },
  {
    path: ['lambda', 'status'],
    summary: 'services, pipeline, batch cycle, generator and validation',
    examples: ['snacklab lambda status', 'snacklab lambda status --json | jq .pipelines[0].lag'],
    load: () => import('./commands/status.js'),
  },
  {
    path: ['lambda', 'query'],
    summary: 'base, real time, merged and truth of a question, side by side',
    arguments: [['<question>', 'items-sold or revenue-by-machine']],
    flags: [['--csv', 'print comma-separated values']],
    examples: ['snacklab lambda query items-sold', 'snacklab lambda query revenue-by-machine --csv >revenue.csv'],
    load: () => import('./commands/query.js'),
  },
  {
    path: ['lambda', 'watch'],
    summary: 'a question again and again, redrawn in the terminal; lines where it is none',
    arguments: [['[question]', 'items-sold or revenue-by-machine (items-sold)']],
    flags: [
      ['--interval <seconds>', 'between two looks (1)'],
      ['--count <number>', 'end after so many looks (without end)'],
    ],
    examples: ['snacklab lambda watch', 'snacklab lambda watch items-sold --interval 0.5 --count 10 --json'],
    load: () => import('./commands/watch.js'),
  },
  {
    path: ['lambda', 'verify'],
    summary: 'read answers while the lab runs, and judge each against the log; exit 1 is a wrong answer, 2 not known',
    flags: [
      ['--seconds <number>', 'how long to read answers (30)'],
      ['--question <name>', 'items-sold or revenue-by-machine (both)'],
      ['--after-kill', 'allow answers to be unknown for 60 s instead of 2 s'],
      ['--ledger', "look for each entry of the generator's ledger in the log as well"],
      ['--history <file>', 'read no answers: judge those that were saved'],
    ],
    examples: ['snacklab lambda verify --seconds 120', 'snacklab lambda verify --after-kill --question items-sold'],
    load: () => import('./commands/verify.js'),
  },
  {
    path: ['lambda', 'batch'],
    summary: 'run a batch cycle now, and wait until its base is published',
    flags: [['--timeout <seconds>', 'how long to wait (300)']],
    examples: ['snacklab lambda batch'],
    load: () => import('./commands/batch.js'),
  },
  {
    path: ['lambda', 'generator', 'rate'],
    summary: 'make so many events per second from now on',
    arguments: [['<events>', 'events per second']],
    examples: ['snacklab lambda generator rate 1000'],
    load: async () => ({ run: (await import('./commands/generator.js')).rate }),
  },
  {
    path: ['lambda', 'generator', 'pause'],
    summary: 'make no events until resumed',
    examples: ['snacklab lambda generator pause'],
    load: async () => ({ run: (await import('./commands/generator.js')).pause }),
  },
  {
    path: ['lambda', 'generator', 'resume'],
    summary: 'go on making events',
    examples: ['snacklab lambda generator resume'],
    load: async () => ({ run: (await import('./commands/generator.js')).resume }),
  },
  {
    path: ['lambda', 'logs'],
    summary: 'what the services print',
    arguments: [['[service]', 'one service, such as kafka (all)']],
    flags: [
      ['--follow', 'go on until interrupted'],
      ['--tail <lines>', 'the last lines of each container (100)'],
    ],
    examples: ['snacklab lambda logs coordinator --follow'],
    load: () => import('./commands/logs.js'),
  },
  {
    path: ['lambda', 'down'],
    summary: 'stop the lab and remove its containers; its data stays',
    flags: [['--volumes', 'forget the data as well']],
    examples: ['snacklab lambda down', 'snacklab lambda down --volumes'],
    load: () => import('./commands/down.js'),
  },
];
