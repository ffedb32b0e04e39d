/**
 * Messages that are not valid events, in many ways; which way follows from the seed and the index. None of them may
 * pass the rule of src/events/rule.ts (a test sees to it), so that each ends as exactly one dead letter. Pure.
 */
import type { SaleEvent } from '../src/events/event.js';
import { draw, keyOfSeed, lanes, scale } from './random.js';

/** Makes a broken message of a good event, a sale; null is a message without a value. */
type Breakage = (event: SaleEvent) => Uint8Array | null;

/** The broken message that comes after the event of this index, made of a sale nearby, where the malformed knob wants one. */
export function brokenMessage(seed: number, index: number, event: SaleEvent): Uint8Array | null {
  const bits = draw(keyOfSeed(seed), index, lanes.breakage);
  return breakages[scale(bits, breakages.length)]![1](event);
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const json = (event: SaleEvent) => JSON.stringify(event);
/** Another event with some fields changed; undefined leaves a field out. */
const changed =
  (fields: Readonly<Record<string, unknown>>): Breakage =>
  (event) =>
    utf8(JSON.stringify({ ...event, ...fields }));
/** The good event's text with one part replaced. */
const replaced =
  (part: (event: SaleEvent) => string, by: (event: SaleEvent) => string): Breakage =>
  (event) =>
    utf8(json(event).replace(part(event), by(event)));
const price = (event: SaleEvent) => `"price_cents":${event.price_cents}`;

/** By name, for the tests' messages. */
export const breakages: readonly (readonly [name: string, make: Breakage])[] = [
  ['no value', () => null],
  ['empty', () => new Uint8Array(0)],
  ['not JSON', () => utf8('the machine says hello')],
  ['binary', () => Uint8Array.from({ length: 64 }, (_, i) => (i * 37 + 128) & 0xff)],
  ['lines and tabs', () => utf8('one\n\ttwo\r\n\u0000three\n')],
  ['cut off', (event) => utf8(json(event).slice(0, -20))],
  ['something after the end', (event) => utf8(`${json(event)} {}`)],
  ['byte-order mark', (event) => utf8(`\uFEFF${json(event)}`)],
  ['UTF-16', (event) => Uint8Array.from(Buffer.from(json(event), 'utf16le'))],
  ['Latin-1', (event) => Uint8Array.from(Buffer.from(json(event).replace(event.item, 'p\u00eache'), 'latin1'))],
  ['an array', (event) => utf8(`[${json(event)}]`)],
  ['a text', (event) => utf8(JSON.stringify(json(event)))],
  ['JSON null', () => utf8('null')],
  ['no item', changed({ item: undefined })],
  ['no event_id', changed({ event_id: undefined })],
  ['null customer', changed({ customer_id: null })],
  ['price as a text', changed({ price_cents: '120' })],
  ['price with a fraction', changed({ price_cents: 119.5 })],
  ['negative price', changed({ price_cents: -1 })],
  ['price beyond 2^53', replaced(price, () => '"price_cents":9007199254740993')],
  ['price not a number', replaced(price, () => '"price_cents":NaN')],
  ['price twice, the last one wrong', replaced(price, (event) => `${price(event)},"price_cents":"free"`)],
  ['slot 9', changed({ slot: 9 })],
  ['purchase_index 0', changed({ purchase_index: 0 })],
  ['unknown item', changed({ item: 'durian' })],
  ['unknown kind', changed({ kind: 'gift' })],
  ['refill without a quantity', changed({ kind: 'refill' })],
  ['refill of less than nothing', changed({ kind: 'refill', quantity: -1 })],
  ['heartbeat with an unknown status', changed({ kind: 'heartbeat', status: 'tired' })],
  ['empty machine', changed({ snack_automat_id: '' })],
  ['machine too long', changed({ snack_automat_id: 'SNACK--'.repeat(100) })],
  ['lone surrogate', changed({ snack_automat_id: 'SNACK--\ud800' })],
  ['healthy as a number', changed({ healthy: 1 })],
  ['timestamp as a date', changed({ timestamp: '2026-01-01T00:00:00Z' })],
  ['late in 1969', changed({ timestamp: -86_400_000 })],
];
