/** The command line's flags and arguments, parsed once at the edge: texts in, trusted values out. */
import { z } from 'zod';
import { LabError } from '../errors.js';
import { toolNames } from '../runtimes/docker/engine-tools.js';

const wholeNumber = (least: number, greatest: number) => {
  const message = `must be a whole number from ${least} to ${greatest}`;
  return z
    .string()
    .regex(/^-?\d+$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= greatest, message);
};

const decimal = (least: number, greatest: number) => {
  const message = `must be a number from ${least} to ${greatest}`;
  return z
    .string()
    .regex(/^\d+(\.\d+)?$/, message)
    .transform(Number)
    .refine((value) => value >= least && value <= greatest, message);
};

const fraction = decimal(0, 1);
const seconds = (greatest: number) => decimal(0.1, greatest).transform((value) => Math.round(value * 1000));

/** Epoch milliseconds, or a date with its time zone. */
const instant = z
  .string()
  .transform((text) =>
    /^\d+$/.test(text) ? Number(text) : /Z$|[+-]\d\d:\d\d$/.test(text) ? Date.parse(text) : Number.NaN,
  )
  .refine(Number.isSafeInteger, 'must be epoch milliseconds or a date such as 2026-01-01T00:00:00Z');

/** How many each unit is. */
type Units = Readonly<Record<string, number>>;

const timesWithinDay: Units = { s: 1000, m: 60_000, h: 3_600_000 };
const times: Units = { ...timesWithinDay, d: 86_400_000 };
const sizes: Units = { MB: 1e6, GB: 1e9, TB: 1e12 };

/** What a text such as `12h` comes to; NaN where it is no number of these units. */
function amountIn(units: Units, text: string): number {
  const [, amount, unit] = /^(\d{1,6})([a-zA-Z]+)$/.exec(text) ?? [];
  return Number(amount) * (units[unit ?? ''] ?? Number.NaN);
}

const dayRule = 'must be a time from 1m to 24h (10m, 24h), or even';

/** How long a day of the shop lasts, ms; null where no hour is to differ from another. */
const day = z.string().transform((text, context): number | null => {
  if (text === 'even') return null;
  const ms = amountIn(timesWithinDay, text);
  if (ms >= 60_000 && ms <= 86_400_000) return ms;
  context.addIssue({ code: 'custom', message: dayRule });
  return z.NEVER;
});

const retentionRule =
  'must be a time of at least 1m (90s, 30m, 12h, 7d), a size of at least 10MB (500MB, 10GB), or forever';

/** How long, or how much of, the log is kept: `12h`, `10GB`, or `forever`. */
const retention = z.string().transform((text, context): Retention => {
  if (text === 'forever') return { ms: undefined, bytes: undefined };
  const ms = amountIn(times, text);
  const bytes = amountIn(sizes, text);
  if (ms >= 60_000) return { ms, bytes: undefined };
  if (bytes >= 10e6) return { ms: undefined, bytes };
  context.addIssue({ code: 'custom', message: retentionRule });
  return z.NEVER;
});

/** What of the log is kept: both undefined keep all of it. Bytes are of the whole log. */
export interface Retention {
  readonly ms: number | undefined;
  readonly bytes: number | undefined;
}

export const rateArgument = decimal(0, 10_000_000);
export const messagesArgument = wholeNumber(1, 1_000_000_000);

/** Flags that shape the lab: one that is not given keeps what the lab has, or else the default. */
const labFlags = {
  rate: rateArgument.optional(),
  seed: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  events: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  startTime: instant.optional(),
  day: day.optional(),
  late: fraction.optional(),
  duplicate: fraction.optional(),
  malformed: fraction.optional(),
  batchEvery: decimal(1, 86_400).optional(),
  sparkWorkers: wholeNumber(1, 16).optional(),
  datanodes: wholeNumber(1, 16).optional(),
  nodemanagers: wholeNumber(1, 16).optional(),
  portBase: wholeNumber(0, 55_000).optional(),
  retention: retention.optional(),
  archive: z.boolean().optional(),
  ingestPort: wholeNumber(1, 65_535).optional(),
  ingestHost: z.string().min(1, 'must be an address of this machine').optional(),
};

