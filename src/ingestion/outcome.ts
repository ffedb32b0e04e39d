/**
 * What a sender is told: of each event its state, and of all together a status. Only what the log has acknowledged is
 * `accepted`; what may or may not be in it is `unknown`, and neither is ever taken for the other. Pure.
 */
import { z } from 'zod';

const partition = z.number().int().nonnegative();

export const eventState = z.discriminatedUnion('state', [
  // Where it is in the log; null where a broker acknowledged a repeated send and did not say where the first one is.
  z.object({ state: z.literal('accepted'), partition, offset: z.number().int().nonnegative().nullable() }),
  z.object({ state: z.literal('refused'), reason: z.string() }),
  // It was not handed to the log: it may be sent again.
  z.object({ state: z.literal('unsent'), reason: z.string() }),
  // It was handed over and not acknowledged: sent again, it may count twice.
  z.object({ state: z.literal('unknown'), reason: z.string() }),
]);

/** One event's outcome. */
export type EventState = Readonly<z.infer<typeof eventState>>;

const count = z.number().int().nonnegative();
export const reply = z.object({
  accepted: count,
  refused: count,
  unsent: count,
  unknown: count,
  /** In the order of the request. */
  events: z.array(eventState),
});

/** The answer to a request whose events were found. */
export type Reply = Readonly<z.infer<typeof reply>>;

/** The answer to any other: nothing of it was stored. */
export const refusal = z.object({ problem: z.string(), suggestion: z.string().optional() });
export type Refusal = Readonly<z.infer<typeof refusal>>;

export function replyOf(events: EventState[]): Reply {
  const counts = { accepted: 0, refused: 0, unsent: 0, unknown: 0 };
  for (const { state } of events) counts[state]++;
  return { ...counts, events };
}

/** 200 all accepted, 207 some of them, 422 none; 503 where the log did not take or acknowledge what is valid. */
export function statusOf({ accepted, refused, unsent, unknown }: Reply): 200 | 207 | 422 | 503 {
  if (unsent + unknown > 0) return 503;
  if (refused === 0) return 200;
  return accepted > 0 ? 207 : 422;
}

/** Whether nothing of it is or may be in the log, so that the whole request may be sent again. */
export function mayBeRepeated({ accepted, unknown }: Reply): boolean {
  return accepted + unknown === 0;
}
