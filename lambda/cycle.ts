/**
 * The batch cycle's durable state and the one table of its legal steps.
 * idle → cut chosen → job running → base loaded → published → retired, which is idle again; a failed job goes back to
 * the chosen cut, a lost publish or a hopeless cut back to idle. Each step may be repeated after a crash. Pure.
 */
import { z } from 'zod';
import { covers, equal, messagesBetween, type Position } from '../src/positions/position.js';
import type { Base, BatchOutput, Slice, StateRecord } from '../src/runtimes/ports.js';
import { epochOf, type Head, mergedNumber } from '../src/serving/head.js';
import { isWhole } from '../src/versions/versions.js';

const position = z.array(z.number().int().nonnegative());

const attempt = z.object({ pipeline: z.string(), baseId: z.number(), id: z.string() });

/** What every state carries: when a cycle last began and how the last ones went. Times are epoch ms. */
const history = z.object({
  startedMs: z.number(),
  requestsSeen: z.number(),
  failures: z.number(),
  lastFailure: z.string().nullable(),
  lastPublished: z
    .object({
      baseId: z.number(),
      number: z.number(),
      cut: position,
      messages: z.number(),
      chosenMs: z.number(),
      jobStartedMs: z.number(),
      jobEndedMs: z.number(),
      publishedMs: z.number(),
    })
    .nullable(),
});

/** What the cut fixes for the rest of the cycle. */
const plan = z.object({
  baseId: z.number(),
  number: z.number(),
  cut: position,
  oldBaseId: z.number(),
  oldFoldId: z.number(),
  chosenMs: z.number(),
  attempts: z.number(),
});

const job = z.object({ attempt, jobStartedMs: z.number() });
const ended = z.object({ jobEndedMs: z.number() });

const cycleSchema = z.discriminatedUnion('name', [
  z.object({ name: z.literal('idle'), history }),
  z.object({ name: z.literal('chosen'), history, plan }),
  z.object({ name: z.literal('running'), history, plan, job }),
  z.object({ name: z.literal('loaded'), history, plan, job, ended }),
  z.object({ name: z.literal('published'), history, plan, job, ended }),
]);

export type Cycle = z.infer<typeof cycleSchema>;
export type CycleName = Cycle['name'];
export type CycleHistory = z.infer<typeof history>;
export type Plan = z.infer<typeof plan>;

/** Which state may follow which. A failed attempt goes back to the chosen cut. */
export const legalSteps: Readonly<Record<CycleName, readonly CycleName[]>> = {
  idle: ['idle', 'chosen'],
  chosen: ['running', 'idle'],
  running: ['loaded', 'chosen'],
  loaded: ['published', 'idle'],
  published: ['idle'],
};

/** The cycle of a pipeline for which no batch has run yet. */
export const firstCycle: Cycle = {
  name: 'idle',
  history: { startedMs: 0, requestsSeen: 0, failures: 0, lastFailure: null, lastPublished: null },
};

/** The cycle that a pipeline begins with, made from its head. `batchRequests` are those that are there now. */
export function newCycle(head: Head, nowMs: number, batchRequests: number): Cycle {
  return isWhole(head) ? firstCycle : cycleFromCut(head.baseCut, nowMs, batchRequests);
}

/** The cycle of a version that begins at a cut: its first base is planned before it has a slice. */
export function cycleFromCut(cut: Position, nowMs: number, batchRequests: number): Cycle {
  const plan = { baseId: 1, number: 0, cut: [...cut], oldBaseId: 0, oldFoldId: 0, chosenMs: nowMs, attempts: 0 };
  // The first base answers the requests that are there: heard again after it, they would make it twice.
  return { name: 'chosen', history: { ...firstCycle.history, startedMs: nowMs, requestsSeen: batchRequests }, plan };
}

/** Cycle versions of a pipeline: above all that an earlier one of its name can have reached. */
export function firstCycleVersion(incarnation: number): number {
  return incarnation * 10 ** 9;
}

/** The stored cycle of this very pipeline; undefined where there is none, or only another one's of its name. */
export function cycleOf(
  { incarnation }: Pick<Head, 'incarnation'>,
  record: StateRecord | undefined,
): Cycle | undefined {
  if (record === undefined) return undefined;
  const isOurs =
    firstCycleVersion(incarnation) <= record.version && record.version < firstCycleVersion(incarnation + 1);
  return isOurs ? parseCycle(record.state) : undefined;
}

/** Reads a stored state. Throws on anything that is not one: a state is never guessed. */
export function parseCycle(text: string): Cycle {
  return cycleSchema.parse(JSON.parse(text));
}

/**
 * The newest committed slice boundary that the archive covers, found along the chain that readers follow
 * (protocol rule 5). The end of the fold is one too, and so is the cut that a version without its first base began at.
 * Undefined when there is none above the base.
 */
export function chooseCut(
  head: Head,
  slices: readonly Slice[],
  fold: Pick<Base, 'number' | 'until'> | undefined,
  archived: Position,
): { readonly number: number; readonly cut: Position } | undefined {
  let end = fold?.until ?? head.baseCut;
  let next = mergedNumber(head) + 1;
  const isBegun = !isWhole(head) && covers(archived, end);
  let best = isBegun ? { number: head.baseNumber, cut: end } : undefined;
  if (fold !== undefined) {
    if (!covers(archived, end)) return undefined;
    best = { number: fold.number, cut: end };
  }
  for (const slice of slices) {
    if (slice.number !== next || slice.epoch !== epochOf(head, slice.number)) continue;
    if (slice.number > head.number || !equal(slice.from, end) || !covers(archived, slice.until)) break;
    end = slice.until;
    next++;
    best = { number: slice.number, cut: end };
  }
  return best;
}

/** Why a finished job's output may not become the base, or undefined when it is whole and exact. */
export function flawOfOutput(output: BatchOutput, head: Pick<Head, 'origin'>, cut: Position): string | undefined {
  if (!equal(output.cut, cut)) return `the output is of another cut: ${JSON.stringify(output.cut)}`;
  const expected = messagesBetween(head.origin, cut);
  if (output.messages !== expected)
    return `the job saw ${output.messages} messages, the log has ${expected} up to the cut`;
  return undefined;
}
