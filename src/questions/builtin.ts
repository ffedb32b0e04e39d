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

/** Not answered unless a version is given it (docs/questions-business.yaml): its keys grow with time. */
export const salesByMinute: Question = {
  name: 'sales-by-minute',
  asks: 'How much was sold in each minute, healthy or not?',
  where: { kind: 'sale' },
  key: [{ minute: 'timestamp' }, 'healthy'],
  sums: { sold: count(), revenueCents: total('price_cents') },
};

/** What a machine's slots have got and given. Not answered unless a version is given it (docs/questions-business.yaml). */
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

/** When machines were last heard of. Not answered unless a version is given it (docs/questions-business.yaml). */
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

/** The questions that every pipeline answers unless it is given others. */
export const builtinQuestions: readonly Question[] = [itemsSold, revenueByMachine];
