/**
 * The messages of the one corpus: what a log may hold at its worst, in an order that nothing depends on. Each group is
 * there for one way in which a layer could count differently from another; all of it is the same in each run.
 */
import { eventText, heartbeatFields, refillFields, utf8, validFields } from '../events/case.js';
import { corpus } from '../events/corpus.js';
import { malformedMessages } from '../events/malformed.js';

type Value = Uint8Array | null;
type Changes = Readonly<Record<string, string | number | boolean>>;

/** The seed of the malformed messages and of the sales. */
export const seed = 20_261_121;
/** Longer values have a corpus of their own (test/events): here they would only make each layer's turn long. */
const bytesMax = 20_000;

const most = Number.MAX_SAFE_INTEGER;
const billion = 1_000_000_000;

/** A valid event with some fields of other values. */
export const saleOf = (changes: Changes): Uint8Array => eventOf(validFields, changes);
const refillOf = (changes: Changes) => eventOf(refillFields, changes);
const heartbeatOf = (changes: Changes) => eventOf(heartbeatFields, changes);

function eventOf(whole: typeof validFields, changes: Changes): Uint8Array {
  const sources = Object.entries(changes).map(([name, value]) => [name, JSON.stringify(value)]);
  return utf8(eventText(Object.fromEntries(sources), whole));
}

/** Names of machines that a layer may take for another name, or for something else than a text. */
export const strangeNames: readonly string[] = [
  ...['\u00e9', 'e\u0301', '\u{1f600}', '\ufb00', '\uffff', '\u{10ffff}', '\ufeff', '\u202eSNACK'],
  // What some readers of lines and of JSON stumble over.
  ...['\u0000', '\t', '\n', '\r\n', '\u0085', '\u2028', '\u2029', '\u001e', 'a\u0000', 'a'],
  // Alike but for case, width, white space at the end, or a dot.
  ...[
    'SNACK--i',
    'SNACK--I',
    'SNACK--\u0130',
    'SNACK--\u0131',
    '\u00df',
    'ss',
    'snack',
    'snack ',
    ' snack',
    'sn\u200back',
  ],
  ...['"', '\\', "'", `it's`, '\\u0041', '%', '_', '*', ';--', '$1', '{}', '["x"]', '#manifest', '#counts', ' '],
  ...['null', 'NULL', 'true', '0', '-0', '1e3', 'NaN', '__proto__', 'constructor'],
];

const names: readonly Value[] = strangeNames.flatMap((snack_automat_id, i) => [
  saleOf({ event_id: `name-${i}`, snack_automat_id, slot: 1 + (i % 8) }),
  saleOf({ event_id: `name-again-${i}`, snack_automat_id, healthy: false, slot: 1 + (i % 8) }),
]);

/** The rule's bounds, hours' bounds, and integers in other words. */
const numbers: readonly Value[] = [
  ...[0, 1, 3_599_999, 3_600_000, 3_600_001, most - 1, most].map((timestamp) => saleOf({ timestamp })),
  ...[0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 52, most - 1, most].map((customer_id) => saleOf({ customer_id })),
  saleOf({ price_cents: billion, cost_cents: billion }),
  saleOf({ price_cents: 0, cost_cents: billion }),
  saleOf({ price_cents: billion, cost_cents: 0, slot: 8, purchase_index: 8 }),
  utf8(eventText({ price_cents: '1e9', cost_cents: '0.5e1', slot: '3.0', customer_id: '9007199254740991.2' })),
  utf8(eventText({ price_cents: '-0', cost_cents: '1e-400', timestamp: '0e400' })),
  ...[most + 1, 2 ** 63, -1].map((timestamp) => saleOf({ timestamp })),
];

/** Each counts as often as it is in the log, in one partition or in several. */
const duplicates: readonly Value[] = Array.from({ length: 10 }, (_, i) =>
  saleOf({ event_id: 'twin', snack_automat_id: 'SNACK--twin', price_cents: i < 5 ? 100 : 101 }),
);

/** Far later in the log than in time, an hour each. */
const late: readonly Value[] = Array.from({ length: 12 }, (_, i) =>
  saleOf({ event_id: `late-${i}`, timestamp: 1_763_000_000_000 - i * 3_600_000, snack_automat_id: 'SNACK--late' }),
);

