/**
 * The generator's ledger against the log: each acknowledged event is there exactly once, or twice where it was repeated
 * on purpose. What was in doubt may be there or not and is only listed. The ledger has to be read before the log, so
 * that what it calls acknowledged can be demanded. Reads the lines that `generator ledger` prints. Pure.
 */
import { z } from 'zod';
import { inspect } from './rule.js';

const index = z.number().int().nonnegative();
const range = { fromIndex: index, untilIndex: index };
const ledgerLine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ledger'), seed: z.number().int(), reservedUntil: index, acknowledged: index }),
  z.object({ kind: z.literal('stretch'), ...range, messages: index }),
  z.object({ kind: z.literal('acknowledged'), ...range, repeats: z.array(index), broken: z.array(index) }),
  z.object({ kind: z.literal('in-doubt'), ...range, reason: z.string() }),
]);
type LedgerLine = z.infer<typeof ledgerLine>;
type Piece = Extract<LedgerLine, { kind: 'acknowledged' }>;

export interface LedgerVerdict {
  readonly verdict: 'pass' | 'unknown' | 'fail';
  /** Events that the ledger calls acknowledged, and messages that were read from the log. */
  readonly acknowledged: number;
  readonly messages: number;
  /** The first things that are wrong. */
  readonly findings: readonly string[];
  /** Events in the log that the ledger does not call acknowledged: they were in flight at a kill, or are now. */
  readonly inFlight: number;
  readonly inFlightIds: readonly string[];
  /** Valid events in the log that are not this generator's. */
  readonly foreign: number;
}

const shownMax = 10;

/** A ledger being looked for in the log. Throws when the lines are no ledger. */
export class LedgerSearch {
  readonly #lines: readonly LedgerLine[];
  readonly #seed: number;
  /** How often each index was seen, by index; 255 is that often or more. */
  readonly #seen: Uint8Array;
  readonly #idPrefix: string;
  #messages = 0;
  #rejected = 0;
  #foreign = 0;

  constructor(texts: readonly string[]) {
    this.#lines = texts.filter((text) => text !== '').map((text) => ledgerLine.parse(JSON.parse(text)));
    const [head] = this.#lines;
    if (head?.kind !== 'ledger') throw new Error('the generator printed no ledger');
    this.#seed = head.seed;
    this.#idPrefix = `${head.seed}-`;
    this.#seen = new Uint8Array(head.reservedUntil);
  }

  /** Any message of the log, in any order, each once. */
  add(value: Uint8Array | null): void {
    this.#messages += 1;
    const event = inspect(value);
    if (typeof event === 'string') {
      this.#rejected += 1;
      return;
    }
    const at = this.#indexOf(event.event_id as string);
    if (at === undefined) this.#foreign += 1;
    // Above what was reserved are events that came after the ledger was read.
    else if (at < this.#seen.length) this.#seen[at] = Math.min(this.#seen[at]! + 1, 255);
  }

  /** The verdict once the whole log was handed in. */
  finish(): LedgerVerdict {
    const pieces = this.#lines.filter((line): line is Piece => line.kind === 'acknowledged');
    const findings = [...this.#findings(pieces), ...this.#tooFewRejected(pieces)];
    const inFlight = this.#inFlight(pieces);
    return {
      verdict: findings.length === 0 ? 'pass' : 'fail',
      acknowledged: pieces.reduce((sum, piece) => sum + piece.untilIndex - piece.fromIndex, 0),
      messages: this.#messages,
      findings: findings.slice(0, shownMax),
      inFlight: inFlight.length,
      inFlightIds: inFlight.slice(0, shownMax).map((at) => this.#idPrefix + at),
      foreign: this.#foreign,
    };
  }

  #indexOf(eventId: string): number | undefined {
    if (!eventId.startsWith(this.#idPrefix)) return undefined;
    const text = eventId.slice(this.#idPrefix.length);
    return /^(0|[1-9]\d*)$/.test(text) ? Number(text) : undefined;
  }

  *#findings(pieces: readonly Piece[]): Generator<string> {
    for (const { fromIndex, untilIndex, repeats } of pieces) {
      const repeated = new Set(repeats);
      for (let at = fromIndex; at < untilIndex; at++) {
        const expected = repeated.has(at) ? 2 : 1;
        const seen = this.#seen[at] ?? 0;
        if (seen !== expected) yield `event ${this.#seed}-${at} is in the log ${times(seen)}, not ${times(expected)}`;
      }
    }
  }

  #tooFewRejected(pieces: readonly Piece[]): readonly string[] {
    const broken = pieces.reduce((sum, piece) => sum + piece.broken.length, 0);
    if (this.#rejected >= broken) return [];
    return [`${broken} broken messages were acknowledged, the log has ${this.#rejected} that are no events`];
  }

  #inFlight(pieces: readonly Piece[]): readonly number[] {
    const acknowledged = new Uint8Array(this.#seen.length);
    for (const { fromIndex, untilIndex } of pieces) acknowledged.fill(1, fromIndex, untilIndex);
    const found: number[] = [];
    for (let at = 0; at < this.#seen.length; at++) if (this.#seen[at]! > 0 && acknowledged[at] === 0) found.push(at);
    return found;
  }
}

/** A ledger that could not be looked for is neither right nor wrong. */
export function unknownLedger(error: unknown): LedgerVerdict {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    verdict: 'unknown',
    acknowledged: 0,
    messages: 0,
    findings: [reason],
    inFlight: 0,
    inFlightIds: [],
    foreign: 0,
  };
}

function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}
