/**
 * The documents that `--json` prints: one per command on stdout, each with `schema` and `version`. Within a version
 * fields are only added. Sums and totals are decimal texts, since they are 64-bit and JSON numbers are not; positions
 * are arrays of next offsets by partition; times are epoch milliseconds, durations milliseconds, memory bytes.
 * The build publishes each as JSON Schema: dist/schemas/status.v1.json.
 */
import { z } from 'zod';
import { measurements } from './compare/measurements.js';
import { alerts } from './documents-alerts.js';
import { lab, position, runtime } from './documents-common.js';
import { demo } from './documents-demo.js';
import { ingest } from './documents-ingest.js';
import { presented } from './documents-presented.js';
import { shell } from './documents-shell.js';
import { verify } from './documents-verify.js';
import { dropped, replay, switched, versions } from './documents-versions.js';

const sum = z.string().regex(/^-?\d+$/);
const pages = z.array(z.object({ title: z.string(), url: z.string() }));

export const answer = z
  .object({
    question: z.string(),
    asks: z.string(),
    pipeline: z.string(),
    origin: position,
    position,
    number: z.number().int().describe("The head's slice number."),
    messages: z.number().int(),
    rejected: z.number().int(),
    base: z.object({ id: z.number().int(), cut: position }),
    slices: z.number().int(),
    compared: z
      .enum(['equal', 'different', 'unknown'])
      .describe(
        'Whether `merged` equals `truth` in every row; `unknown` until the validation view has come to this position.',
      ),
    repeats: z
      .number()
      .int()
      .nullable()
      .describe('Messages that repeat an earlier event; null where the truth is unknown.'),
    rows: z.array(
      z.object({
        key: z.record(z.string(), z.string()),
        sums: z.record(
          z.string(),
          z.object({ base: sum.nullable(), realTime: sum.nullable(), merged: sum.nullable(), truth: sum.nullable() }),
        ),
      }),
    ),
  })
  .describe("One answer with its parts and the validation view's own count at the same position.");
export type AnswerDocument = z.infer<typeof answer>;

const settings = z.object({
  rate: z.number(),
  seed: z.number(),
  events: z.number().nullable(),
  startTimeMs: z.number().nullable(),
  dayMs: z.number().nullable().describe('How long a day of the shop lasts; null: no hour differs from another.'),
  late: z.number(),
  duplicate: z.number(),
  malformed: z.number(),
  sparkWorkers: z.number(),
  portBase: z.number(),
  retention: z
    .object({ ms: z.number().optional(), bytes: z.number().optional() })
    .describe('How much of the log is kept; neither: all of it.'),
  batchEverySeconds: z.number().optional().describe("These three are Lambda's only."),
  datanodes: z.number().optional(),
  nodemanagers: z.number().optional(),
  archive: z.boolean().optional().describe("Kappa's only: whether the log is kept in HDFS too."),
});

export const up = z
  .object({
    schema: z.literal('snacklab/up'),
    version: z.literal(1),
    lab,
    runtime,
    dir: z.string().optional().describe("The embedded runtime's only: where the lab is."),
    answer,
    pages,
    ingestion: z.string().nullable().describe('Where `POST` takes events over HTTP; null: only through `ingest`.'),
    grafana: z.object({ runs: z.boolean(), reason: z.string().nullable() }),
    settings,
    tookMs: z.object({ images: z.number(), containers: z.number(), answer: z.number() }),
  })
  .describe('`up`: the first exact answer, and where to look.');
export type UpDocument = z.infer<typeof up>;

const service = z.object({
  name: z.string(),
  service: z.string(),
  state: z.string().describe('`healthy`, `running`, `done`, `starting`, `exited (1)`, …'),
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
  lag: z.number().nullable().describe('Messages in the log after the position.'),
  number: z.number().int(),
  slices: z.number().int(),
  epoch: z.number().int(),
  base: z.object({
    id: z.number().int(),
    number: z.number().int(),
    cut: position,
    ageMs: z.number().nullable().describe('Since it was published; null where there is none.'),
  }),
  cycle: z
    .object({
      state: z.string(),
      startedMs: z.number().nullable(),
      failures: z.number().int(),
      lastFailure: z.string().nullable(),
      lastTookMs: z.number().nullable().describe('Of the last published base, from its cut to its publishing.'),
    })
    .nullable(),
});

