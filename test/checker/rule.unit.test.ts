// Goal: the checker's own reading of the event rule is the rule. Method: each hard case of the rule's words, by hand.
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/checker/rule.js';
import { bytes, sale } from './small-lab.js';

const verdictOf = (value: Uint8Array | null) => {
  const event = inspect(value);
  return typeof event === 'string' ? event : 'valid';
};
const raw = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
const with_ = (change: Record<string, unknown>) => verdictOf(bytes(sale(1, change)));
/** The JSON text of a sale in which one field's value is this text. */
const spelled = (field: string, text: string) =>
  verdictOf(bytes(JSON.stringify(sale(1, { [field]: '<here>' })).replace('"<here>"', text)));

describe('the checker reads the rule', () => {
  it('takes a sale, and a sale with fields that nobody knows', () => {
    expect(verdictOf(bytes(sale(1)))).toBe('valid');
    expect(with_({ colour: 'red', nested: { item: 7 } })).toBe('valid');
  });

  it.each([
    ['null', null, 'null value'],
    ['no bytes', raw(), 'not JSON'],
    ['a broken UTF-8 sequence', raw('{"a":"', [0xc3, 0x28], '"}'), 'not UTF-8'],
    ['Latin-1', raw('{"a":"', [0xe9], '"}'), 'not UTF-8'],
    ['a byte-order mark', raw([0xef, 0xbb, 0xbf], JSON.stringify(sale(1))), 'not JSON'],
    ['trailing garbage', raw(JSON.stringify(sale(1)), '}'), 'not JSON'],
    ['half a message', raw('{"event_id":"e'), 'not JSON'],
    ['a list', raw('[]'), 'not an object'],
    ['a number', raw('1'), 'not an object'],
    ['JSON null', raw('null'), 'not an object'],
    ['an empty object', raw('{}'), 'event_id: missing'],
  ])('rejects %s', (_, value, reason) => {
    expect(verdictOf(value)).toBe(reason);
  });

  it.each([
    ['1.0', 'valid'],
    ['1e0', 'valid'],
    ['10e-1', 'valid'],
    ['1.5', 'price_cents: not an integer'],
    ['"1"', 'price_cents: not an integer'],
    ['null', 'price_cents: not an integer'],
    ['true', 'price_cents: not an integer'],
    ['9007199254740992', 'price_cents: not an integer'],
    ['9007199254740991', 'price_cents: out of range'],
    ['1e400', 'price_cents: not an integer'],
    ['-0', 'valid'],
    ['-1', 'price_cents: out of range'],
    ['1000000000', 'valid'],
    ['1000000001', 'price_cents: out of range'],
    ['01', 'not JSON'],
    ['NaN', 'not JSON'],
  ])('reads the price %s as %s', (text, verdict) => {
    expect(spelled('price_cents', text)).toBe(verdict);
  });

  it.each([
    [{ item: 'Apple' }, 'item: not allowed'],
    [{ item: '' }, 'item: out of range'],
    [{ item: 'x'.repeat(33) }, 'item: out of range'],
    [{ item: 3 }, 'item: not a text'],
    [{ kind: 'gift' }, 'kind: not allowed'],
    [{ kind: 'refill' }, 'quantity: missing'],
    [{ kind: 'refill', quantity: -1 }, 'quantity: out of range'],
    [{ kind: 'heartbeat' }, 'status: missing'],
    [{ kind: 'heartbeat', status: 'fine' }, 'status: not allowed'],
    [{ kind: undefined }, 'kind: missing'],
    [{ healthy: 0 }, 'healthy: not a boolean'],
    [{ healthy: null }, 'healthy: not a boolean'],
    [{ slot: 0 }, 'slot: out of range'],
    [{ slot: 9 }, 'slot: out of range'],
    [{ purchase_index: 9 }, 'purchase_index: out of range'],
    [{ customer_id: Number.MAX_SAFE_INTEGER }, 'valid'],
    [{ snack_automat_id: 'é'.repeat(32) }, 'valid'],
    [{ snack_automat_id: '😀'.repeat(17) }, 'snack_automat_id: out of range'],
    [{ timestamp: undefined, slot: 9 }, 'slot: out of range'],
  ])('judges %j as %s', (change, verdict) => {
    expect(with_(change)).toBe(verdict);
  });

  it('refuses half a surrogate pair and takes a whole one', () => {
    expect(spelled('event_id', '"\\ud83d"')).toBe('event_id: not well-formed');
    expect(spelled('event_id', '"\\ud83d\\ude00"')).toBe('valid');
    expect(spelled('item', '"\\ud83d"')).toBe('item: not allowed');
  });

  it('lets the last of two equal fields win', () => {
    const text = JSON.stringify(sale(1));
    expect(verdictOf(bytes(text.replace('{', '{"item":"stone",')))).toBe('valid');
    expect(verdictOf(bytes(text.replace(/}$/, ',"item":"stone"}')))).toBe('item: not allowed');
  });
});
