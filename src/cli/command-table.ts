/**
 * All commands: names, flags, examples, and where each is found. Only this is loaded to show help; a command's own
 * module, with the clients that it needs, is loaded when it runs. Flags are parsed by src/config/flags.ts.
 */
import { presentedAnswers } from '../presented/all.js';
import type { LabName } from '../resources.js';
import { type Described, labs, runtimeFlags, startFlags, switchFlags } from './lab-flags.js';
import type { Command } from './report.js';

export interface CommandEntry {
  /** `['lambda', 'generator', 'rate']`; all but the last are groups. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly arguments?: readonly Described[];
  readonly flags?: readonly Described[];
  readonly examples: readonly string[];
  readonly load: () => Promise<{ readonly run: Command }>;
}

const csvFlag: Described = ['--csv', 'print comma-separated values, a line a key'];
const watchFlags: readonly Described[] = [
  ['--interval <seconds>', 'between two looks (1)'],
  ['--count <number>', 'end after so many looks (without end)'],
];

const questionNames = 'items-sold, stock-by-slot, or whatever else the live version declares';
const askedNames = `${questionNames}; or what is made of one: ${presentedAnswers.map(({ name }) => name).join(', ')}`;

export const groups: readonly { readonly path: readonly string[]; readonly summary: string }[] = Object.entries(
  labs,
).flatMap(([lab, { summary }]) => [
  { path: [lab], summary },
  { path: [lab, 'generator'], summary: 'change how events are made, while the lab runs' },
]);

/** A command of a lab, which may be told which one. */
const ofLab = (entry: CommandEntry): CommandEntry => ({ ...entry, flags: [...(entry.flags ?? []), ...runtimeFlags] });

/** The commands that both labs have. */
function sharedCommands(lab: LabName): readonly CommandEntry[] {
  const { upFlags, upExample, logsExample } = labs[lab];
  const inLab = (name: string) => `snacklab ${lab} ${name}`;
  return [
    {
      path: [lab, 'up'],
      summary:
        'build and start the lab, and wait for the first exact answer; a flag that is not given keeps what the lab has',
      flags: upFlags,
      examples: [inLab('up'), upExample, inLab('up --runtime embedded')],
      load: () => import('./commands/up.js'),
    },
    {
      path: [lab, 'status'],
      summary: 'services, pipelines, generator and validation',
      examples: [inLab('status'), inLab('status --json | jq .pipelines[0].lag')],
      load: () => import('./commands/status.js'),
    },
    {
      path: [lab, 'query'],
      summary: 'base, real time, merged and truth of a question, side by side; or what is made of one',
      arguments: [['<question>', askedNames]],
      flags: [csvFlag, ['--watch', 'again and again until interrupted, as the command watch'], ...watchFlags],
      examples: [
        inLab('query items-sold'),
        inLab('query unprofitable-machines'),
        inLab('query revenue-by-machine --csv >revenue.csv'),
        inLab('query items-sold --watch --count 60 --csv >minute.csv'),
      ],
      load: () => import('./commands/query.js'),
    },
    {
      path: [lab, 'watch'],
      summary: 'a question again and again, redrawn in the terminal; lines where it is none',
      arguments: [['[question]', `${askedNames} (items-sold)`]],
      flags: [csvFlag, ...watchFlags],
      examples: [inLab('watch'), inLab('watch items-sold --interval 0.5 --count 10 --json')],
      load: () => import('./commands/watch.js'),
    },
    {
      path: [lab, 'alerts'],
      summary: 'what is raised, what was cleared lately; SNACKLAB_WEBHOOK, set at up, is sent both',
      examples: [inLab('alerts'), inLab('alerts --json | jq .raised[].says')],
      load: () => import('./commands/alerts.js'),
    },
    {
      path: [lab, 'verify'],
      summary: 'read answers while the lab runs, and judge each against the log; exit 1 is a wrong answer, 2 not known',
      flags: [
        ['--seconds <number>', 'how long to read answers (30)'],
        ['--at-most <seconds>', 'go on for up to so long while too little was seen for a pass (as --seconds)'],
        ['--question <name>', `${questionNames} (all)`],
        ['--after-kill', 'allow answers to be unknown for 60 s instead of 2 s'],
        ['--ledger', "look for each entry of the generator's ledger in the log as well"],
        ['--history <file>', 'read no answers: judge those that were saved'],
      ],
      examples: [inLab('verify --seconds 120'), inLab('verify --after-kill --question items-sold')],
      load: () => import('./commands/verify.js'),
    },
    {
      path: [lab, 'generator', 'rate'],
      summary: 'make so many events per second from now on',
      arguments: [['<events>', 'events per second; of a lab with --day, the mean of a day']],
      examples: [inLab('generator rate 1000')],
      load: async () => ({ run: (await import('./commands/generator.js')).rate }),
    },
    {
      path: [lab, 'generator', 'pause'],
      summary: 'make no events until resumed',
      examples: [inLab('generator pause')],
      load: async () => ({ run: (await import('./commands/generator.js')).pause }),
    },
    {
      path: [lab, 'generator', 'resume'],
      summary: 'go on making events',
      examples: [inLab('generator resume')],
      load: async () => ({ run: (await import('./commands/generator.js')).resume }),
    },
    {
      path: [lab, 'generator', 'fill'],
      summary: 'make events fast until the log has so many messages and they are counted, then as before',
      arguments: [['<messages>', 'messages in the log']],
      flags: [['--rate <events>', 'events per second until then; of a lab with --day, the mean of a day (50000)']],
      examples: [inLab('generator fill 2000000')],
      load: () => import('./commands/fill-log.js'),
    },
    {
      path: [lab, 'ingest'],
      summary: "a file of your own events into the log; exit 1 where some are refused, 2 where one's fate is not known",
      arguments: [['<file>', 'JSON lines or CSV with a header row; - for standard input']],
      flags: [
        ['--format <name>', 'jsonl or csv (by the name of the file; jsonl)'],
        ['--dry-run', 'judge the events and send none; needs no lab'],
        ['--timeout <seconds>', 'how long to wait for a lab that takes nothing (120)'],
      ],
      examples: [
        inLab('ingest sales.jsonl'),
        inLab('ingest sales.csv --dry-run'),
        `zcat sales.jsonl.gz | ${inLab('ingest -')}`,
      ],
      load: () => import('./commands/ingest.js'),
    },
    {
      path: [lab, 'shell'],
      summary: "one of the engines' own tools, in its container, at this terminal; what follows -- is for the tool",
      arguments: [
        ['<tool>', 'sql (cqlsh), hdfs, or topic (the log as it grows)'],
        ['[arguments...]', 'run this, and end'],
      ],
      flags: [['--print', 'print the command and run nothing']],
      examples: [
        inLab('shell sql'),
        inLab(`shell sql -- -e 'SELECT * FROM served_items_sold'`),
        inLab('shell topic -- --from-beginning --max-messages 5'),
      ],
      load: () => import('./commands/shell.js'),
    },
    {
      path: [lab, 'versions'],
      summary: 'each version: its questions, where it stands, how far behind it is, what it stores, and which is live',
      examples: [inLab('versions'), inLab("versions --json | jq '.versions[] | select(.live).pipeline'")],
      load: () => import('./commands/versions.js'),
    },
    {
      path: [lab, 'switch'],
      summary:
        'let readers follow another version, by one write; it waits for the instant at which that one covers the live one',
      arguments: [['<version>', 'v2']],
      flags: switchFlags,
      examples: [inLab('switch v2')],
      load: () => import('./commands/switch.js'),
    },
    {
      path: [lab, 'rollback'],
      summary: 'let readers follow the version again that was live before the last switch, by one write',
      flags: switchFlags,
      examples: [inLab('rollback')],
      load: () => import('./commands/switch.js'),
    },
    {
      path: [lab, 'drop'],
      summary: 'end the job of a version that is not live, and remove its output',
      arguments: [['<version>', 'v1']],
      flags: [['--timeout <seconds>', 'how long to wait until it is gone (60)']],
      examples: [inLab('drop v1')],
      load: () => import('./commands/drop.js'),
    },
    {
      path: [lab, 'logs'],
      summary: 'what the services print',
      arguments: [['[service]', 'one service, such as kafka (all)']],
      flags: [
        ['--follow', 'go on until interrupted'],
        ['--tail <lines>', 'the last lines of each container (100)'],
      ],
      examples: [logsExample],
      load: () => import('./commands/logs.js'),
    },
    {
      path: [lab, 'down'],
      summary: 'stop the lab and remove its containers, or end its process; its data stays',
      flags: [['--volumes', 'forget the data as well']],
      examples: [inLab('down'), inLab('down --volumes')],
      load: () => import('./commands/down.js'),
    },
  ];
}

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
    path: ['demo'],
    summary: 'both architectures in this process, no Docker needed: half a minute of events, and a verdict',
    flags: [
      ['--seconds <number>', 'how long answers are read (30)'],
      ['--rate <events>', 'events per second (1000)'],
      ['--seed <number>', 'what the events follow from (1)'],
      ['--late <fraction>', 'events that come late, 0 to 1 (0.01)'],
      ['--duplicate <fraction>', 'events that are sent twice, 0 to 1 (0.01)'],
      ['--malformed <fraction>', 'messages that are no valid event, 0 to 1 (0.01)'],
      ['--architecture <name>', 'lambda, kappa or both (both)'],
      [
        '--merge <how>',
        "exact, or naive: count as well what is wrong when Lambda's speed layer starts anew with each batch",
      ],
      ['--keep <directory>', 'keep the data there; given again, it goes on where it stood'],
    ],
    examples: ['snacklab demo', 'snacklab demo --seconds 60 --rate 20000 --merge naive --keep ./demo-data'],
    load: () => import('./commands/demo.js'),
  },
  {
    path: ['compare'],
    summary: 'the same events through one lab after the other, and one table (Markdown): exactness, ages, cost, effort',
    flags: [
      ['--seconds <number>', 'how long each lab is watched (120)'],
      ['--rate <events>', 'events per second (1000)'],
      ['--seed <number>', 'what the events follow from (1)'],
      ['--cpus <number>', 'processors that each lab has (all that the engine has)'],
      [
        '--merge <how>',
        "exact, or naive: count as well what is wrong when Lambda's speed layer starts anew with each batch",
      ],
      ['--port-base <number>', 'added to all ports (0)'],
    ],
    examples: ['snacklab compare', 'snacklab compare --seconds 300 --rate 5000 --merge naive --json'],
    load: () => import('./commands/compare.js'),
  },
  ...sharedCommands('lambda').map(ofLab),
  ofLab({
    path: ['lambda', 'batch'],
    summary: 'run a batch cycle now, and wait until its base is published',
    flags: [['--timeout <seconds>', 'how long to wait (300)']],
    examples: ['snacklab lambda batch'],
    load: () => import('./commands/batch.js'),
  }),
  ofLab({
    path: ['lambda', 'change'],
    summary: 'start a second version beside the live one: the batch recomputes it, and it has a speed layer of its own',
    flags: startFlags,
    examples: ['snacklab lambda change --as v2 --questions questions.yaml'],
    load: () => import('./commands/change.js'),
  }),
  ...sharedCommands('kappa').map(ofLab),
  ofLab({
    path: ['kappa', 'replay'],
    summary:
      'start a second version beside the live one: it reads the log from its beginning into an output of its own',
    flags: startFlags,
    examples: ['snacklab kappa replay --as v2', 'snacklab kappa replay --as v2 --questions questions.yaml --detach'],
    load: () => import('./commands/replay.js'),
  }),
];
