/**
 * Questions: what is asked of the events, declared once as data from a closed list of sums and key expressions.
 * The fold, the batch, the stream job and the checker each interpret it. Pure.
 */

/** A mergeable sum over the valid events. All are exact on signed 64-bit integers; overflow is an error. */
export type Sum =
  | { readonly sum: 'count' }
  | { readonly sum: 'total'; readonly field: string }
  | { readonly sum: 'total-of-product'; readonly fields: readonly [string, string] }
  | { readonly sum: 'least'; readonly field: string }
  | { readonly sum: 'greatest'; readonly field: string };

/** How a key part is made of an event: a field, or the hour or minute (epoch ms, floored) of a timestamp field. */
export type KeyExpression = string | TimeOfEvent;

/** The units that a time is floored to, in ms. */
export const timeUnits = { hour: 3_600_000, minute: 60_000 } as const;

export type TimeUnit = keyof typeof timeUnits;

/** One unit and the timestamp field that it is taken of. */
export type TimeOfEvent = { readonly hour: string } | { readonly minute: string };

/** The parts of a time: `{ hour: timestamp }` is the unit `hour` of the field `timestamp`. */
export function unitAndField(time: TimeOfEvent): readonly [unit: TimeUnit, field: string] {
  return Object.entries(time)[0] as [TimeUnit, string];
}

/** A filter on fields (all must be equal), a key, and named sums. Names become columns: lower camel case. */
export interface Question {
  readonly name: string;
  readonly asks: string;
  readonly where: Readonly<Record<string, string | number | boolean>>;
  readonly key: readonly KeyExpression[];
  readonly sums: Readonly<Record<string, Sum>>;
}

export const count = (): Sum => ({ sum: 'count' });
export const total = (field: string): Sum => ({ sum: 'total', field });
export const totalOfProduct = (a: string, b: string): Sum => ({ sum: 'total-of-product', fields: [a, b] });
export const least = (field: string): Sum => ({ sum: 'least', field });
export const greatest = (field: string): Sum => ({ sum: 'greatest', field });

/** The name of a key part, as in a column: `item`, `timestamp_hour`, `timestamp_minute`. */
export function keyName(expression: KeyExpression): string {
  if (typeof expression === 'string') return expression;
  const [unit, field] = unitAndField(expression);
  return `${field}_${unit}`;
}
