/** How a case of the corpus is written: texts of events that are valid but for what the case is about. */
import type { FieldValue } from '../../src/events/event.js';

/** `reason` is the verdict of a rejected message, `fields` some fields of the event that a valid one is. */
export interface CorpusCase {
  readonly name: string;
  readonly value: Uint8Array | null;
  readonly expected: { readonly reason: string } | { readonly fields: Readonly<Record<string, FieldValue>> };
}

/** A valid event, field by field as JSON source texts, so that a case can say exactly what is written. */
export const validFields: Readonly<Record<string, string>> = {
  event_id: '"e-1"',
  kind: '"sale"',
  purchase_id: '"p-1"',
  purchase_index: '1',
  snack_automat_id: '"SNACK--7"',
  item: '"apple"',
  slot: '1',
  customer_id: '12',
  healthy: 'true',
  price_cents: '150',
  cost_cents: '60',
  timestamp: '1763000000000',
};

/** The same of a refill and of a heartbeat. */
export const refillFields: Readonly<Record<string, string>> = {
  event_id: '"e-1"',
  kind: '"refill"',
  snack_automat_id: '"SNACK--7"',
  item: '"apple"',
  slot: '1',
  quantity: '40',
  timestamp: '1763000000000',
};
export const heartbeatFields: Readonly<Record<string, string>> = {
  event_id: '"e-1"',
  kind: '"heartbeat"',
  snack_automat_id: '"SNACK--7"',
  status: '"ok"',
  timestamp: '1763000000000',
};

/** The JSON text of a valid event with some fields written otherwise, or left out where null. */
export function eventText(changes: Readonly<Record<string, string | null>> = {}, whole = validFields): string {
  const fields = Object.entries({ ...whole, ...changes }).filter(([, source]) => source !== null);
  return `{${fields.map(([name, source]) => `${JSON.stringify(name)}:${source}`).join(',')}}`;
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : Buffer.from(part))));

export const rejected = (name: string, value: Uint8Array | string | null, reason: string): CorpusCase => ({
  name,
  value: typeof value === 'string' ? utf8(value) : value,
  expected: { reason },
});
export const valid = (
  name: string,
  value: Uint8Array | string,
  fields: Readonly<Record<string, FieldValue>> = {},
): CorpusCase => ({ name, value: typeof value === 'string' ? utf8(value) : value, expected: { fields } });

export const field = (name: string, source: string) => eventText({ [name]: source });
export const refillText = (changes: Readonly<Record<string, string | null>> = {}) => eventText(changes, refillFields);
export const heartbeatText = (changes: Readonly<Record<string, string | null>> = {}) =>
  eventText(changes, heartbeatFields);
/** The event's text with something between its last field and the closing brace. */
export const withEnd = (end: string) => `${eventText().slice(0, -1)}${end}}`;
export const withUnknown = (source: string) => withEnd(`,"extra":${source}`);
export const zeros = (count: number) => '0'.repeat(count);
export const quoted = (text: string) => `"${text}"`;
