/** The document of a lab's alerts. */
import { z } from 'zod';
import { lab, position } from './documents-common.js';

const decided = z.object({
  pipeline: z.string(),
  number: z.number().int().describe('The slice up to which the answer went that it was decided from.'),
  position,
  atMs: z.number(),
});

const alert = z.object({
  id: z.number().int().describe('From 1, in the order in which they were raised.'),
  rule: z.string(),
  subject: z.string(),
  says: z.string().describe('As it was when the alert was raised.'),
  raised: decided,
  cleared: decided.nullable(),
});

export const alerts = z
  .object({
    schema: z.literal('snacklab/alerts'),
    version: z.literal(1),
    lab,
    raised: z.array(alert),
    cleared: z.array(alert).describe('The newest first; no more than a hundred are kept.'),
    undecided: z
      .array(z.object({ rule: z.string(), why: z.string() }))
      .describe('Rules that nobody decides now: that none of their alerts is raised says nothing.'),
    waiting: z.number().int().describe('Notices that the webhook has not taken yet.'),
    unsent: z.number().int().describe('Notices that were given up, since too many waited.'),
    webhook: z.boolean().nullable().describe('Whether notices are sent; null where nobody keeps alerts just now.'),
  })
  .describe('`alerts`: what is raised, what was cleared lately, and what is not decided at all.');
export type AlertsDocument = z.infer<typeof alerts>;
