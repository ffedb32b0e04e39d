/**
 * What a valid event is: one rule, as data. The TypeScript parser, the MapReduce task and the stream job's
 * parser in the JVM all interpret this list and nothing else; test/events/corpus holds them together.
 */

export const kinds = ['sale', 'refill', 'heartbeat'] as const;
export type Kind = (typeof kinds)[number];

/**
 * A field that must be there, in events of all kinds unless it names them. `text` is a well-formed string of 1 to `longest`
 * UTF-16 units; bounds are inclusive.
 */
export type FieldRule = { readonly name: string; readonly kinds?: readonly Kind[] } & (
  | { readonly type: 'text'; readonly longest: number; readonly allowed?: readonly string[] }
  | { readonly type: 'integer'; readonly least: number; readonly greatest: number }
  | { readonly type: 'boolean' }
);

export const items = ['apple', 'banana', 'orange', 'blueberries', 'snickers', 'mars', 'twix', 'milkyway'] as const;

const sale = { kinds: ['sale'] } as const;
const itemKinds = { kinds: ['sale', 'refill'] } as const;

/**
 * The fields of events, in the order in which they are checked: the first that fails is the reason. A field of another kind
 * than the event's is a field that nobody knows.
 */
export const eventRule: readonly FieldRule[] = [
  { name: 'event_id', type: 'text', longest: 64 },
  { name: 'kind', type: 'text', longest: 16, allowed: kinds },
  { name: 'purchase_id', type: 'text', longest: 64, ...sale },
  { name: 'purchase_index', type: 'integer', least: 1, greatest: 8, ...sale },
  { name: 'snack_automat_id', type: 'text', longest: 32 },
  { name: 'item', type: 'text', longest: 32, allowed: items, ...itemKinds },
  { name: 'slot', type: 'integer', least: 1, greatest: 8, ...itemKinds },
  { name: 'quantity', type: 'integer', least: 0, greatest: 1_000_000, kinds: ['refill'] },
  { name: 'status', type: 'text', longest: 16, allowed: ['ok', 'error'], kinds: ['heartbeat'] },
  { name: 'customer_id', type: 'integer', least: 0, greatest: Number.MAX_SAFE_INTEGER, ...sale },
  { name: 'healthy', type: 'boolean', ...sale },
  // Bounded far below 2^53 so that one hostile but valid event cannot bring a 64-bit total near its end.
  { name: 'price_cents', type: 'integer', least: 0, greatest: 1_000_000_000, ...sale },
  { name: 'cost_cents', type: 'integer', least: 0, greatest: 1_000_000_000, ...sale },
  { name: 'timestamp', type: 'integer', least: 0, greatest: Number.MAX_SAFE_INTEGER },
];

/** The rule's fields for events of one kind, in its order. */
export function fieldsOfKind(kind: Kind): readonly FieldRule[] {
  return eventRule.filter((field) => isOfKind(field, kind));
}

/** Whether events of a kind have a field. */
export function isOfKind(field: FieldRule, kind: Kind): boolean {
  return field.kinds?.includes(kind) ?? true;
}

/** What every event begins with, its kind the last: behind it the rule goes by kind. */
export const beforeKind: readonly FieldRule[] = eventRule.slice(
  0,
  eventRule.findIndex(({ name }) => name === 'kind') + 1,
);
