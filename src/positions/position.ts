/**
 * Positions in the log: a vector of next offsets, one per partition, `[41, 7]` = partition 0 up to but without 41.
 * They are only partly ordered: of two positions neither may cover the other. Pure.
 */
export type Position = readonly number[];

/** The position before the first message of a log with so many partitions. */
export function startOfLog(partitions: number): Position {
  return new Array<number>(partitions).fill(0);
}

/** Whether `a` has reached `b` in every partition. Throws when they are of different logs. */
export function covers(a: Position, b: Position): boolean {
  sameLength(a, b);
  return a.every((offset, partition) => offset >= b[partition]!);
}

/** Whether both are the same position. */
export function equal(a: Position, b: Position): boolean {
  return a.length === b.length && a.every((offset, partition) => offset === b[partition]);
}

/** The greatest position that both cover. */
export function min(a: Position, b: Position): Position {
  sameLength(a, b);
  return a.map((offset, partition) => Math.min(offset, b[partition]!));
}

/** The least position that covers both. */
export function max(a: Position, b: Position): Position {
  sameLength(a, b);
  return a.map((offset, partition) => Math.max(offset, b[partition]!));
}

/** How many offsets lie between two positions; negative where `until` is behind `from`. */
export function messagesBetween(from: Position, until: Position): number {
  sameLength(from, until);
  return until.reduce((sum, offset, partition) => sum + offset - from[partition]!, 0);
}

/** How many offsets lie below a position, from the very first on. */
export function messagesBelow(position: Position): number {
  return position.reduce((sum, offset) => sum + offset, 0);
}

/** The text that is stored: a JSON array. */
export function formatPosition(position: Position): string {
  return JSON.stringify(position);
}

/** Reads what `formatPosition` wrote. Throws on anything else: a position is never guessed. */
export function parsePosition(text: string): Position {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value) || !value.every((offset) => Number.isSafeInteger(offset) && offset >= 0)) {
    throw new Error(`not a position: ${text}`);
  }
  return value as number[];
}

function sameLength(a: Position, b: Position): void {
  if (a.length !== b.length) {
    throw new Error(`positions of different logs: ${a.length} and ${b.length} partitions`);
  }
}