/** The first and the last machine of some places, and what is nearly one of the shop's. */
export const nearlyOwn: readonly string[] = [
  ...['SNACK--126', 'SNACK--007', 'SNACK---1', 'SNACK--1.0', 'SNACK--1e1', 'SNACK--', 'SNACK-1', 'snack--1'],
  ...[
    ' SNACK--1',
    'SNACK--1 ',
    'SNACK--1\n',
    'SNACK--\u0661',
    'elsewhere',
    'main station',
    'SNACK--18446744073709551616',
  ],
];
const placed: readonly Value[] = [
  ...[0, 13, 14, 23, 24, 39, 40, 121, 122, 125].map((machine) => `SNACK--${machine}`),
  ...nearlyOwn,
].flatMap((snack_automat_id, i) =>
  [1, 2].map((purchase_index) => saleOf({ snack_automat_id, purchase_index, customer_id: i % 3, event_id: `at-${i}` })),
);

/** What a filter must compare as it is, without any reading of its own. */
export const quotedPurchase = `it's \\ "quoted" %_ \u00e9 \${x}`;
const quoted: readonly Value[] = [quotedPurchase, `${quotedPurchase} `, quotedPurchase.replace('%', 'x')].map(
  (purchase_id) => saleOf({ purchase_id }),
);

/** Sums that fill 64 bits to the last one: 1,024 (2^53 - 1) + 1,023 = 2^63 - 1. */
export const fullTotal: readonly Uint8Array[] = [...new Array<number>(1_024).fill(most), 1_023].map((timestamp, i) =>
  saleOf({ event_id: `t-${i}`, purchase_id: 'full-total', timestamp, price_cents: 0 }),
);
/** A product beyond 64 bits that no question's filter lets through, beside one that it does. */
const hiddenProduct: readonly Value[] = [
  saleOf({ purchase_id: 'hidden-product', healthy: false, customer_id: most, price_cents: billion }),
  saleOf({ purchase_id: 'hidden-product', customer_id: 7, price_cents: 11, slot: 2 }),
];

export const fullProduct: readonly Uint8Array[] = [
  saleOf({ purchase_id: 'full-product', customer_id: most, price_cents: 1_024 }),
  saleOf({ purchase_id: 'full-product', customer_id: 1_023, price_cents: 1 }),
];

/** What is put into a slot by others than those who sell from it, and machines that say how they are, and sell nothing. */
const otherKinds: readonly Value[] = [
  ...[1, 2, 3, 3, 8].map((slot, i) => refillOf({ slot, quantity: 10 * i, snack_automat_id: `SNACK--${i % 3}` })),
  refillOf({ quantity: 1_000_000, timestamp: 0 }),
  refillOf({ quantity: 7, snack_automat_id: 'SNACK--never-sold', slot: 8 }),
  // Belong to sales, and add nothing here: neither to totals nor to extremes.
  refillOf({ quantity: 7, price_cents: billion, customer_id: most, healthy: true, purchase_id: 'full-total' }),
  ...['ok', 'error', 'ok', 'ok'].map((status, i) =>
    heartbeatOf({ status, timestamp: 1_763_000_000_000 + (i % 3) * 60_000, snack_automat_id: `SNACK--${i % 2}` }),
  ),
  heartbeatOf({ status: 'error', snack_automat_id: 'SNACK--ill', timestamp: most }),
  heartbeatOf({ snack_automat_id: 'SNACK--well', timestamp: 0, slot: 3, quantity: 5 }),
  saleOf({ quantity: 999, status: 'error', snack_automat_id: 'SNACK--well' }),
];

/** Sales of many keys. A small linear congruential generator: they only have to differ. */
function sales(howMany: number): readonly Value[] {
  let state = seed;
  const below = (bound: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  const items = ['apple', 'banana', 'orange', 'blueberries', 'snickers', 'mars', 'twix', 'milkyway'];
  return Array.from({ length: howMany }, (_, i) =>
    saleOf({
      ...{ event_id: `e-${i}`, purchase_id: `p-${below(howMany)}`, item: items[below(8)]!, slot: 1 + below(8) },
      ...{ snack_automat_id: `SNACK--${below(5)}`, customer_id: below(20), healthy: below(2) === 0 },
      ...{ price_cents: below(500), cost_cents: below(300), timestamp: 1_763_000_000_000 + below(20_000_000) },
    }),
  );
}

/** All of them, in the order of the log. */
export const values: readonly Value[] = [
  ...sales(400),
  ...corpus.map(({ value }) => value),
  ...names,
  ...malformedMessages(seed, 800),
  ...numbers,
  ...otherKinds,
  ...duplicates,
  ...fullTotal,
  ...late,
  ...quoted,
  ...hiddenProduct,
  ...fullProduct,
  ...placed,
  ...sales(100),
].filter((value) => value === null || value.length < bytesMax);
