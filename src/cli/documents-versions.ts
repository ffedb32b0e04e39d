/** What the commands on versions print with --json; see ./documents.ts for what is common to all documents. */
import { z } from 'zod';
import { lab, position } from './documents-common.js';

const version = z.object({
  version: z.string().describe('`v2`; `pipeline` is its full name, `kappa-2`.'),
  pipeline: z.string(),
  live: z.boolean(),
  previous: z.boolean().describe('The one that `rollback` goes back to.'),
  state: z
    .enum(['live', 'ready', 'behind', 'no answer yet', 'dropping'])
    .describe('`ready`: it covers the live one, so a switch to it is one write.'),
  questions: z.array(z.string()),
  origin: position.describe('Where in the log its answers begin.'),
  position,
  number: z.number().int(),
  behindLive: z.number().int().describe('Messages that it lacks to cover the live one.'),
  lag: z.number().nullable().describe('Messages in the log after its position.'),
  storedBytes: z.number().describe('Sums of its slices, bases and truths as they are stored.'),
});

export const versions = z
  .object({ schema: z.literal('snacklab/versions'), version: z.literal(1), lab, versions: z.array(version) })
  .describe('`versions`.');
export type VersionsDocument = z.infer<typeof versions>;

export const replay = z
  .object({
    schema: z.literal('snacklab/replay'),
    version: z.literal(1),
    lab,
    pipeline: z.string(),
    questions: z.array(z.string()),
    origin: position.describe('Where in the log it began.'),
    archived: z.number().int().describe('Messages from there on that it reads from the archive: the log lost them.'),
    missing: z.number().int().describe('Messages before that which nothing has any more: they are in no answer of it.'),
    caughtUp: z.boolean().describe('False: --detach; it goes on.'),
    messages: z.number().int().describe('Messages that it had counted when this was printed.'),
    tookMs: z.number(),
    messagesPerSecond: z.number().nullable().describe('From its first slice on.'),
  })
  .describe('`replay` and `change`: a version was started beside the live one.');
export type ReplayDocument = z.infer<typeof replay>;

export const switched = z
  .object({
    schema: z.literal('snacklab/switch'),
    version: z.literal(1),
    lab,
    from: z.string(),
    to: z.string(),
    changed: z.boolean().describe('False: it was live already.'),
    generation: z.number().int().nullable(),
    back: z.boolean().describe("It was forced, and readers' positions may have gone back."),
    tookMs: z.number(),
  })
  .describe('`switch` and `rollback`: which version readers follow now.');
export type SwitchDocument = z.infer<typeof switched>;

export const dropped = z
  .object({
    schema: z.literal('snacklab/drop'),
    version: z.literal(1),
    lab,
    pipeline: z.string(),
    gone: z.boolean().describe('False: its job has ended or will, and what it stored goes once the lab can.'),
    tookMs: z.number(),
  })
  .describe('`drop`.');
