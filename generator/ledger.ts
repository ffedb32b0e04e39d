/**
 * The ledger: which events were reserved, acknowledged or left in doubt, as lines that are only ever added. Pure.
 * An index is reserved on disk before it is first sent, so after any crash the next one to use is known and no event id
 * is used twice; what was reserved and not acknowledged is in doubt: it may or may not be in the log.
 */
import { z } from 'zod';
import { LabError } from '../src/errors.js';

const whole = z.number().int().min(0);
const fraction = z.number().min(0).max(1);

const header = z.object({ type: z.literal('ledger'), version: z.literal(1), seed: whole });
/** A generator has opened the ledger: whoever wrote before has to stop. */
const claimed = z.object({ type: z.literal('claimed') });
const reserved = z.object({ type: z.literal('reserved'), until: whole });
/** A clean end: indices from here on were not used, whatever was reserved. */
const released = z.object({ type: z.literal('released'), until: whole });
const acknowledged = z.object({
  type: z.literal('acknowledged'),
  from: whole,
  until: whole,
  /** The knobs in force: they say which of these events were sent twice, and which were followed by a broken message. */
  duplicate: fraction,
  malformed: fraction,
  /** Messages in the log that these events account for: their own, repeats and broken ones. */
  messages: whole,
  /** By partition: the first message's offset and how many follow each other from there; -1 where it is not known. */
  offsets: z.record(z.string(), z.tuple([z.number().int(), whole])),
});
const inDoubt = z.object({ type: z.literal('in-doubt'), from: whole, until: whole, reason: z.string() });
const line = z.discriminatedUnion('type', [header, claimed, reserved, released, acknowledged, inDoubt]);

export type LedgerLine = z.infer<typeof line>;
export type Acknowledged = z.infer<typeof acknowledged>;
export type InDoubt = z.infer<typeof inDoubt>;
export type LedgerEntry = Acknowledged | InDoubt;

export interface Ledger {
  readonly seed: number;
  /** Indices below may have been used. */
  readonly reservedUntil: number;
  /** By index; neighbours are merged. Indices below `reservedUntil` that are in none were in flight at a kill. */
  readonly entries: readonly LedgerEntry[];
}

export interface Range {
  readonly from: number;
  readonly until: number;
}

export const newLedger = (seed: number): Ledger => ({ seed, reservedUntil: 0, entries: [] });

export const formatLine = (each: LedgerLine): string => `${JSON.stringify(each)}\n`;

/** The fewest lines that say the same. */
export function linesOf(ledger: Ledger): readonly LedgerLine[] {
  const head: LedgerLine = { type: 'ledger', version: 1, seed: ledger.seed };
  return [head, { type: 'reserved', until: ledger.reservedUntil }, ...ledger.entries];
}

/** Reserved, and neither acknowledged nor known to be in doubt. */
export function unaccounted(ledger: Ledger): readonly Range[] {
  const gaps: Range[] = [];
  let next = 0;
  for (const entry of ledger.entries) {
    if (entry.from > next) gaps.push({ from: next, until: entry.from });
    next = Math.max(next, entry.until);
  }
  if (ledger.reservedUntil > next) gaps.push({ from: next, until: ledger.reservedUntil });
  return gaps;
}

/** Events, each counted once. */
export function countEvents(entries: readonly LedgerEntry[], type: LedgerEntry['type']): number {
  return entries.reduce((sum, entry) => sum + (entry.type === type ? entry.until - entry.from : 0), 0);
}

/** Entries by index, with neighbours merged where one line can say both. */
export function inOrder(entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const merged: LedgerEntry[] = [];
  for (const entry of [...entries].sort((a, b) => a.from - b.from)) addLast(merged, entry);
  return merged;
}

/** Adds an entry at the end, merged with the last one where that is its neighbour. Changes `entries`. */
export function addLast(entries: LedgerEntry[], added: LedgerEntry): void {
  const last = entries.at(-1);
  const both = last === undefined ? undefined : mergeEntries(last, added);
  if (both === undefined) entries.push(added);
  else entries[entries.length - 1] = both;
}

function mergeEntries(a: LedgerEntry, b: LedgerEntry): LedgerEntry | undefined {
  if (a.until !== b.from) return undefined;
  if (a.type === 'in-doubt') {
    return b.type === 'in-doubt' && a.reason === b.reason ? { ...a, until: b.until } : undefined;
  }
  if (b.type === 'in-doubt' || a.duplicate !== b.duplicate || a.malformed !== b.malformed) return undefined;
  const offsets = mergeOffsets(a.offsets, b.offsets);
  return offsets === undefined ? undefined : { ...a, until: b.until, messages: a.messages + b.messages, offsets };
}

/** Undefined where something else lies between two stretches of a partition, or where an offset is not known. */
function mergeOffsets(a: Acknowledged['offsets'], b: Acknowledged['offsets']): Acknowledged['offsets'] | undefined {
  const merged = { ...a };
  for (const [partition, [first, count]] of Object.entries(b)) {
    const before = a[partition];
    if (before !== undefined && (first < 0 || before[0] < 0 || before[0] + before[1] !== first)) return undefined;
    merged[partition] = before === undefined ? [first, count] : [before[0], before[1] + count];
  }
  return merged;
}

/**
 * Reads a ledger's text; undefined for one without any line. Torn lines are left out, which a crash leaves at the end
 * and a later claim cuts off; anything else that is not a line is an error, never skipped.
 */
export function readLedger(text: string): Ledger | undefined {
  const pieces = text.split('\n');
  const lines: LedgerLine[] = [];
  for (const [i, piece] of pieces.entries()) {
    if (piece === '') continue;
    // Without its line break the last piece is torn, whatever it says.
    const parsed = i === pieces.length - 1 ? undefined : parseLine(piece);
    if (parsed !== undefined) lines.push(parsed);
    else if (!isCutOff(pieces, i)) throw damaged(i + 1, piece);
  }
  return ledgerOf(lines);
}

function isCutOff(pieces: readonly string[], i: number): boolean {
  const following = pieces.slice(i + 1).find((piece) => piece !== '' && !isBegunClaim(piece));
  return following === undefined || parseLine(following)?.type === 'claimed';
}

/** A claim may itself be cut off, by a full disk or a second kill; the next one ends that too. */
function isBegunClaim(piece: string): boolean {
  const whole = JSON.stringify({ type: 'claimed' } satisfies LedgerLine);
  return piece !== whole && whole.startsWith(piece);
}

function ledgerOf(lines: readonly LedgerLine[]): Ledger | undefined {
  const seed = lines.find((each) => each.type === 'ledger')?.seed;
  if (seed === undefined) return undefined;
  const entries: LedgerEntry[] = [];
  let reservedUntil = 0;
  for (const each of lines) {
    if (each.type === 'reserved') reservedUntil = Math.max(reservedUntil, each.until);
    else if (each.type === 'released') reservedUntil = each.until;
    else if (each.type === 'acknowledged' || each.type === 'in-doubt') entries.push(each);
  }
  return { seed, reservedUntil, entries: inOrder(entries) };
}

function parseLine(text: string): LedgerLine | undefined {
  try {
    return line.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function damaged(number: number, text: string): LabError {
  return new LabError(`line ${number} of the generator's ledger is damaged: ${text.slice(0, 200)}`, {
    kind: 'fail',
    suggestion: 'begin anew: snacklab {lab} down --volumes, then up',
    detail: { line: number },
  });
}
