/** What `ingest --json` prints. */
import { z } from 'zod';
import { lab } from './documents-common.js';

const count = z.number().int().nonnegative();
const line = z.number().int().nonnegative();

export const ingest = z
  .object({
    schema: z.literal('snacklab/ingest'),
    version: z.literal(1),
    lab,
    file: z.string().describe('`-` for standard input.'),
    format: z.enum(['jsonl', 'csv']),
    dryRun: z.boolean().describe('Nothing was sent: `accepted` is what would have been.'),
    events: count.describe('Lines that are not blank, or rows.'),
    accepted: count.describe('Acknowledged by the log.'),
    refused: count,
    unknown: count.describe('Sent and not acknowledged: they may be in the log or not, and were not sent again.'),
    reasons: z.record(z.string(), count).describe('Of refusals, and how often.'),
    firstRefused: z.array(z.object({ line, reason: z.string() })),
    firstUnknown: z
      .array(z.object({ from: line, until: line, reason: z.string() }))
      .describe('`until` is the last line.'),
    ends: z
      .record(z.string(), count)
      .describe('By partition, the offset after the last accepted event: an answer there has counted all of them.'),
    stopped: z
      .object({ line, reason: z.string() })
      .nullable()
      .describe('Where it gave up waiting for the lab: nothing from this line on was stored.'),
    tookMs: z.number(),
  })
  .describe('`ingest`: what became of the events of a file.');
export type IngestDocument = z.infer<typeof ingest>;
