/**
 * The environment of the services in containers, parsed once when a service starts. The only other reader of the
 * environment is ./command-line.ts. A value that does not fit ends the service with its name, value and remedy.
 * It knows no defaults for the engines' addresses: those are written once, in engines/common.yaml.
 */
import { z } from 'zod';
import { LabError } from '../errors.js';
import type { Question } from '../questions/question.js';
import { questions } from '../questions/question-schema.js';

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const address = z.string().regex(/^[^\s:]+:\d+$/, 'must be host:port');
const fraction = z.coerce.number().min(0).max(1);
const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('must be JSON');
    return z.NEVER;
  }
});
/** Compose gives an unset variable as an empty text. */
export const emptyIsUnset = (value: unknown) => (value === '' ? undefined : value);

const common = z.object({
  SNACKLAB_LAB: z.enum(['lambda', 'kappa']),
  SNACKLAB_KAFKA: address,
  SNACKLAB_CASSANDRA: address,
  SNACKLAB_HOLDS: z.enum(['on', 'off']).default('off'),
});

export interface ServiceConfig {
  readonly lab: 'lambda' | 'kappa';
  /** Bootstrap server, `host:port`. */
  readonly kafka: string;
  /** Contact point, `host:port`. */
  readonly cassandra: string;
  /** Whether tests may hold this service at its hold points. */
  readonly holds: boolean;
}

/** What every service gets. */
export function serviceConfig(environment: Environment = process.env): ServiceConfig {
  const values = parseEnvironment(common, environment);
  return {
    lab: values.SNACKLAB_LAB,
    kafka: values.SNACKLAB_KAFKA,
    cassandra: values.SNACKLAB_CASSANDRA,
    holds: values.SNACKLAB_HOLDS === 'on',
  };
}

/** Where the archive is read from, for services that can do without: the NameNode's WebHDFS, `host:port`. */
export function archiveAddress(environment: Environment = process.env): string | undefined {
  const own = z.object({ SNACKLAB_WEBHDFS: z.preprocess(emptyIsUnset, address.optional()) });
  return parseEnvironment(own, environment).SNACKLAB_WEBHDFS;
}

/** The lab that this service is of, to speak of it; `LAB` where nothing says so. */
export function labName(environment: Environment = process.env): string {
  return environment.SNACKLAB_LAB ?? 'LAB';
}

export interface SetupConfig extends ServiceConfig {
  /** What the topics are made with; both undefined: the log is kept for ever. Bytes are of the whole log. */
  readonly retention: { readonly ms: number | undefined; readonly bytes: number | undefined };
  /** What the first version answers; undefined: all questions of the shop. */
  readonly questions: readonly Question[] | undefined;
}

export function setupConfig(environment: Environment = process.env): SetupConfig {
  const own = z.object({
    SNACKLAB_RETENTION_MS: z.preprocess(emptyIsUnset, z.coerce.number().int().min(1).optional()),
    SNACKLAB_RETENTION_BYTES: z.preprocess(emptyIsUnset, z.coerce.number().int().min(1).optional()),
    SNACKLAB_QUESTIONS: z.preprocess(emptyIsUnset, json.pipe(questions).optional()),
  });
  const values = parseEnvironment(own, environment);
  const retention = { ms: values.SNACKLAB_RETENTION_MS, bytes: values.SNACKLAB_RETENTION_BYTES };
  return { ...serviceConfig(environment), retention, questions: values.SNACKLAB_QUESTIONS };
}

/** Where the archive writes: the NameNode's WebHDFS, `host:port`. */
export function archiveConfig(environment: Environment = process.env): ServiceConfig & { readonly webhdfs: string } {
  const { SNACKLAB_WEBHDFS } = parseEnvironment(z.object({ SNACKLAB_WEBHDFS: address }), environment);
  return { ...serviceConfig(environment), webhdfs: SNACKLAB_WEBHDFS };
}

export interface CoordinatorConfig extends ServiceConfig {
  readonly webhdfs: string;
  /** The ResourceManager's REST address, `host:port`. */
  readonly yarn: string;
  /** From the start of one batch cycle to the start of the next. */
  readonly batchEveryMs: number;
}

export function coordinatorConfig(environment: Environment = process.env): CoordinatorConfig {
  const own = z.object({ SNACKLAB_YARN: address, SNACKLAB_BATCH_EVERY_S: z.coerce.number().positive() });
  const values = parseEnvironment(own, environment);
  return {
    ...archiveConfig(environment),
    yarn: values.SNACKLAB_YARN,
    batchEveryMs: Math.round(values.SNACKLAB_BATCH_EVERY_S * 1000),
  };
}

