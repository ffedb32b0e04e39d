/**
 * What is presented of an answer: what the shop's owner asks, and no sum can say by itself. Differences, shares, ranks and
 * all that needs a catalogue or a time are made here, from the exact sums of one question at one position; so what is
 * presented is as exact as they are, and the same sums always give the same. Pure.
 */
import { type Filter, keyParts, type Question, type Sum } from '../questions/question.js';
import type { SumTable } from '../sums/table.js';

/** How a column is read: `cents` are shown as money, `share` is a fraction of 1, `degrees` a place on the map, `number` a rounded figure. */
export type ColumnKind = 'text' | 'count' | 'cents' | 'share' | 'degrees' | 'number';

/**
 * A cell by its column's kind: texts as they are, `share`, `degrees` and `number` as numbers, the others as whole numbers. Where a
 * `number` is not known it is `notKnown`: 0 would be a lie.
 */
export type Cell = string | bigint | number;

/** In the place of a figure that the sums do not give. */
export const notKnown = 'unknown';

export interface PresentedTable {
  readonly rows: readonly (readonly Cell[])[];
  /** What the rows do not say: totals, the time that costs were taken over. */
  readonly says: string;
  /** By row: within so many ms it may go again of itself, and nobody is to be called before. Without it 0 each. */
  readonly settlesMs?: readonly number[];
}

export interface Presented {
  readonly name: string;
  readonly asks: string;
  /** The question whose answer it is made of, as that has to be declared. */
  readonly of: Question;
  /** The sums of it that are used. */
  readonly uses: readonly string[];
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[];
  /** Of the sums of one answer to a question that `lacks` nothing. */
  readonly present: (sums: NamedSums) => PresentedTable;
}

/** A row of an answer: its key's parts and its sums by name. */
export interface NamedSums {
  readonly rows: readonly {
    readonly key: Readonly<Record<string, string>>;
    readonly sums: Readonly<Record<string, bigint>>;
  }[];
}

/**
 * Why this question cannot be presented so, if it cannot: a version may mean another thing by the same name, and its sums
 * would be presented as what they are not.
 */
export function lacks({ of, uses, name }: Presented, question: Question): string | undefined {
  const differing = [
    ...(same(question.key, of.key) ? [] : ['key']),
    ...(same(plainFilter(question.where), plainFilter(of.where)) ? [] : ['where']),
    ...uses.filter((sum) => !same(plainSum(question.sums[sum]), plainSum(of.sums[sum]))),
  ];
  if (differing.length === 0) return undefined;
  return `${name} is made of ${of.name}, whose ${differing.join(' and ')} this version declares otherwise`;
}

/** The one of these questions that it can be presented of, where there is one. */
export function questionFor(presented: Presented, questions: readonly Question[] = []): Question | undefined {
  return questions.find((one) => one.name === presented.of.name && lacks(presented, one) === undefined);
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** By name: the order in which a version writes something down means nothing. */
const sorted = <T>(record: Readonly<Record<string, T>>) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

/** Filters that let the same events through look the same: values in one order, each once, a single one as a list. */
const plainFilter = (filter: Filter = {}) =>
  sorted(filter).map(([field, values]) => [field, [...new Set([values].flat())].sort()] as const);

function plainSum(sum: Sum | undefined) {
  if (sum === undefined) return undefined;
  const { where, ...summed } = sum;
  return [sorted<unknown>(summed), plainFilter(where)];
}

/** A row of an answer as it is shown: its merged sums as decimal texts, null where no event has any. */
interface ShownRow {
  readonly key: Readonly<Record<string, string>>;
  readonly sums: Readonly<Record<string, { readonly merged: string | null }>>;
}

/** The merged sums of an answer's rows; a least or greatest that no event has is left out. */
export function namedSums(rows: readonly ShownRow[]): NamedSums {
  return {
    rows: rows.map(({ key, sums }) => ({
      key,
      sums: Object.fromEntries(
        Object.entries(sums).flatMap(([name, { merged }]) => (merged === null ? [] : [[name, BigInt(merged)]])),
      ),
    })),
  };
}

/** The sums of a table of the question, with their names. */
export function namedSumsOf(question: Question, table: SumTable): NamedSums {
  const names = Object.keys(question.sums);
  return {
    rows: [...table].map(([key, sums]) => ({
      key: keyParts(question, key),
      sums: Object.fromEntries(names.flatMap((name, i) => (sums[i] == null ? [] : [[name, sums[i]]]))),
    })),
  };
}
