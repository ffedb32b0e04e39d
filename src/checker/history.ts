/**
 * The history of a verification: everything that was seen, as JSON lines, saved before anything is judged, so that the
 * judge can be run again on it. Sums are decimal texts and tables are lists of rows, since JSON keeps neither BigInt
 * nor Map. This file writes and reads the lines; what they mean is for ./judge.ts. Pure.
 */
import type { Position } from '../positions/position.js';
import type { Question } from '../questions/question.js';
import type { Totals } from './tally.js';

/** What the log held at one moment: the first and the next offset of each partition. */
export interface LogExtent {
  readonly starts: Position;
  readonly ends: Position;
}

/** The experiment as a value: what was asked, for how long, and whether something had been killed. */
export interface Experiment {
  readonly lab: string;
  /** Names: what each asks, the versions that answer declare. */
  readonly questions: readonly string[];
  readonly seconds: number;
  /** It goes on for so long in all, while what was seen is too little for a pass. */
  readonly secondsAtMost: number;
  readonly afterKill: boolean;
}

/** An answer as it was read. Times are epoch ms: when the read began, and when its answer was there. */
export interface SeenAnswer {
  readonly question: string;
  /** The question as the version that answered declares it: what its sums mean. */
  readonly declared: Question;
  /** Which of the question's readers saw it: each reads one answer after the other. */
  readonly reader: number;
  readonly askedMs: number;
  readonly seenMs: number;
  readonly pipeline: string;
  readonly incarnation: number;
  readonly generation: number;
  readonly forced: number;
  readonly origin: Position;
  readonly position: Position;
  readonly number: number;
  readonly baseId: number;
  readonly baseCut: Position;
  readonly slices: number;
  readonly messages: number;
  readonly rejected: number;
  readonly base: Totals;
  readonly realTime: Totals;
  readonly merged: Totals;
}

/** A read that gave no answer, and what was said instead. */
export interface SeenUnknown {
  readonly question: string;
  readonly reader: number;
  readonly askedMs: number;
  readonly seenMs: number;
  readonly unknown: string;
}

export type Seen = SeenAnswer | SeenUnknown;

export interface History {
  readonly experiment: Experiment;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly logAtStart: LogExtent;
  readonly logAtEnd: LogExtent;
  /** In the order in which they were seen. */
  readonly seen: readonly Seen[];
}

/** A position as a text, to compare and to show. */
export function positionText(position: Position): string {
  return `[${position.join(', ')}]`;
}

const format = 'snacklab-history-2';

type StoredTable = readonly (readonly [string, readonly (string | null)[]])[];
type StoredAnswer = Omit<SeenAnswer, 'base' | 'realTime' | 'merged'> & {
  readonly base: StoredTable;
  readonly realTime: StoredTable;
  readonly merged: StoredTable;
};

/** The first line of a history's file. */
export function startLine(experiment: Experiment, startedMs: number, log: LogExtent): string {
  return JSON.stringify({ format, experiment, startedMs, log });
}

/** The line of one read. */
export function seenLine(seen: Seen): string {
  if ('unknown' in seen) return JSON.stringify(seen);
  const { base, realTime, merged } = seen;
  return JSON.stringify({ ...seen, base: stored(base), realTime: stored(realTime), merged: stored(merged) });
}

/** The last line: without it a history is cut short and cannot pass. */
export function endLine(endedMs: number, log: LogExtent): string {
  return JSON.stringify({ endedMs, log });
}

/** Reads a history's lines. Throws when it is none or when it was cut short. */
export function parseHistory(lines: readonly string[]): History {
  const full = lines.filter((line) => line !== '');
  const [first, ...rest] = full.map((line, index) => parseLine(line, index + 1)) as [never, ...never[]];
  const start = first as { format?: string; experiment: Experiment; startedMs: number; log: LogExtent } | undefined;
  if (start?.format !== format) throw new Error(`not a history: its first line says no ${format}`);
  const end = rest.pop() as { endedMs?: number; log: LogExtent } | undefined;
  if (end?.endedMs === undefined) throw new Error('the history was cut short: its last line is missing');
  return {
    experiment: start.experiment,
    startedMs: start.startedMs,
    endedMs: end.endedMs,
    logAtStart: start.log,
    logAtEnd: end.log,
    seen: rest.map(revive),
  };
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error(`not a history: line ${number} is not JSON`, { cause });
  }
}

function revive(line: StoredAnswer | SeenUnknown): Seen {
  if ('unknown' in line) return line;
  return { ...line, base: revived(line.base), realTime: revived(line.realTime), merged: revived(line.merged) };
}

function stored(table: Totals): StoredTable {
  return [...table].map(([key, sums]) => [key, sums.map((sum) => sum?.toString() ?? null)]);
}

function revived(table: StoredTable): Totals {
  return new Map(table.map(([key, sums]) => [key, sums.map((sum) => (sum === null ? null : BigInt(sum)))]));
}
