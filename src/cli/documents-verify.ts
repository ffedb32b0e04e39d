/** What `verify --json` prints; see ./documents.ts for what is common to all documents. */
import { z } from 'zod';
import { lab } from './documents-common.js';

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
  findings: z.array(z.string()).readonly().describe('The first things that are wrong with it, or why it is not known.'),
  inFlight: z
    .number()
    .int()
    .describe(
      'Events in the log that the ledger does not call acknowledged: in flight at a kill, or now. The first, by id.',
    ),
  inFlightIds: z.array(z.string()).readonly(),
  foreign: z.number().int().describe("Valid events in the log that are not the generator's."),
});

export const verify = z
  .object({
    schema: z.literal('snacklab/verify'),
    version: z.literal(1),
    lab,
    verdict: z.enum(['pass', 'unknown', 'fail']),
    again: z.string().describe('The command line that judges the same history again, and the file that it reads.'),
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
          positions: z.number().int().describe('How many different positions and bases the answers had.'),
          bases: z.number().int(),
          longestSilenceMs: z.number(),
        }),
      )
      .readonly(),
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
      .readonly()
      .describe('The first wrong answers, with what is wrong with each.'),
    shortcomings: z.array(z.string()).readonly().describe('Why it does not pass although nothing is wrong.'),
    messagesRead: z.number().int(),
    countedMs: z.number(),
    ledger: ledger.nullable(),
  })
  .describe(
    "`verify`: the checker's verdict on every answer that it saw. Expected and got are texts: sums are 64-bit.",
  );
export type VerifyDocument = z.infer<typeof verify>;