export const upFlags = z.object({
  ...labFlags,
  build: z.boolean().default(false),
  grafana: z.boolean().default(true),
  questions: z.string().optional(),
  console: z.boolean().default(true),
  consoleListen: z.string().min(1, 'must be an address').optional(),
  ca: z.string().optional(),
  timeout: seconds(86_400).default(600_000),
});
export type UpFlags = z.output<typeof upFlags>;

/** Of every command of a lab: which lab of that name is meant. */
export const runtimeFlags = z.object({
  runtime: z.enum(['docker', 'embedded'], 'must be docker or embedded').optional(),
  dir: z.string().min(1, 'must name a directory').optional(),
});

export const queryFlags = z.object({ csv: z.boolean().default(false), watch: z.boolean().default(false) });
/** Of `watch`, and of `query --watch`. */
export const watchFlags = z.object({
  csv: z.boolean().default(false),
  interval: seconds(3600).default(1000),
  count: wholeNumber(1, 1_000_000_000).optional(),
});
export const verifyFlags = z.object({
  seconds: decimal(1, 3600).default(30),
  atMost: decimal(1, 3600).optional(),
  question: z.string().optional(),
  afterKill: z.boolean().default(false),
  ledger: z.boolean().default(false),
  history: z.string().optional(),
});
/** How long without `wait` is for ../versions/switch-live.ts to say. */
export const switchFlags = z.object({ force: z.boolean().default(false), wait: seconds(3600).optional() });
/** Of `replay` and `change`, which both start a version. */
export const startFlags = z.object({
  as: z.string('must name the new version, as in --as v2'),
  questions: z.string().optional(),
  detach: z.boolean().default(false),
});
export const dropFlags = z.object({ timeout: seconds(3600).default(60_000) });
export const batchFlags = z.object({ timeout: seconds(86_400).default(300_000) });
export const logsFlags = z.object({
  follow: z.boolean().default(false),
  tail: wholeNumber(0, 1_000_000).default(100),
});
export const ingestFlags = z.object({
  format: z.enum(['jsonl', 'csv'], 'must be jsonl or csv').optional(),
  dryRun: z.boolean().default(false),
  timeout: seconds(86_400).default(120_000),
});
export const toolArgument = z.enum(toolNames, `must be one of ${toolNames.join(', ')}`);
/** With --json nothing is opened: what a tool prints is no document. */
export const shellFlags = z.object({ print: z.boolean().default(false), json: z.boolean().default(false) });
export const downFlags = z.object({ volumes: z.boolean().default(false) });
export const fillFlags = z.object({ rate: decimal(1, 10_000_000).default(50_000) });
export const compareFlags = z.object({
  seconds: wholeNumber(30, 3600).default(120),
  merge: z.enum(['exact', 'naive'], 'must be exact or naive').default('exact'),
  rate: decimal(1, 1_000_000).default(1000),
  cpus: wholeNumber(1, 1024).optional(),
  seed: labFlags.seed.default(1),
  portBase: labFlags.portBase.default(0),
});
export const demoFlags = z.object({
  seconds: decimal(5, 3600).default(30),
  rate: decimal(1, 1_000_000).default(1000),
  seed: labFlags.seed.default(1),
  late: fraction.default(0.01),
  duplicate: fraction.default(0.01),
  malformed: fraction.default(0.01),
  architecture: z.enum(['lambda', 'kappa', 'both'], 'must be lambda, kappa or both').default('both'),
  merge: z.enum(['exact', 'naive'], 'must be exact or naive').default('exact'),
  keep: z.string().min(1, 'must be a directory').optional(),
});
export const doctorFlags = z.object({ portBase: labFlags.portBase.default(0), ca: z.string().optional() });

/** Parses commander's options. Throws a `usage` error that names the flag and the value that does not fit. */
export function parseFlags<T extends z.ZodType>(schema: T, options: Readonly<Record<string, unknown>>): z.output<T> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const option = String(issue.path[0]);
  throw misused(
    `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    options[option],
    issue.message,
  );
}

/** Parses one argument. `name` is how the help calls it. */
export function parseArgument<T extends z.ZodType>(schema: T, name: string, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw misused(name, value, parsed.error.issues[0]!.message);
}

function misused(name: string, value: unknown, rule: string): LabError {
  return new LabError(`${name} is "${String(value)}": ${rule}`, {
    kind: 'usage',
    suggestion: 'the same command with --help shows an example',
    detail: { name, value },
  });
}
