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

/** Not answered unless a version is given it (docs/questions-trend.yaml): its keys grow with time. */
export const salesByMinute: Question = {
  name: 'sales-by-minute',
  asks: 'How much was sold in each minute, healthy or not?',
  where: { kind: 'sale' },
  key: [{ minute: 'timestamp' }, 'healthy'],
  sums: { sold: count(), revenueCents: total('price_cents') },
};

/** The questions that every pipeline answers unless it is given others. */
export const builtinQuestions: readonly Question[] = [itemsSold, revenueByMachine];
