/**
 * The documents that `--json` prints: one per command on stdout, each with `schema` and `version`. Within a version
 * fields are only added. Sums and totals are decimal texts, since they are 64-bit and JSON numbers are not; positions
 * are arrays of next offsets by partition; times are epoch milliseconds, durations milliseconds, memory bytes.
 */
import { z } from 'zod';

const sum = z.string().regex(/^-?\d+$/);
const position = z.array(z.number().int().nonnegative());
const lab = z.enum(['lambda', 'kappa']);
const pages = z.array(z.object({ title: z.string(), url: z.string() }));

/** One answer with its parts and the validation view's own count at the same position. */
export const answer = z.object({
  question: z.string(),
  asks: z.string(),
  pipeline: z.string(),
  origin: position,
  position,
  /** The head's slice number. */
  number: z.number().int(),
  messages: z.number().int(),
  rejected: z.number().int(),
  base: z.object({ id: z.number().int(), cut: position }),
  slices: z.number().int(),
  /** Whether `merged` equals `truth` in every row; `unknown` until the validation view has come to this position. */
  compared: z.enum(['equal', 'different', 'unknown']),
  /** Messages that repeat an earlier event; null where the truth is unknown. */
  repeats: z.number().int().nullable(),
  rows: z.array(
    z.object({
      key: z.record(z.string(), z.string()),
      sums: z.record(
        z.string(),
        z.object({ base: sum.nullable(), realTime: sum.nullable(), merged: sum.nullable(), truth: sum.nullable() }),
      ),
    }),
  ),
});
export type AnswerDocument = z.infer<typeof answer>;

const settings = z.object({
  rate: z.number(),
  seed: z.number(),
  events: z.number().nullable(),
  startTimeMs: z.number().nullable(),
  late: z.number(),
  duplicate: z.number(),
  malformed: z.number(),
  batchEverySeconds: z.number(),
  sparkWorkers: z.number(),
  datanodes: z.number(),
  nodemanagers: z.number(),
  portBase: z.number(),
});

/** `lambda up`: the first exact answer, and where to look. */
export const up = z.object({
  schema: z.literal('snacklab/up'),
  version: z.literal(1),
  lab,
  answer,
  pages,
  grafana: z.object({ runs: z.boolean(), reason: z.string().nullable() }),
  settings,
  tookMs: z.object({ images: z.number(), containers: z.number(), answer: z.number() }),
});
export type UpDocument = z.infer<typeof up>;

const service = z.object({
  name: z.string(),
  service: z.string(),
  /** `healthy`, `running`, `done`, `starting`, `exited (1)`, … */
  state: z.string(),
  ready: z.boolean(),
  restarts: z.number().int(),
  memoryBytes: z.number().nullable(),
});

const pipeline = z.object({
  name: z.string(),
  live: z.boolean(),
  status: z.string(),
  origin: position,
  position,
  logEnds: position.nullable(),
  /** Messages in the log after the position. */
  lag: z.number().nullable(),
  number: z.number().int(),
  slices: z.number().int(),
  epoch: z.number().int(),
  base: z.object({
    id: z.number().int(),
    number: z.number().int(),
    cut: position,
    /** Since it was published; null where there is none. */
    ageMs: z.number().nullable(),
  }),
  cycle: z
    .object({
      state: z.string(),
      startedMs: z.number().nullable(),
      failures: z.number().int(),
      lastFailure: z.string().nullable(),
      /** Of the last published base, from its cut to its publishing. */
      lastTookMs: z.number().nullable(),
    })
    .nullable(),
});

/** `lambda status`. `reports` is what each service last said of itself, as it said it. */
export const status = z.object({
  schema: z.literal('snacklab/status'),
  version: z.literal(1),
  lab,
  running: z.boolean(),
  services: z.array(service),
  memoryBytes: z.number(),
  pipelines: z.array(pipeline),
  wanted: z.object({ rate: z.number().nullable(), paused: z.boolean(), batchRequests: z.number() }).nullable(),
  reports: z.array(z.object({ service: z.string(), ageMs: z.number(), report: z.record(z.string(), z.unknown()) })),
  /** Why pipelines, wanted state and reports are missing; null when they are not. */
  problem: z.string().nullable(),
  pages,
});
export type StatusDocument = z.infer<typeof status>;

/** `lambda query` and each line of `lambda watch`. `answer` is null where it is unknown, and `unknown` says why. */
export const query = z.object({
  schema: z.literal('snacklab/query'),
  version: z.literal(1),
  lab,
  question: z.string(),
  atMs: z.number(),
  answer: answer.nullable(),
  unknown: z.string().nullable(),
});
export type QueryDocument = z.infer<typeof query>;

