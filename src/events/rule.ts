/**
 * What a valid event is: one rule, as data. The TypeScript parser, the MapReduce task and the stream job's
 * parser in the JVM all interpret this list and nothing else; test/events/corpus holds them together.
 */

/** A field that must be there. `text` is a well-formed string of 1 to `longest` UTF-16 units; bounds are inclusive. */
export type FieldRule =
  | { readonly name: string; readonly type: 'text'; readonly longest: number; readonly allowed?: readonly string[] }
  | { readonly name: string; readonly type: 'integer'; readonly least: number; readonly greatest: number }
  | { readonly name: string; readonly type: 'boolean' };

export const items = ['apple', 'banana', 'orange', 'blueberries', 'snickers', 'mars', 'twix', 'milkyway'] as const;

/** The fields of a sale, in the order in which they are checked: the first that fails is the reason. */
export const eventRule: readonly FieldRule[] = [
  { name: 'event_id', type: 'text', longest: 64 },
  { name: 'kind', type: 'text', longest: 16, allowed: ['sale'] },
  { name: 'purchase_id', type: 'text', longest: 64 },
  { name: 'purchase_index', type: 'integer', least: 1, greatest: 8 },
  { name: 'snack_automat_id', type: 'text', longest: 32 },
  { name: 'item', type: 'text', longest: 32, allowed: items },
  { name: 'slot', type: 'integer', least: 1, greatest: 8 },
  { name: 'customer_id', type: 'integer', least: 0, greatest: Number.MAX_SAFE_INTEGER },
  { name: 'healthy', type: 'boolean' },
  // Bounded far below 2^53 so that one hostile but valid event cannot bring a 64-bit total near its end.
  { name: 'price_cents', type: 'integer', least: 0, greatest: 1_000_000_000 },
  { name: 'cost_cents', type: 'integer', least: 0, greatest: 1_000_000_000 },
  { name: 'timestamp', type: 'integer', least: 0, greatest: Number.MAX_SAFE_INTEGER },
];
