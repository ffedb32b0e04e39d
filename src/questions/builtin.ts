import { count, greatest, least, type Question, total } from './question.js';

export const itemsSold: Question = {
  name: 'items-sold',
  asks: 'How many items of each kind were sold?',
  where: { kind: 'sale' },
  key: ['item'],
  sums: { sold: count(), revenueCents: total('price_cents') },
};

export const revenueByMachine: Question = {
  name: 'revenue-by-machine',
  asks: 'How much did each machine earn?',
  where: { kind: 'sale' },
  key: ['snack_automat_id'],
  sums: {
    sold: count(),
    revenueCents: total('price_cents'),
    costCents: total('cost_cents'),
    firstMs: least('timestamp'),
    lastMs: greatest('timestamp'),
  },
};

/** Its keys grow with time. */
export const salesByMinute: Question = {
  name: 'sales-by-minute',
  asks: 'How much was sold in each minute, healthy or not?',
  where: { kind: 'sale' },
  key: [{ minute: 'timestamp' }, 'healthy'],
  sums: { sold: count(), revenueCents: total('price_cents') },
};

/** What a machine's slots have got and given. */
export const stockBySlot: Question = {
  name: 'stock-by-slot',
  asks: 'How much was filled into each slot of each machine, and sold from it?',
  where: { kind: ['sale', 'refill'] },
  key: ['snack_automat_id', 'slot'],
  sums: {
    sold: count({ kind: 'sale' }),
    refilled: total('quantity', { kind: 'refill' }),
    firstMs: least('timestamp'),
    lastMs: greatest('timestamp'),
  },
};

/** When machines were last heard of. */
export const beatsByMachine: Question = {
  name: 'beats-by-machine',
  asks: 'When was each machine last heard of, and what did it say of itself?',
  where: { kind: 'heartbeat' },
  key: ['snack_automat_id'],
  sums: {
    beats: count(),
    lastMs: greatest('timestamp'),
    lastOkMs: greatest('timestamp', { status: 'ok' }),
    lastErrorMs: greatest('timestamp', { status: 'error' }),
  },
};

/** Who bought where, once a purchase. Its keys grow with the customers. */
export const customersByPlace: Question = {
  name: 'customers-by-place',
  asks: 'Who bought at each place, and how often?',
  where: { kind: 'sale', purchase_index: 1 },
  key: [{ place: 'snack_automat_id' }, 'customer_id'],
  sums: { purchases: count() },
};

/** Those that cost little at any rate: `--questions core`. */
export const builtinQuestions: readonly Question[] = [itemsSold, revenueByMachine];

/** All of the shop's owner, which a new lab answers unless it is given others. docs/questions-business.yaml declares the same. */
export const shopQuestions: readonly Question[] = [
  ...builtinQuestions,
  ...[salesByMinute, stockBySlot, beatsByMachine, customersByPlace],
];
