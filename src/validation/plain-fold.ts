/**
 * The validation view's own fold, written apart from src/sums so that a mistake there does not judge itself:
 * one plain loop over the questions for each event, in BigInt wherever a double would not be exact. Pure.
 */
import type { EventFields } from '../events/event.js';
import { elsewhere, machinesByPlace } from '../machines/catalogue.js';
import { overflowed, type SumName } from '../questions/overflow.js';
import type { Filter, KeyExpression, Question, Sum } from '../questions/question.js';
import type { SumTable } from '../sums/table.js';

/** A number as long as it is exact, else a BigInt; null is "no event yet" for least and greatest. */
type Cell = number | bigint | null;

/** One question, laid out for the loop, and its sums by key. */
interface Counting {
  readonly where: Filter;
  readonly key: readonly KeyExpression[];
  readonly sums: readonly Sum[];
  readonly names: readonly SumName[];
  readonly cells: Map<string, Cell[]>;
}

/** The sums of the events so far, for several questions at once. */
export class PlainFold {
  readonly #countings: readonly Counting[];

  /** Starts from what is known already: a table per question, empty ones at the origin. */
  constructor(questions: readonly Question[], known: readonly SumTable[]) {
    this.#countings = questions.map(({ name: question, where, key, sums }, i) => ({
      where,
      key,
      sums: Object.values(sums),
      names: Object.keys(sums).map((sum) => ({ question, sum })),
      cells: new Map([...known[i]!].map(([name, values]) => [name, [...values]])),
    }));
  }

  add(event: EventFields): void {
    for (const counting of this.#countings) addTo(counting, event);
  }

  /** The sums of each question, in the questions' order. Throws `unknown` where one has left 64 bits. */
  tables(): readonly SumTable[] {
    return this.#countings.map(
      ({ cells, names }) =>
        new Map([...cells].map(([key, row]) => [key, row.map((cell, i) => toSum(cell, names[i]!))])),
    );
  }
}

function addTo({ where, key, sums, cells }: Counting, event: EventFields): void {
  if (!isAmong(where, event)) return;
  const name = keyName(key, event);
  let row = cells.get(name);
  if (row === undefined) {
    row = sums.map(emptyCell);
    cells.set(name, row);
  }
  for (let i = 0; i < sums.length; i++) {
    const sum = sums[i]!;
    if (sum.where === undefined || isAmong(sum.where, event)) row[i] = afterEvent(sum, row[i]!, event);
  }
}

function isAmong(where: Filter, event: EventFields): boolean {
  for (const field in where) {
    const wanted: unknown = where[field];
    const value = event[field];
    if (Array.isArray(wanted) ? !wanted.includes(value) : wanted !== value) return false;
  }
  return true;
}

/** The JSON array of the key's parts. */
function keyName(key: readonly KeyExpression[], event: EventFields): string {
  let name = '[';
  for (let i = 0; i < key.length; i++) name += (i === 0 ? '' : ',') + JSON.stringify(keyPart(key[i]!, event));
  return `${name}]`;
}

function keyPart(part: KeyExpression, event: EventFields): unknown {
  if (typeof part === 'string') return event[part];
  if ('place' in part) return placeNames.get(event[part.place] as string) ?? elsewhere;
  const [ms, unitMs] = 'hour' in part ? [event[part.hour], 3_600_000] : [event[part.minute], 60_000];
  return (ms as number) - ((ms as number) % unitMs);
}

const placeNames = new Map(machinesByPlace.flatMap(([place, ids]) => ids.map((id) => [id, place] as const)));

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

function toSum(cell: Cell, name: SumName): bigint | null {
  if (cell === null) return null;
  const sum = BigInt(cell);
  if (sum !== BigInt.asIntN(64, sum)) throw overflowed(name, sum);
  return sum;
}
