/**
 * Exact sums of events by key for one question, by plain adding: the checker's own arithmetic, not the project's.
 * A sum is kept as a number while that is exact and spilled into a BigInt before it would not be. Pure.
 */
import { elsewhere, places } from '../machines/catalogue.js';
import type { Filter, KeyExpression, Question, Sum } from '../questions/question.js';
import type { SoundEvent } from './rule.js';

/** Sums by key text (a JSON array of the key's parts), in the order of the question's sums; null is "no event". */
export type Totals = ReadonlyMap<string, readonly (bigint | null)[]>;

/** A tally at one instant: cell `row * sums + sum` is its spilled part plus its rest; NaN is "no event". */
export interface Snapshot {
  readonly rests: Float64Array;
  readonly spilled: ReadonlyMap<number, bigint>;
}

/** What a question has counted in one partition so far. */
export class Tally {
  readonly #question: Question;
  readonly #sums: readonly Sum[];
  readonly #rows = new Map<unknown, number>();
  readonly #texts: string[] = [];
  readonly #rests: number[] = [];
  readonly #spilled = new Map<number, bigint>();

  constructor(question: Question) {
    this.#question = question;
    this.#sums = Object.values(question.sums);
  }

  add(event: SoundEvent): void {
    if (!passes(this.#question.where, event)) return;
    let cell = this.#row(event) * this.#sums.length;
    for (const sum of this.#sums) {
      if (sum.where === undefined || passes(sum.where, event)) this.#addTo(cell, sum, event);
      cell++;
    }
  }

  snapshot(): Snapshot {
    return { rests: Float64Array.from(this.#rests), spilled: new Map(this.#spilled) };
  }

  /** The key texts in the order of a snapshot's rows; a later snapshot has more, never others. */
  get keys(): readonly string[] {
    return this.#texts;
  }

  #row(event: SoundEvent): number {
    const { key } = this.#question;
    // A single part is its own key: making a JSON text for each event would cost more than the sums.
    const id = key.length === 1 ? part(key[0]!, event) : JSON.stringify(key.map((one) => part(one, event)));
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    const row = this.#rows.size;
    this.#rows.set(id, row);
    this.#texts.push(key.length === 1 ? JSON.stringify([id]) : (id as string));
    for (const { sum } of this.#sums) this.#rests.push(sum === 'least' || sum === 'greatest' ? Number.NaN : 0);
    return row;
  }

  #addTo(cell: number, sum: Sum, event: SoundEvent): void {
    if (sum.sum === 'count') this.#addNumber(cell, 1);
    else if (sum.sum === 'total') this.#addNumber(cell, event[sum.field] as number);
    else if (sum.sum === 'total-of-product') {
      this.#addProduct(cell, event[sum.fields[0]] as number, event[sum.fields[1]] as number);
    } else {
      const [before, value] = [this.#rests[cell]!, event[sum.field] as number];
      if (Number.isNaN(before) || (sum.sum === 'least' ? value < before : value > before)) this.#rests[cell] = value;
    }
  }

  #addNumber(cell: number, value: number): void {
    const before = this.#rests[cell]!;
    const after = before + value;
    if (!Number.isSafeInteger(after)) this.#spill(cell, BigInt(before));
    this.#rests[cell] = Number.isSafeInteger(after) ? after : value;
  }

  #addProduct(cell: number, a: number, b: number): void {
    if (Number.isSafeInteger(a * b)) this.#addNumber(cell, a * b);
    else this.#spill(cell, BigInt(a) * BigInt(b));
  }

  #spill(cell: number, value: bigint): void {
    this.#spilled.set(cell, (this.#spilled.get(cell) ?? 0n) + value);
  }
}

/** Each field of the filter has its value, or any of a list of values. */
function passes(filter: Filter, event: SoundEvent): boolean {
  for (const field in filter) {
    const wanted = filter[field] as unknown;
    const fits = Array.isArray(wanted) ? wanted.some((one) => one === event[field]) : event[field] === wanted;
    if (!fits) return false;
  }
  return true;
}

/** The totals of several partitions' snapshots together. */
export function together(
  question: Question,
  parts: readonly { snapshot: Snapshot; keys: readonly string[] }[],
): Totals {
  const sums = Object.values(question.sums);
  const totals = new Map<string, (bigint | null)[]>();
  for (const { snapshot, keys } of parts) {
    for (let row = 0; row * sums.length < snapshot.rests.length; row++) {
      const values = sums.map((_, i) => cellValue(snapshot, row * sums.length + i));
      const total = totals.get(keys[row]!);
      totals.set(keys[row]!, total === undefined ? values : sums.map((sum, i) => joined(sum, total[i]!, values[i]!)));
    }
  }
  return totals;
}

function cellValue({ rests, spilled }: Snapshot, cell: number): bigint | null {
  const rest = rests[cell]!;
  return Number.isNaN(rest) ? null : (spilled.get(cell) ?? 0n) + BigInt(rest);
}

function joined(sum: Sum, a: bigint | null, b: bigint | null): bigint | null {
  if (a === null) return b;
  if (b === null) return a;
  if (sum.sum === 'least') return a < b ? a : b;
  if (sum.sum === 'greatest') return a > b ? a : b;
  return a + b;
}

function part(expression: KeyExpression, event: SoundEvent): unknown {
  if (typeof expression === 'string') return event[expression];
  if ('place' in expression) return placeNamed(event[expression.place] as string);
  if ('minute' in expression) return floored(event[expression.minute] as number, 60_000);
  return floored(event[expression.hour] as number, 3_600_000);
}

/** By the number at the end of a machine's id: the catalogue lists how many stand at each place. */
function placeNamed(id: string): string {
  const [, digits] = /^SNACK--(0|[1-9][0-9]*)$/.exec(id) ?? [];
  let left = Number(digits ?? Number.NaN);
  for (const { name, machines } of places) {
    if (left < machines) return name;
    left -= machines;
  }
  return elsewhere;
}

function floored(at: number, unitMs: number): number {
  return at - (at % unitMs);
}
