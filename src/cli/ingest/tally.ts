/** What has become of a file's events so far: counts, reasons, and the first lines of each. Bounded however long the file is. */
import type { EventState } from '../../ingestion/outcome.js';

export interface Tally {
  /** Events read. */
  events: number;
  accepted: number;
  refused: number;
  unknown: number;
  /** How often each reason was given for a refusal. */
  readonly reasons: Map<string, number>;
  readonly firstRefused: { readonly line: number; readonly reason: string }[];
  /** Lines that follow each other are one entry. */
  readonly firstUnknown: { from: number; until: number; readonly reason: string }[];
  /** By partition, the offset after the last event: an answer there has counted all of them. */
  readonly ends: Map<number, number>;
}

const firstMax = 20;
const reasonsMax = 100;

export function newTally(): Tally {
  return {
    ...{ events: 0, accepted: 0, refused: 0, unknown: 0 },
    ...{ reasons: new Map(), firstRefused: [], firstUnknown: [], ends: new Map() },
  };
}

/** Adds what is final; what was not sent will be. */
export function note(tally: Tally, line: number, outcome: Exclude<EventState, { state: 'unsent' }>): void {
  tally[outcome.state]++;
  if (outcome.state === 'accepted') {
    const { partition, offset } = outcome;
    if (offset !== null) tally.ends.set(partition, Math.max(tally.ends.get(partition) ?? 0, offset + 1));
  } else if (outcome.state === 'refused') noteRefused(tally, line, outcome.reason);
  else noteUnknown(tally, line, outcome.reason);
}

function noteRefused({ reasons, firstRefused }: Tally, line: number, reason: string): void {
  const counted = reasons.has(reason) || reasons.size < reasonsMax ? reason : 'others';
  reasons.set(counted, (reasons.get(counted) ?? 0) + 1);
  if (firstRefused.length < firstMax) firstRefused.push({ line, reason });
}

function noteUnknown({ firstUnknown }: Tally, line: number, reason: string): void {
  const last = firstUnknown.at(-1);
  if (last !== undefined && last.reason === reason && line <= last.until + 1) last.until = line;
  else if (firstUnknown.length < firstMax) firstUnknown.push({ from: line, until: line, reason });
}
