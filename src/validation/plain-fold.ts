/**
 * The validation view's own fold, written apart from src/sums so that a mistake there does not judge itself:
 * one plain loop over the questions for each event, in BigInt wherever a double would not be exact. Pure.
 */
import type { EventFields } from '../events/event.js';
import type { KeyExpression, Question, Sum } from '../questions/question.js';
import type { SumTable } from '../sums/table.js';

/** A number as long as it is exact, else a BigInt; null is "no event yet" for least and greatest. */
type Cell = number | bigint | null;

/** The sums of the events so far, for several questions at once. */
export class PlainFold {
  readonly #questions: readonly Question[];
  readonly #tables: readonly Map<string, Cell[]>[];

  /** Starts from what is known already: a table per question, empty ones at the origin. */
  constructor(questions: readonly Question[], known: readonly SumTable[]) {
    this.#questions = questions;
    this.#tables = questions.map((_, i) => new Map([...known[i]!].map(([key, sums]) => [key, [...sums]])));
  }

  add(event: EventFields): void {
    for (let i = 0; i < this.#questions.length; i++) addTo(this.#tables[i]!, this.#questions[i]!, event);
  }

  /** The sums of each question, in the questions' order. Throws `RangeError` where one has left 64 bits. */
  tables(): readonly SumTable[] {
    return this.#tables.map((table) => new Map([...table].map(([key, cells]) => [key, cells.map(toSum)])));
  }
}

function addTo(table: Map<string, Cell[]>, question: Question, event: EventFields): void {
  for (const field in question.where) if (event[field] !== question.where[field]) return;
  const key = JSON.stringify(question.key.map((part) => keyPart(part, event)));
  let cells = table.get(key);
  if (cells === undefined) {
    cells = Object.values(question.sums).map(emptyCell);
    table.set(key, cells);
  }
  let i = 0;
  for (const name in question.sums) {
    cells[i] = afterEvent(question.sums[name]!, cells[i]!, event);
    i++;
  }
}

function keyPart(part: KeyExpression, event: EventFields): unknown {
  if (typeof part === 'string') return event[part];
  const ms = event[part.hour] as number;
  return ms - (ms % 3_600_000);
}

function emptyCell(sum: Sum): Cell {
  return sum.sum === 'least' || sum.sum === 'greatest' ? null : 0;
}

function afterEvent(sum: Sum, cell: Cell, event: EventFields): Cell {
  switch (sum.sum) {
    case 'count':
      return exactSum(cell!, 1);
    case 'total':
      return exactSum(cell!, event[sum.field] as number);
    case 'total-of-product':
      return exactSum(cell!, BigInt(event[sum.fields[0]] as number) * BigInt(event[sum.fields[1]] as number));
    case 'least':
      return cell === null || (event[sum.field] as number) < cell ? (event[sum.field] as number) : cell;
    case 'greatest':
      return cell === null || (event[sum.field] as number) > cell ? (event[sum.field] as number) : cell;
  }
}

function exactSum(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    // Of two safe integers: the sum is exact if it is safe, and then only.
    if (Number.isSafeInteger(sum)) return sum;
  }
  return BigInt(a) + BigInt(b);
}

function toSum(cell: Cell): bigint | null {
  if (cell === null) return null;
  const sum = BigInt(cell);
  if (sum !== BigInt.asIntN(64, sum)) throw new RangeError(`a true sum left 64 bits: ${sum}`);
  return sum;
}
