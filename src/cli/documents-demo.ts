/** What `demo --json` prints; see ./documents.ts for what is common to all documents. */
import { z } from 'zod';

const milliseconds = z.number().nullable();

const architecture = z.object({
  verdict: z.enum(['pass', 'unknown', 'fail']),
  ok: z.number().int(),
  wrong: z.number().int(),
  unknown: z.number().int(),
  wrongAnswers: z.array(z.string()).readonly().describe('The first of them, and what is wrong with each.'),
  shortcomings: z.array(z.string()).readonly().describe('Why it is not called exact although nothing is wrong.'),
  ageMs: z
    .object({ p50: milliseconds, p99: milliseconds })
    .describe('From the time that an event carries to the first answer that was read and covers it.'),
  messages: z.number().int().describe('Counted by the last answer, valid or not.'),
  bases: z.number().int().describe('Different bases that answers were seen to be made of.'),
  replay: z
    .object({ version: z.string(), messages: z.number().int(), tookMs: z.number(), switchedMs: z.number() })
    .nullable()
    .describe('A second version that read the log from its beginning, and readers that moved to it. Kappa only.'),
  naive: z
    .object({ ok: z.number().int(), wrong: z.number().int() })
    .nullable()
    .describe('With --merge naive: what the answers would have been if the speed layer began anew with each batch.'),
});

export const demo = z
  .object({
    schema: z.literal('snacklab/demo'),
    version: z.literal(1),
    verdict: z.enum(['pass', 'unknown', 'fail']),
    seconds: z.number(),
    rate: z.number(),
    seed: z.number(),
    merge: z.enum(['exact', 'naive']),
    directory: z.string().nullable().describe('Where the data is; null: it was removed.'),
    architectures: z.record(z.string(), architecture),
    eventsPerSecond: z.number().describe('Messages that were added to the log and counted, a second.'),
    memoryBytes: z.number().describe('The most that this process had in use, the judge included.'),
    baseline: z
      .object({
        messages: z.number().int(),
        tookMs: z.number(),
        memoryBytes: z.number(),
        agrees: z.boolean().describe('Whether it finds what the last answers say.'),
      })
      .describe('The same questions by one plain DuckDB scan of the same messages, in a process of its own.'),
    again: z.array(z.string()).readonly().describe('Commands that run the same on the real engines.'),
  })
  .describe('`demo`: both architectures in one process, judged.');
export type DemoDocument = z.infer<typeof demo>;