export interface IngestionConfig extends ServiceConfig {
  /** What senders have to know; undefined: they need none. */
  readonly token: string | undefined;
  /** Whether only the lab reaches the addresses of this container, beside what its machine publishes for itself. */
  readonly isPrivateNetwork: boolean;
}

export function ingestionConfig(environment: Environment = process.env): IngestionConfig {
  const own = z.object({ SNACKLAB_INGEST_NETWORK: z.enum(['private', 'open']).default('open') });
  const { SNACKLAB_INGEST_NETWORK } = parseEnvironment(own, environment);
  const isPrivateNetwork = SNACKLAB_INGEST_NETWORK === 'private';
  return { ...serviceConfig(environment), token: ingestionToken(environment), isPrivateNetwork };
}

const tokenRule = /^[\x21-\x7e]{16,512}$/;

/** The token of ingestion, where one is set. The error does not say its value: it is a secret. */
export function ingestionToken(environment: Environment = process.env): string | undefined {
  const token = emptyIsUnset(environment.SNACKLAB_INGEST_TOKEN) as string | undefined;
  if (token === undefined || tokenRule.test(token)) return token;
  throw new LabError(`SNACKLAB_INGEST_TOKEN has ${token.length} characters that do not make a token`, {
    kind: 'usage',
    suggestion: 'take 16 to 512 letters, digits and signs without a space, such as `openssl rand -hex 24` makes',
  });
}

/**
 * Where alerts are sent, by POST; undefined: nowhere. The error does not say its value: an address may hold a secret.
 */
export function webhookAddress(environment: Environment = process.env): string | undefined {
  const text = emptyIsUnset(environment.SNACKLAB_WEBHOOK) as string | undefined;
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.username === '' && url.password === '';
  if (isPlain && (url.protocol === 'http:' || url.protocol === 'https:')) return url.href;
  throw new LabError('SNACKLAB_WEBHOOK is not an address that begins with http:// or https:// and has no user in it', {
    kind: 'usage',
    suggestion: 'set it as in SNACKLAB_WEBHOOK=https://example.org/alerts, or leave it unset',
  });
}

/** What the generator makes, whichever runtime it runs in. */
export interface GeneratorSettings {
  /** Events per second that the generator starts with; wanted state may change it. */
  readonly rate: number;
  readonly seed: number;
  /** How many events to make before it stops; undefined: without end. */
  readonly events: number | undefined;
  /** The first event's timestamp, epoch ms; undefined: the clock's time. */
  readonly startTimeMs: number | undefined;
  /** How long a day of the shop lasts, in whose hours more or less is sold; null: no hour differs from another. */
  readonly dayMs: number | null;
  /** Fractions of messages, 0 to 1. */
  readonly late: number;
  readonly duplicate: number;
  readonly malformed: number;
}

export interface GeneratorConfig extends ServiceConfig, GeneratorSettings {}

export function generatorConfig(environment: Environment = process.env): GeneratorConfig {
  const own = z.object({
    SNACKLAB_RATE: z.coerce.number().min(0),
    SNACKLAB_SEED: z.coerce.number().int().min(0),
    SNACKLAB_EVENTS: z.preprocess(emptyIsUnset, z.coerce.number().int().min(0).optional()),
    SNACKLAB_START_TIME: z.preprocess(emptyIsUnset, z.coerce.number().int().min(0).optional()),
    SNACKLAB_DAY_MS: z.preprocess(emptyIsUnset, z.coerce.number().int().min(1).optional()),
    SNACKLAB_LATE: fraction,
    SNACKLAB_DUPLICATE: fraction,
    SNACKLAB_MALFORMED: fraction,
  });
  const values = parseEnvironment(own, environment);
  return {
    ...serviceConfig(environment),
    rate: values.SNACKLAB_RATE,
    seed: values.SNACKLAB_SEED,
    events: values.SNACKLAB_EVENTS,
    startTimeMs: values.SNACKLAB_START_TIME,
    dayMs: values.SNACKLAB_DAY_MS ?? null,
    late: values.SNACKLAB_LATE,
    duplicate: values.SNACKLAB_DUPLICATE,
    malformed: values.SNACKLAB_MALFORMED,
  };
}

/** The variables that a schema names. Throws a `usage` error that says which one does not fit, and its value. */
export function parseEnvironment<T extends z.ZodType>(schema: T, environment: Environment): z.output<T> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const name = String(issue.path[0]);
  const value = environment[name];
  throw new LabError(`${name} is ${value === undefined ? 'not set' : `"${value}"`}: ${issue.message}`, {
    kind: 'usage',
    suggestion: `set ${name} in the environment`,
    detail: { name, value },
  });
}
