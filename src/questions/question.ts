/**
 * Questions: what is asked of the events, declared once as data from a closed list of sums and key expressions.
 * The fold, the batch, the stream job and the checker each interpret it. Pure.
 */
import type { FieldValue } from '../events/event.js';

/** Which events: all of these fields must have their value, or one of a list of values. */
export type Filter = Readonly<Record<string, FieldValue | readonly FieldValue[]>>;

/**
 * A mergeable sum over the valid events that the question's filter lets through, and its own where it has one. All are exact
 * on signed 64-bit integers; overflow is an error. A total of no event is 0, a least or greatest of none is null.
 */
export type Sum = SumOfEvents & { readonly where?: Filter };

type SumOfEvents =
  | { readonly sum: 'count' }
  | { readonly sum: 'total'; readonly field: string }
  | { readonly sum: 'total-of-product'; readonly fields: readonly [string, string] }
  | { readonly sum: 'least'; readonly field: string }
  | { readonly sum: 'greatest'; readonly field: string };

/**
 * How a key part is made of an event: a field, the hour or minute (epoch ms, floored) of a timestamp field, or the place of a
 * machine by its id (src/machines/catalogue.ts).
 */
export type KeyExpression = string | DerivedKey;

/** One way and the field that it is taken of. */
export type DerivedKey = TimeOfEvent | PlaceOfMachine;

/** The units that a time is floored to, in ms. */
export const timeUnits = { hour: 3_600_000, minute: 60_000 } as const;

export type TimeUnit = keyof typeof timeUnits;

/** The timestamp field that is floored to its unit. */
export type TimeOfEvent = { readonly hour: string } | { readonly minute: string };

/** The field that has a machine's id. */
export type PlaceOfMachine = { readonly place: string };

/** The parts of a derived key: `{ hour: timestamp }` is the way `hour` of the field `timestamp`. */
export function wayAndField(part: DerivedKey): readonly [way: TimeUnit | 'place', field: string] {
  return Object.entries(part)[0] as [TimeUnit | 'place', string];
}

/** The field that a key part is made of. */
export function keyField(part: KeyExpression): string {
  return typeof part === 'string' ? part : wayAndField(part)[1];
}

/**
 * A filter, a key, and named sums. Names become columns: lower camel case. Each event that comes through a filter has the
 * fields that are looked at behind it (src/questions/kinds.ts).
 */
export interface Question {
  readonly name: string;
  readonly asks: string;
  readonly where: Filter;
  readonly key: readonly KeyExpression[];
  readonly sums: Readonly<Record<string, Sum>>;
}

export const count = (where?: Filter): Sum => ({ sum: 'count', ...own(where) });
export const total = (field: string, where?: Filter): Sum => ({ sum: 'total', field, ...own(where) });
export const totalOfProduct = (a: string, b: string, where?: Filter): Sum => ({
  ...{ sum: 'total-of-product', fields: [a, b], ...own(where) },
});
export const least = (field: string, where?: Filter): Sum => ({ sum: 'least', field, ...own(where) });
export const greatest = (field: string, where?: Filter): Sum => ({ sum: 'greatest', field, ...own(where) });

const own = (where: Filter | undefined) => (where === undefined ? {} : { where });

/** The parts of a key, `["apple"]`, as texts by their names. */
export function keyParts({ key: expressions }: Question, key: string): Record<string, string> {
  const parts = JSON.parse(key) as readonly unknown[];
  return Object.fromEntries(expressions.map((expression, i) => [keyName(expression), String(parts[i])]));
}

/** The name of a key part, as in a column: `item`, `timestamp_hour`, `snack_automat_id_place`. */
export function keyName(expression: KeyExpression): string {
  if (typeof expression === 'string') return expression;
  const [way, field] = wayAndField(expression);
  return `${field}_${way}`;
}
