/**
 * Produces a seed's events at a rate: takes what is due, reserves its indices, sends it, and notes what became of it.
 * An index is sent by one run only, and never after it was given up: what is in doubt stays so, and the next event is
 * a new one. When the broker does not keep up, arrivals wait, and beyond `catchUpMs` they are forgone.
 */
import type { Clock } from '../src/runtimes/ports.js';
import { type Arrivals, due, nextPortionInMs, startArrivals, take } from './arrivals.js';
import { type Chunk, type ChunkMaker, chunkMaker, type Timeline } from './chunk.js';
import type { Pace } from './days.js';
import type { Placement, Producer } from './kafka/producer.js';
import type { Knobs } from './knobs.js';
import type { Acknowledged } from './ledger.js';
import type { LedgerBook } from './ledger-file.js';

export interface ProducePlan {
  readonly seed: number;
  readonly knobs: Knobs;
  /** Ends when so many events are acknowledged, earlier runs included; undefined: never by itself. */
  readonly events: number | undefined;
  readonly timeline: Timeline | undefined;
  /** How arrivals go with the hour. */
  readonly pace: Pace;
}

/** What the operator wants right now. */
export interface WantedArrivals {
  readonly ratePerSecond: number;
  readonly paused: boolean;
}

export interface ProducePorts {
  readonly producer: Producer;
  readonly ledger: LedgerBook;
  readonly clock: Clock;
  readonly wanted: () => WantedArrivals;
  /** Ends the run after what is in flight. */
  readonly stop: AbortSignal;
  readonly say: (line: string) => void;
}

/** Counted from the start of this run; it grows while the run goes on. */
export interface Progress {
  /** Events handed to the producer, by index from `firstIndex` on without a gap. */
  sent: number;
  acknowledged: number;
  inDoubt: number;
  repeats: number;
  broken: number;
  /** Arrivals that were left out because the broker had not kept up. */
  forgone: number;
  nextIndex: number;
}

export const newProgress = (nextIndex: number): Progress => ({
  sent: 0,
  acknowledged: 0,
  inDoubt: 0,
  repeats: 0,
  broken: 0,
  forgone: 0,
  nextIndex,
});

/** Enough to be cheap at the highest rates, and few enough to be made within some milliseconds. */
const chunkEventsMost = 4096;
/** How soon a change of what is wanted is seen. */
const lookEveryMs = 100;
/** Indices are reserved for so long ahead; this many are skipped at most after a kill. */
const reserve = { aheadMs: 2000, least: 200, most: 1_000_000 };

interface Run {
  readonly plan: ProducePlan;
  readonly ports: ProducePorts;
  readonly progress: Progress;
  readonly makeChunk: ChunkMaker;
  arrivals: Arrivals;
  readonly inFlight: Set<Promise<void>>;
  eventsInFlight: number;
}

/** Runs until the plan's events are acknowledged or it is told to stop, and resolves when nothing is in flight. */
export async function produceEvents(plan: ProducePlan, ports: ProducePorts, progress: Progress): Promise<void> {
  const { producer, clock, stop } = ports;
  const run: Run = {
    plan,
    ports,
    progress,
    makeChunk: chunkMaker({ ...plan, partitions: producer.partitions }),
    arrivals: startArrivals(0, clock.nowMs(), plan.pace),
    inFlight: new Set(),
    eventsInFlight: 0,
  };
  try {
    while (!stop.aborted && eventsLeft(run) + run.eventsInFlight > 0) await step(run);
  } finally {
    await Promise.all(run.inFlight);
  }
}

async function step(run: Run): Promise<void> {
  const { clock, producer } = run.ports;
  const ratePerSecond = wantedRate(run);
  if (ratePerSecond !== run.arrivals.ratePerSecond)
    run.arrivals = startArrivals(ratePerSecond, clock.nowMs(), run.plan.pace);
  const left = eventsLeft(run);
  if (run.inFlight.size >= producer.sendsInFlight || left === 0) {
    await Promise.race(run.inFlight);
    return;
  }
  const now = due(run.arrivals, clock.nowMs());
  run.arrivals = now.arrivals;
  run.progress.forgone += now.forgone;
  if (now.events === 0) {
    await clock.sleep(Math.min(lookEveryMs, nextPortionInMs(run.arrivals, clock.nowMs())));
    return;
  }
  await sendNext(run, Math.min(now.events, left, chunkEventsMost));
}

function wantedRate(run: Run): number {
  const wanted = run.ports.wanted();
  return wanted.paused ? 0 : wanted.ratePerSecond;
}

/** Until the plan is fulfilled, if all that is in flight arrives. */
function eventsLeft(run: Run): number {
  if (run.plan.events === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(0, run.plan.events - run.ports.ledger.acknowledged - run.eventsInFlight);
}

async function sendNext(run: Run, events: number): Promise<void> {
  const { progress, ports } = run;
  const ahead = Math.min(reserve.most, Math.max(reserve.least, (run.arrivals.ratePerSecond * reserve.aheadMs) / 1000));
  const reserving = ports.ledger.reserve(progress.nextIndex + events, Math.ceil(ahead));
  if (reserving !== undefined) await reserving;
  const chunk = run.makeChunk(progress.nextIndex, events, ports.clock.nowMs());
  const made = chunk.until - chunk.from;
  run.arrivals = take(run.arrivals, made);
  progress.nextIndex = chunk.until;
  progress.sent += made;
  run.eventsInFlight += made;
  const sending = deliver(run, chunk).finally(() => {
    run.inFlight.delete(sending);
    run.eventsInFlight -= made;
  });
  run.inFlight.add(sending);
}

/** Never rejects: a send that fails is in doubt, and the ledger says so. */
async function deliver(run: Run, chunk: Chunk): Promise<void> {
  const { progress, ports, plan } = run;
  const { from, until } = chunk;
  try {
    const placements = await ports.producer.send(chunk.batches);
    ports.ledger.note(acknowledgedEntry(chunk, plan.knobs, placements));
    progress.acknowledged += until - from;
    progress.repeats += chunk.repeats;
    progress.broken += chunk.broken;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    ports.ledger.note({ type: 'in-doubt', from, until, reason });
    progress.inDoubt += until - from;
    ports.say(`events ${from} to ${until - 1} are in doubt: ${reason}`);
  }
}

function acknowledgedEntry(chunk: Chunk, knobs: Knobs, placements: readonly Placement[]): Acknowledged {
  const offsets: Acknowledged['offsets'] = {};
  for (const { partition, messages } of chunk.batches) {
    const placed = placements.find((placement) => placement.partition === partition);
    offsets[partition] = [placed?.baseOffset ?? -1, messages];
  }
  return {
    type: 'acknowledged',
    from: chunk.from,
    until: chunk.until,
    duplicate: knobs.duplicate,
    malformed: knobs.malformed,
    messages: chunk.until - chunk.from + chunk.repeats + chunk.broken,
    offsets,
  };
}
