/**
 * The fold: events in, a question's sums out. It interprets the declaration once per question, not once per event,
 * and adds in doubles as long as that is exact, spilling into 64-bit integers before it would not be. Pure.
 */
import type { EventFields } from '../events/event.js';
import { placeNameOf } from '../machines/catalogue.js';
import type { SumName } from '../questions/overflow.js';
import {
  type Filter,
  type KeyExpression,
  type Question,
  type Sum,
  timeUnits,
  wayAndField,
} from '../questions/question.js';
import { plusOne, type Sums, type SumTable, within64Bits } from './table.js';

/** An accumulator of one question. */
export interface Fold {
  /** Adds one valid event, if the question's filter lets it through. */
  add(event: EventFields): void;
  /** The sums so far. Throws `unknown` when one has left 64 bits, as `add` may. */
  table(): SumTable;
}

export function createFold(question: Question): Fold {
  const accepts = compileWhere(question.where);
  const keyOf = compileKey(question.key);
  const sums = Object.entries(question.sums).map(([sum, kind]) => [kind, { question: question.name, sum }] as const);
  const cells = new Map<string, Cell[]>();
  return {
    add(event) {
      if (!accepts(event)) return;
      const key = keyOf(event);
      let row = cells.get(key);
      if (row === undefined) {
        row = sums.map(([kind, name]) => createCell(kind, name));
        cells.set(key, row);
      }
      for (const cell of row) cell.add(event);
    },
    table: () =>
      new Map([...cells].map(([key, row]): [string, Sums] => [fullKey(question, key), row.map((c) => c.value())])),
  };
}

/** The sums of these events. */
export function foldEvents(question: Question, events: Iterable<EventFields>): SumTable {
  const fold = createFold(question);
  for (const event of events) fold.add(event);
  return fold.table();
}

interface Cell {
  add(event: EventFields): void;
  value(): bigint | null;
}

function createCell(sum: Sum, name: SumName): Cell {
  const cell = cellOfAll(sum, name);
  if (sum.where === undefined) return cell;
  const accepts = compileWhere(sum.where);
  return {
    add(event) {
      if (accepts(event)) cell.add(event);
    },
    value: () => cell.value(),
  };
}

/** Adds each event that it is given, whatever the sum's own filter is. */
function cellOfAll(sum: Sum, name: SumName): Cell {
  switch (sum.sum) {
    case 'count':
      return totalCell(() => 1, name);
    case 'total':
      return totalCell((event) => event[sum.field] as number, name);
    case 'total-of-product':
      return productCell(sum, name);
    default:
      return extremeCell(sum, name);
  }
}

function totalCell(term: (event: EventFields) => number, name: SumName): Cell {
  let spilled = 0n;
  let exact = 0;
  return {
    add(event) {
      const next = exact + term(event);
      // Both terms are safe integers, so an inexact sum can only be an unsafe one.
      if (Number.isSafeInteger(next)) {
        exact = next;
        return;
      }
      spilled = within64Bits(spilled + BigInt(exact) + BigInt(term(event)), name);
      exact = 0;
    },
    value: () => within64Bits(spilled + BigInt(exact), name),
  };
}

function productCell(sum: Extract<Sum, { sum: 'total-of-product' }>, name: SumName): Cell {
  const [a, b] = sum.fields;
  let total = 0n;
  return {
    add(event) {
      total = within64Bits(total + BigInt(event[a] as number) * BigInt(event[b] as number), name);
    },
    value: () => total,
  };
}

function extremeCell(sum: Extract<Sum, { sum: 'least' | 'greatest' }>, name: SumName): Cell {
  let extreme: bigint | null = null;
  return {
    add(event) {
      extreme = plusOne(sum, extreme, BigInt(event[sum.field] as number), name);
    },
    value: () => extreme,
  };
}

function compileWhere(where: Filter): (event: EventFields) => boolean {
  const conditions = Object.entries(where).map(([field, wanted]) => {
    if (!Array.isArray(wanted)) return (event: EventFields) => event[field] === wanted;
    return (event: EventFields) => wanted.includes(event[field]);
  });
  return (event) => conditions.every((holds) => holds(event));
}

function compileKey(key: readonly KeyExpression[]): (event: EventFields) => string {
  const [only] = key;
  // One plain field is the common case: quoting it can wait until the table is made.
  if (key.length === 1 && typeof only === 'string') return (event) => event[only] as string;
  const parts = key.map(compilePart);
  return (event) => JSON.stringify(parts.map((part) => part(event)));
}

function fullKey(question: Question, key: string | number | boolean): string {
  const single = question.key.length === 1 && typeof question.key[0] === 'string';
  return single ? JSON.stringify([key]) : (key as string);
}

function compilePart(part: KeyExpression): (event: EventFields) => unknown {
  if (typeof part === 'string') return (event) => event[part];
  const [way, field] = wayAndField(part);
  if (way === 'place') return (event) => placeNameOf(event[field] as string);
  const unitMs = timeUnits[way];
  return (event) => {
    const time = event[field] as number;
    return time - (time % unitMs);
  };
}
