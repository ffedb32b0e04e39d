/** The rule's cases of events that are no sales, and of fields that belong to events of another kind. */
import { type CorpusCase, eventText, heartbeatText, refillText, rejected, valid, validFields } from './case.js';

const reversed = (text: string) => `{${text.slice(1, -1).split(',').reverse().join(',')}}`;
const others = ['purchase_id', 'purchase_index', 'customer_id', 'healthy', 'price_cents', 'cost_cents'];

export const kindCases: readonly CorpusCase[] = [
  valid('the plain refill', refillText(), { kind: 'refill', item: 'apple', slot: 1, quantity: 40 }),
  valid('the plain heartbeat', heartbeatText(), { kind: 'heartbeat', status: 'ok', snack_automat_id: 'SNACK--7' }),
  valid('a refill in reverse', reversed(refillText()), { kind: 'refill', quantity: 40 }),
  valid('a heartbeat in reverse', reversed(heartbeatText()), { kind: 'heartbeat', status: 'ok' }),
  valid('a heartbeat of a machine with an error', heartbeatText({ status: '"error"' }), { status: 'error' }),
  valid('a refill of nothing', refillText({ quantity: '0' }), { quantity: 0 }),
  valid('a refill of minus nothing', refillText({ quantity: '-0' }), { quantity: 0 }),
  valid('a refill of a million', refillText({ quantity: '1e6' }), { quantity: 1_000_000 }),
  rejected('a refill of one more', refillText({ quantity: '1000001' }), 'quantity: out of range'),
  rejected('a refill of less than nothing', refillText({ quantity: '-1' }), 'quantity: out of range'),
  rejected('a refill of a half', refillText({ quantity: '0.5' }), 'quantity: not an integer'),
  rejected('a refill of a text', refillText({ quantity: '"40"' }), 'quantity: not an integer'),
  rejected('a refill of who knows how many', refillText({ quantity: null }), 'quantity: missing'),
  rejected('a refill of no slot', refillText({ slot: null }), 'slot: missing'),
  rejected('a refill of slot 9', refillText({ slot: '9' }), 'slot: out of range'),
  rejected('a refill of an unknown item', refillText({ item: '"durian"' }), 'item: not allowed'),
  rejected('a refill of no machine', refillText({ snack_automat_id: null }), 'snack_automat_id: missing'),
  rejected('a refill at no time', refillText({ timestamp: null }), 'timestamp: missing'),
  rejected('a heartbeat without a status', heartbeatText({ status: null }), 'status: missing'),
  rejected('a heartbeat with another status', heartbeatText({ status: '"OK"' }), 'status: not allowed'),
  rejected('a heartbeat with an empty status', heartbeatText({ status: '""' }), 'status: out of range'),
  rejected('a heartbeat that is true', heartbeatText({ status: 'true' }), 'status: not a text'),
  rejected('a heartbeat of no machine', heartbeatText({ snack_automat_id: null }), 'snack_automat_id: missing'),
  rejected('a kind in capitals', heartbeatText({ kind: '"Heartbeat"' }), 'kind: not allowed'),
  rejected('a kind that begins like another', heartbeatText({ kind: '"heart"' }), 'kind: not allowed'),
  rejected('a refill that says that it is a sale', refillText({ kind: '"sale"' }), 'purchase_id: missing'),
  rejected('a sale that says that it is a refill', eventText({ kind: '"refill"' }), 'quantity: missing'),
  rejected('a sale that says that it is a heartbeat', eventText({ kind: '"heartbeat"' }), 'status: missing'),
  // Fields of other kinds are fields that nobody knows: neither judged nor counted.
  valid('a sale with a quantity', eventText({ quantity: '40' }), { kind: 'sale', price_cents: 150 }),
  valid('a sale with a quantity that none can be', eventText({ quantity: '"many"' })),
  valid('a sale with a status', eventText({ status: '"error"' })),
  valid('a sale with an impossible status', eventText({ status: 'null' })),
  valid('a refill with a price', refillText({ price_cents: '150' })),
  valid('a refill with an impossible price', refillText({ price_cents: '-150' })),
  valid('a heartbeat with a slot', heartbeatText({ slot: '3' })),
  valid('a heartbeat with an impossible slot', heartbeatText({ slot: '"three"' })),
  ...others.map((name) => valid(`a refill with a ${name}`, refillText({ [name]: validFields[name]! }))),
  ...others.map((name) => valid(`a heartbeat with a ${name}`, heartbeatText({ [name]: validFields[name]! }))),
  // Of a key that is given twice the last counts, of the kind as well.
  valid('twice a kind', `${refillText().slice(0, -1)},"kind":"refill"}`, { kind: 'refill' }),
  valid('a heartbeat that was a sale at first', `{"kind":"sale",${heartbeatText().slice(1)}`, { kind: 'heartbeat' }),
  rejected('a sale in the end', `${heartbeatText().slice(0, -1)},"kind":"sale"}`, 'purchase_id: missing'),
  valid('a sale that was a heartbeat at first', `{"kind":"heartbeat",${eventText().slice(1)}`, { kind: 'sale' }),
];