/** `lambda batch`. */
export const batch = z.object({
  schema: z.literal('snacklab/batch'),
  version: z.literal(1),
  lab,
  pipeline: z.string(),
  /** False: there was nothing newer than the base. */
  published: z.boolean(),
  baseId: z.number().int(),
  cut: position,
  messages: z.number().int(),
  tookMs: z.object({ total: z.number(), job: z.number() }).nullable(),
});

/** `lambda generator rate|pause|resume`: what is wanted from now on, and what the generator last said. */
export const generator = z.object({
  schema: z.literal('snacklab/generator'),
  version: z.literal(1),
  lab,
  rate: z.number().nullable(),
  paused: z.boolean(),
});

/** `lambda logs`; with --follow each line is a document of its own with one entry. */
export const logs = z.object({
  schema: z.literal('snacklab/logs'),
  version: z.literal(1),
  lab,
  lines: z.array(z.object({ container: z.string(), at: z.string(), text: z.string() })),
});

/** `lambda down`: names of what was removed. */
export const down = z.object({
  schema: z.literal('snacklab/down'),
  version: z.literal(1),
  lab,
  containers: z.array(z.string()),
  networks: z.array(z.string()),
  volumes: z.array(z.string()),
});

export type DownDocument = z.infer<typeof down>;

const flaw = z.object({
  invariant: z.enum(['prefix', 'forward', 'nothing-silent']),
  what: z.string(),
  key: z.string().optional(),
  expected: z.string(),
  got: z.string(),
});

const ledger = z.object({
  verdict: z.enum(['pass', 'unknown', 'fail']),
  acknowledged: z.number().int(),
  messages: z.number().int(),
  /** The first things that are wrong with it, or why it is not known. */
  findings: z.array(z.string()).readonly(),
  /** Events in the log that the ledger does not call acknowledged: in flight at a kill, or now. The first, by id. */
  inFlight: z.number().int(),
  inFlightIds: z.array(z.string()).readonly(),
  /** Valid events in the log that are not the generator's. */
  foreign: z.number().int(),
});

/** `lambda verify`: the checker's verdict on every answer that it saw. Expected and got are texts: sums are 64-bit. */
export const verify = z.object({
  schema: z.literal('snacklab/verify'),
  version: z.literal(1),
  lab,
  verdict: z.enum(['pass', 'unknown', 'fail']),
  /** The command line that judges the same history again, and the file that it reads. */
  again: z.string(),
  history: z.string(),
  seconds: z.number(),
  afterKill: z.boolean(),
  ok: z.number().int(),
  wrong: z.number().int(),
  unknown: z.number().int(),
  questions: z
    .array(
      z.object({
        question: z.string(),
        ok: z.number().int(),
        wrong: z.number().int(),
        unknown: z.number().int(),
        /** How many different positions and bases the answers had. */
        positions: z.number().int(),
        bases: z.number().int(),
        longestSilenceMs: z.number(),
      }),
    )
    .readonly(),
  /** The first wrong answers, with what is wrong with each. */
  wrongAnswers: z
    .array(
      z.object({
        question: z.string(),
        seenMs: z.number(),
        pipeline: z.string(),
        number: z.number().int(),
        position: z.array(z.number()).readonly(),
        baseId: z.number().int(),
        flaws: z.array(flaw).readonly(),
      }),
    )
    .readonly(),
  /** Why it does not pass although nothing is wrong. */
  shortcomings: z.array(z.string()).readonly(),
  messagesRead: z.number().int(),
  countedMs: z.number(),
  ledger: ledger.nullable(),
});
export type VerifyDocument = z.infer<typeof verify>;

/** `doctor`. */
export const doctor = z.object({
  schema: z.literal('snacklab/doctor'),
  version: z.literal(1),
  ready: z.boolean(),
  checks: z.array(
    z.object({
      name: z.string(),
      verdict: z.enum(['ok', 'note', 'missing']),
      finding: z.string(),
      remedy: z.string().optional(),
    }),
  ),
});

/** Any command that failed; `exitCode` is also the process's. */
export const error = z.object({
  schema: z.literal('snacklab/error'),
  version: z.literal(1),
  kind: z.string(),
  exitCode: z.number().int(),
  message: z.string(),
  suggestion: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});

/** All of them; `schema` tells them apart. */
export const documents = [up, status, query, batch, generator, logs, down, verify, doctor, error] as const;
export type Document = z.infer<(typeof documents)[number]>;
