/** The document of what is presented of an answer. */
import { z } from 'zod';
import { lab, position } from './documents-common.js';

const table = z.object({
  pipeline: z.string(),
  position,
  number: z.number().int(),
  messages: z.number().int(),
  compared: z.enum(['equal', 'different', 'unknown']).describe("The sums that it is made of, with the validation's."),
  columns: z.array(
    z.object({ name: z.string(), kind: z.enum(['text', 'count', 'cents', 'share', 'degrees', 'number']) }),
  ),
  rows: z
    .array(z.record(z.string(), z.union([z.string(), z.number()])))
    .describe('By column. Counts and cents are exact decimal texts, a share is a number from 0 to 1.'),
  says: z.string().describe('What the rows do not say: totals, the time that costs were taken over.'),
});

export const presented = z
  .object({
    schema: z.literal('snacklab/presented'),
    version: z.literal(1),
    lab,
    name: z.string(),
    asks: z.string(),
    of: z.string().describe('The question whose answer it is made of.'),
    atMs: z.number(),
    answer: table.nullable(),
    unknown: z.string().nullable(),
  })
  .describe('`query` of what is presented of an answer. `answer` is null where it is unknown, and `unknown` says why.');
export type PresentedDocument = z.infer<typeof presented>;
export type PresentedAnswer = z.infer<typeof table>;