export const status = z
  .object({
    schema: z.literal('snacklab/status'),
    version: z.literal(1),
    lab,
    runtime,
    running: z.boolean(),
    services: z.array(service),
    memoryBytes: z.number(),
    log: z
      .object({
        starts: position,
        ends: position,
        messages: z.number().int(),
        missing: z.number().int().describe('Messages before the first that is still there.'),
        replay: z
          .object({
            origin: position,
            archived: z.number().int(),
            missing: z.number().int(),
            note: z.string().nullable(),
          })
          .describe(
            'Where a replay would begin, how many messages of the archive it would read before the log, and how many ' +
              'before that nothing has any more. `note`: why the archive does not help, where there is one.',
          ),
      })
      .nullable()
      .describe('Null where Kafka cannot be asked.'),
    pipelines: z.array(pipeline),
    wanted: z.object({ rate: z.number().nullable(), paused: z.boolean(), batchRequests: z.number() }).nullable(),
    reports: z.array(z.object({ service: z.string(), ageMs: z.number(), report: z.record(z.string(), z.unknown()) })),
    problem: z
      .string()
      .nullable()
      .describe('Why pipelines, wanted state and reports are missing; null when they are not.'),
    pages,
  })
  .describe('`status`. `reports` is what each service last said of itself, as it said it.');
export type StatusDocument = z.infer<typeof status>;

export const query = z
  .object({
    schema: z.literal('snacklab/query'),
    version: z.literal(1),
    lab,
    question: z.string(),
    atMs: z.number(),
    answer: answer.nullable(),
    unknown: z.string().nullable(),
  })
  .describe('`query` and each line of `watch`. `answer` is null where it is unknown, and `unknown` says why.');
export type QueryDocument = z.infer<typeof query>;

export const batch = z
  .object({
    schema: z.literal('snacklab/batch'),
    version: z.literal(1),
    lab,
    pipeline: z.string(),
    published: z.boolean().describe('False: there was nothing newer than the base.'),
    baseId: z.number().int(),
    cut: position,
    messages: z.number().int(),
    tookMs: z.object({ total: z.number(), job: z.number() }).nullable(),
  })
  .describe('`lambda batch`: the base that a cycle published, if there was anything newer.');

export const generator = z
  .object({
    schema: z.literal('snacklab/generator'),
    version: z.literal(1),
    lab,
    rate: z.number().nullable(),
    paused: z.boolean(),
    messages: z.number().int().optional().describe('`fill`: messages in the log, all counted by the live version.'),
  })
  .describe('`generator rate|pause|resume|fill`: what is wanted from now on.');

export const logs = z
  .object({
    schema: z.literal('snacklab/logs'),
    version: z.literal(1),
    lab,
    lines: z.array(z.object({ container: z.string(), at: z.string(), text: z.string() })),
  })
  .describe('`logs`; with --follow each line is a document of its own with one entry.');

export const down = z
  .object({
    schema: z.literal('snacklab/down'),
    version: z.literal(1),
    lab,
    runtime,
    pid: z.number().int().nullable().optional().describe("The embedded runtime's process that was ended."),
    containers: z.array(z.string()),
    networks: z.array(z.string()),
    volumes: z.array(z.string()),
  })
  .describe('`down`: names of what was removed; of an embedded lab its directory is the volume.');

export type DownDocument = z.infer<typeof down>;

export const compare = z
  .object({
    schema: z.literal('snacklab/compare'),
    version: z.literal(1),
    seconds: z.number(),
    rate: z.number(),
    seed: z.number(),
    budget: z
      .object({ processors: z.number().int(), memoryBytes: z.number() })
      .describe('What each lab had, one after the other.'),
    labs: z.object({ lambda: measurements, kappa: measurements }),
  })
  .describe('`compare`.');

export const doctor = z
  .object({
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
  })
  .describe('`doctor`.');

export const error = z
  .object({
    schema: z.literal('snacklab/error'),
    version: z.literal(1),
    kind: z.string(),
    exitCode: z.number().int(),
    message: z.string(),
    suggestion: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .describe("Any command that failed; `exitCode` is also the process's.");

/** All of them; `schema` tells them apart. */
export const documents = [
  ...([up, status, query, presented, alerts, batch, generator, logs, down, verify] as const),
  ...([replay, versions, switched, dropped, ingest, shell, demo, compare, doctor, error] as const),
] as const;
export type Document = z.infer<(typeof documents)[number]>;

/** What the build publishes: JSON Schema by file name. Open to further fields, as a reader should be. */
export function publishedSchemas(): Readonly<Record<string, object>> {
  return Object.fromEntries(
    documents.map((document) => {
      const name = document.shape.schema.value.replace('snacklab/', '');
      return [`${name}.v${document.shape.version.value}.json`, z.toJSONSchema(document, { io: 'input' })];
    }),
  );
}
