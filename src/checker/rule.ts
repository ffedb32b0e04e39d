/**
 * The event rule, written a second time from its words and sharing nothing with src/events: two readings of one rule
 * agree by more than having the same mistake. Says whether a message is a valid event, and if not, why not. Pure.
 */
import { isUtf8 } from 'node:buffer';

/** A valid event, as JSON.parse made it. Fields that no event has may be there: nobody looks at them. */
export type SoundEvent = Readonly<Record<string, unknown>>;

const kinds = new Set(['sale', 'refill', 'heartbeat']);
const statuses = new Set(['ok', 'error']);
const soldItems = new Set(['apple', 'banana', 'orange', 'blueberries', 'snickers', 'mars', 'twix', 'milkyway']);
const loneSurrogate = /\p{Surrogate}/u;
const oneBillion = 1_000_000_000;

/**
 * The event, or the reason (a text) for which it is none. Reasons are the stable texts of the dead-letter topic,
 * the first failing field in the order of the rule.
 */
export function inspect(value: Uint8Array | null): SoundEvent | string {
  if (value === null) return 'null value';
  if (!isUtf8(value)) return 'not UTF-8';
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) return 'not an object';
  const event = parsed as SoundEvent;
  return complaint(event) ?? ownFields(event);
}

function complaint(event: SoundEvent): string | undefined {
  const first = text('event_id', event.event_id, 64) ?? oneOf('kind', event.kind, 16, kinds);
  if (first !== undefined) return first;
  if (event.kind === 'sale') return complaintOfSale(event);
  if (event.kind === 'refill') return complaintOfRefill(event);
  return complaintOfHeartbeat(event);
}

const ofSales = ['purchase_id', 'purchase_index', 'customer_id', 'healthy', 'price_cents', 'cost_cents'];
const foreign: Readonly<Record<string, readonly string[]>> = {
  sale: ['quantity', 'status'],
  refill: [...ofSales, 'status'],
  heartbeat: [...ofSales, 'item', 'slot', 'quantity'],
};

/** Without what only events of other kinds have: a question must not find it here. */
function ownFields(event: SoundEvent): SoundEvent {
  const others = foreign[event.kind as string]!;
  if (!others.some((name) => event[name] !== undefined)) return event;
  return Object.fromEntries(Object.entries(event).filter(([name]) => !others.includes(name)));
}

function complaintOfSale(event: SoundEvent): string | undefined {
  return (
    text('purchase_id', event.purchase_id, 64) ??
    integer('purchase_index', event.purchase_index, 1, 8) ??
    machine(event) ??
    slotWithItem(event) ??
    integer('customer_id', event.customer_id, 0, Number.MAX_SAFE_INTEGER) ??
    boolean('healthy', event.healthy) ??
    integer('price_cents', event.price_cents, 0, oneBillion) ??
    integer('cost_cents', event.cost_cents, 0, oneBillion) ??
    time(event)
  );
}

function complaintOfRefill(event: SoundEvent): string | undefined {
  return machine(event) ?? slotWithItem(event) ?? integer('quantity', event.quantity, 0, 1_000_000) ?? time(event);
}

function complaintOfHeartbeat(event: SoundEvent): string | undefined {
  return machine(event) ?? oneOf('status', event.status, 16, statuses) ?? time(event);
}

const machine = (event: SoundEvent) => text('snack_automat_id', event.snack_automat_id, 32);
const slotWithItem = (event: SoundEvent) =>
  oneOf('item', event.item, 32, soldItems) ?? integer('slot', event.slot, 1, 8);
const time = (event: SoundEvent) => integer('timestamp', event.timestamp, 0, Number.MAX_SAFE_INTEGER);

function text(name: string, value: unknown, longest: number): string | undefined {
  return (
    textLength(name, value, longest) ?? (loneSurrogate.test(value as string) ? `${name}: not well-formed` : undefined)
  );
}

function oneOf(name: string, value: unknown, longest: number, allowed: ReadonlySet<string>): string | undefined {
  return textLength(name, value, longest) ?? (allowed.has(value as string) ? undefined : `${name}: not allowed`);
}

function textLength(name: string, value: unknown, longest: number): string | undefined {
  if (value === undefined) return `${name}: missing`;
  if (typeof value !== 'string') return `${name}: not a text`;
  return value.length < 1 || value.length > longest ? `${name}: out of range` : undefined;
}

/** Integers are what JSON.parse makes integral within ±(2^53−1), so `1.0` and `1e2` are two of them. */
function integer(name: string, value: unknown, least: number, greatest: number): string | undefined {
  if (value === undefined) return `${name}: missing`;
  if (!Number.isSafeInteger(value)) return `${name}: not an integer`;
  return (value as number) < least || (value as number) > greatest ? `${name}: out of range` : undefined;
}

function boolean(name: string, value: unknown): string | undefined {
  if (value === undefined) return `${name}: missing`;
  return typeof value === 'boolean' ? undefined : `${name}: not a boolean`;
}
