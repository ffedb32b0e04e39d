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

const format = 'snacklab-history-3';

interface StoredTable {
  readonly table: number;
  readonly rows: readonly (readonly [string, readonly (string | null)[]])[];
}

/** Tables by their numbers. */
type StoredAnswer = Omit<SeenAnswer, 'base' | 'realTime' | 'merged'> & {
  readonly base: number;
  readonly realTime: number;
  readonly merged: number;
};

interface StoredStart {
  readonly format: string;
  readonly experiment: Experiment;
  readonly startedMs: number;
  readonly log: LogExtent;
}

interface StoredEnd {
  readonly endedMs: number;
  readonly log: LogExtent;
}

type StoredLine = StoredStart | StoredTable | StoredAnswer | SeenUnknown | StoredEnd;

/** The first line of a history's file. */
export function startLine(experiment: Experiment, startedMs: number, log: LogExtent): string {
  return lineOf({ format, experiment, startedMs, log });
}

/**
 * Gives the lines of one read after the other. The same answer is read many times, so a table, known by the object that it
 * is, is written once, before the first read that has it. Reads name it by its number: the last of that number before them.
 */
export function seenLines(): (seen: Seen) => readonly string[] {
  const numbers = new WeakMap<Totals, number>();
  let next = 0;
  return (seen) => {
    if ('unknown' in seen) return [lineOf(seen)];
    const lines: string[] = [];
    const numberOf = (table: Totals): number => {
      const known = numbers.get(table);
      if (known !== undefined) return known;
      numbers.set(table, next);
      lines.push(lineOf(stored(next, table)));
      return next++;
    };
    const { base, realTime, merged } = seen;
    const tables = { base: numberOf(base), realTime: numberOf(realTime), merged: numberOf(merged) };
    lines.push(lineOf({ ...seen, ...tables }));
    return lines;
  };
}

/** The last line: without it a history is cut short and cannot pass. */
export function endLine(endedMs: number, log: LogExtent): string {
  return lineOf({ endedMs, log });
}

/** What some readers of lines take for the end of one is escaped: a key may hold it, and JSON leaves it as it is. */
function lineOf(line: object): string {
  return JSON.stringify(line).replaceAll(/[\u2028\u2029]/g, (end) => (end === '\u2028' ? '\\u2028' : '\\u2029'));
}

/** Reads a history's lines. Rejects when it is none or when it was cut short. */
export async function parseHistory(lines: Iterable<string> | AsyncIterable<string>): Promise<History> {
  const tables = new Map<number, Totals>();
  const seen: Seen[] = [];
  let start: StoredStart | undefined;
  let end: StoredEnd | undefined;
  let count = 0;
  for await (const text of lines) {
    count += 1;
    if (text === '') continue;
    const line = parseLine(text, count);
    if (start === undefined) {
      if (!('format' in line) || line.format !== format) break;
      start = line;
    } else if (end !== undefined) throw new Error(`not a history: line ${count} follows its last line`);
    else if ('endedMs' in line) end = line;
    else if ('table' in line) tables.set(line.table, revived(line));
    else if ('question' in line) seen.push('unknown' in line ? line : revive(line, tables, count));
    else throw new Error(`not a history: line ${count} is of no known kind`);
  }
  if (start === undefined) throw new Error(`not a history: its first line says no ${format}`);
  if (end === undefined) throw new Error('the history was cut short: its last line is missing');
  return {
    experiment: start.experiment,
    startedMs: start.startedMs,
    endedMs: end.endedMs,
    logAtStart: start.log,
    logAtEnd: end.log,
    seen,
  };
}

function parseLine(text: string, number: number): StoredLine {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (cause) {
    throw new Error(`not a history: line ${number} is not JSON`, { cause });
  }
  if (typeof line !== 'object' || line === null) throw new Error(`not a history: line ${number} is no object`);
  return line as StoredLine;
}

function revive(line: StoredAnswer, tables: ReadonlyMap<number, Totals>, number: number): SeenAnswer {
  const tableOf = (part: 'base' | 'realTime' | 'merged'): Totals => {
    const found = tables.get(line[part]);
    if (found === undefined)
      throw new Error(`not a history: line ${number} names table ${line[part]}, which is not there`);
    return found;
  };
  return { ...line, base: tableOf('base'), realTime: tableOf('realTime'), merged: tableOf('merged') };
}

function stored(number: number, table: Totals): StoredTable {
  return { table: number, rows: [...table].map(([key, sums]) => [key, sums.map((sum) => sum?.toString() ?? null)]) };
}

function revived({ rows }: StoredTable): Totals {
  return new Map(rows.map(([key, sums]) => [key, sums.map((sum) => (sum === null ? null : BigInt(sum)))]));
}
