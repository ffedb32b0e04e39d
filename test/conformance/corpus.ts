/**
 * The one corpus that every layer counts alike: messages of a log, questions of every kind, and what they come to by
 * the checker, which shares no code with any of the layers. A layer that counts is a `CorpusLayer`; corpus-behaviour.ts
 * says what it has to give.
 */
import { LogFold } from '../../src/checker/fold.js';
import { inspect } from '../../src/checker/rule.js';
import type { Position } from '../../src/positions/position.js';
import { beatsByMachine, builtinQuestions, customersByPlace, stockBySlot } from '../../src/questions/builtin.js';
import { count, greatest, least, type Question, total, totalOfProduct } from '../../src/questions/question.js';
import type { Message } from '../../src/runtimes/ports.js';
import type { SumTable } from '../../src/sums/table.js';
import { fullProduct, fullTotal, quotedPurchase, saleOf, values } from './corpus-messages.js';

/** A message that is no event, and why. */
export interface Rejection {
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
}

/** What a layer made of messages: each question's table by its name. A layer that keeps no reasons says how many. */
export interface CorpusAnswer {
  readonly tables: ReadonlyMap<string, SumTable>;
  readonly rejected: readonly Rejection[] | number;
}

/** Counts a log from its beginning to its end. Rejects where a sum leaves 64 bits, with a text that names the sum. */
export type CorpusLayer = (messages: readonly Message[], questions: readonly Question[]) => Promise<CorpusAnswer>;

export const partitions = 3;

/** Puts values into a log of three partitions, one after the other. */
export function logOf(list: readonly (Uint8Array | null)[]): readonly Message[] {
  return list.map((value, i) => ({
    ...{ partition: i % partitions, offset: Math.floor(i / partitions) },
    ...{ timestampMs: 1_763_000_000_000 + i, value },
  }));
}

/** Where such a log ends. */
export function endOf(messages: readonly Message[]): Position {
  return Array.from({ length: partitions }, (_, p) => messages.filter(({ partition }) => partition === p).length);
}

const sums = {
  events: count(),
  cents: total('price_cents'),
  margin: totalOfProduct('price_cents', 'cost_cents'),
  first: least('timestamp'),
  lastEvent: greatest('timestamp'),
  cheapest: least('price_cents'),
  dearest: greatest('price_cents'),
};
/** Of sales, which alone have what these sums add up. */
const ask = (name: string, key: Question['key'], where: Question['where'] = {}): Question => ({
  ...{ name, asks: name, where: { kind: 'sale', ...where }, key, sums },
});

/** Of all kinds; sums have filters of their own, of which some let nothing through for a key. */
const ofAllKinds: Question = {
  ...{ name: 'of-all-kinds', asks: 'All?', where: {}, key: ['snack_automat_id'] },
  sums: {
    events: count(),
    refills: count({ kind: 'refill' }),
    quantity: total('quantity', { kind: 'refill' }),
    cents: total('price_cents', { healthy: true }),
    margin: totalOfProduct('price_cents', 'cost_cents', { kind: 'sale', item: ['apple', 'mars'], slot: [1, 3] }),
    firstRefill: least('timestamp', { kind: 'refill' }),
    lastSold: greatest('timestamp', { kind: ['sale'] }),
    lastEvent: greatest('timestamp'),
  },
};

const filledTotal: Question = {
  ...ask('full-total', ['kind'], { purchase_id: 'full-total' }),
  sums: { lastEvent: greatest('timestamp'), times: total('timestamp') },
};
const filledProduct: Question = {
  ...ask('full-product', ['kind'], { purchase_id: 'full-product' }),
  sums: { area: totalOfProduct('customer_id', 'price_cents'), events: count() },
};

/** Two sums share a product that is never theirs. */
const hiddenProduct: Question = {
  ...ask('hidden-product', ['kind'], { purchase_id: 'hidden-product', healthy: true }),
  sums: {
    area: totalOfProduct('customer_id', 'price_cents'),
    areaOfSlot2: totalOfProduct('customer_id', 'price_cents', { slot: 2 }),
    areaOfSlot1: totalOfProduct('customer_id', 'price_cents', { slot: 1 }),
  },
};

/** Every kind of sum, filters of each type, keys of one part and of several, texts, integers, truth values, hours and places. */
export const questions: readonly Question[] = [
  ...builtinQuestions,
  ask('by-kind', ['kind']),
  ask('by-hour', [{ hour: 'timestamp' }]),
  ask('by-minute', [{ minute: 'timestamp' }]),
  ask('by-item-and-hour', ['item', { hour: 'timestamp' }], { healthy: true }),
  ask('by-health-and-place', ['healthy', { place: 'snack_automat_id' }]),
  { ...ask('by-customer', ['customer_id'], { healthy: false }), sums: { ...sums, ids: total('customer_id') } },
  ask('by-machine-and-id', ['snack_automat_id', 'event_id']),
  ask('of-slot-3', ['slot', 'item', 'snack_automat_id'], { slot: 3, kind: 'sale' }),
  ask('of-a-quoted-purchase', ['item'], { purchase_id: quotedPurchase }),
  ask('of-the-last-customer', ['item'], { customer_id: Number.MAX_SAFE_INTEGER }),
  ask('of-nobody', ['item'], { event_id: 'nobody' }),
  filledTotal,
  filledProduct,
  hiddenProduct,
  stockBySlot,
  beatsByMachine,
  customersByPlace,
  ofAllKinds,
];

export const messages: readonly Message[] = logOf(values);

/** What the checker finds in these messages. */
function judged(): CorpusAnswer & { readonly rejected: readonly Rejection[] } {
  const end = endOf(messages);
  const fold = new LogFold(
    end.map(() => 0),
    questions,
    [end],
  );
  const rejected: Rejection[] = [];
  for (const { partition, offset, value } of messages) {
    fold.add(partition, offset, value);
    const verdict = inspect(value);
    if (typeof verdict === 'string') rejected.push({ partition, offset, reason: verdict });
  }
  fold.finish(end);
  const prefix = fold.prefix(end)!;
  return { tables: new Map(questions.map((question) => [question.name, prefix.totals(question)])), rejected };
}

export const expected = judged();

/** What does not fit into 64 bits by one: the messages, the question about them, and the sum that must be named. */
export const overflows = [
  {
    ...{ of: 'a total', sum: 'times of full-total', question: filledTotal },
    messages: logOf([...fullTotal, saleOf({ purchase_id: 'full-total', timestamp: 1 })]),
  },
  {
    ...{ of: 'a total of a product', sum: 'area of full-product', question: filledProduct },
    messages: logOf([...fullProduct, saleOf({ purchase_id: 'full-product', customer_id: 1, price_cents: 1 })]),
  },
  {
    ...{ of: 'a single product', sum: 'area of full-product', question: filledProduct },
    messages: logOf([
      saleOf({ purchase_id: 'full-product', customer_id: Number.MAX_SAFE_INTEGER, price_cents: 1_025 }),
    ]),
  },
] as const;
