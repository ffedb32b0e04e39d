/** The ledger as a checker reads it: one JSON value a line, with everything spelled out that the knobs only imply. Pure. */
import { mishapsOf } from './knobs.js';
import { type Acknowledged, countEvents, type Ledger, unaccounted } from './ledger.js';

/**
 * First a `ledger` line. For each stretch of acknowledged events where they are in the log, then its events in pieces.
 * `fromIndex` is included, `untilIndex` is not. The event of an index is `eventId(seed, index)` of event-index.ts: each
 * index of an `acknowledged` piece is in the log once, or twice where `repeats` names it. `broken` names the events
 * that a message follows which is not a valid event. Events `in-doubt` are in the log once, twice or not at all.
 */
export type PrintedLine =
  | { kind: 'ledger'; seed: number; reservedUntil: number; acknowledged: number; inDoubt: number; inFlight: number }
  | { kind: 'stretch'; fromIndex: number; untilIndex: number; messages: number; offsets: Acknowledged['offsets'] }
  | { kind: 'acknowledged'; fromIndex: number; untilIndex: number; repeats: number[]; broken: number[] }
  | { kind: 'in-doubt'; fromIndex: number; untilIndex: number; reason: string };

/** No line is of more events, so that none grows beyond what a reader wants to hold. */
const pieceEvents = 50_000;

export function* printedLines(ledger: Ledger): Generator<PrintedLine> {
  const inFlight = unaccounted(ledger);
  yield {
    kind: 'ledger',
    seed: ledger.seed,
    reservedUntil: ledger.reservedUntil,
    acknowledged: countEvents(ledger.entries, 'acknowledged'),
    inDoubt: countEvents(ledger.entries, 'in-doubt'),
    inFlight: inFlight.reduce((sum, range) => sum + range.until - range.from, 0),
  };
  for (const entry of ledger.entries) {
    if (entry.type === 'acknowledged') yield* stretchLines(ledger.seed, entry);
    else yield { kind: 'in-doubt', fromIndex: entry.from, untilIndex: entry.until, reason: entry.reason };
  }
  for (const { from, until } of inFlight) {
    yield { kind: 'in-doubt', fromIndex: from, untilIndex: until, reason: 'reserved, and not acknowledged so far' };
  }
}

function* stretchLines(seed: number, entry: Acknowledged): Generator<PrintedLine> {
  const { from, until, messages, offsets } = entry;
  yield { kind: 'stretch', fromIndex: from, untilIndex: until, messages, offsets };
  const mishaps = mishapsOf(seed, { late: 0, duplicate: entry.duplicate, malformed: entry.malformed });
  for (let fromIndex = from; fromIndex < until; fromIndex += pieceEvents) {
    const untilIndex = Math.min(until, fromIndex + pieceEvents);
    const indices = Array.from({ length: untilIndex - fromIndex }, (_, i) => fromIndex + i);
    yield {
      kind: 'acknowledged',
      fromIndex,
      untilIndex,
      repeats: indices.filter(mishaps.isRepeated),
      broken: indices.filter(mishaps.isBroken),
    };
  }
}
