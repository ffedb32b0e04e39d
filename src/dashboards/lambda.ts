/**
 * The dashboard "Lambda": a row for each face of the answer to items-sold, as the users of the lab that this one follows
 * know them. Real time, batch and merged are of one answer.
 */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { checkedRows, type RowOfStats, rowOfStats } from './item-stats.js';
import { revenueRow } from './revenue-table.js';
import { rowsDashboard } from './rows-dashboard.js';

const rows: readonly RowOfStats[] = [
  {
    title: 'Real Time',
    view: 'answer',
    face: 'real_time',
    says: 'sold since the cut of the base: what the stream job has counted',
  },
  { title: 'Batch', view: 'answer', face: 'base', says: 'sold up to the cut of the base: what MapReduce has counted' },
  { title: 'Merged', view: 'answer', face: 'merged', says: 'sold: batch and real time together' },
  ...checkedRows,
];

export function lambdaDashboard(): Dashboard {
  const title = {
    name: 'lambda',
    title: 'Lambda',
    description:
      'Items sold and revenue: what batch and real time have counted, what they make together, and whether it is right.',
  };
  return rowsDashboard(title, [...rows.map((row) => rowOfStats('lambda', row)), revenueRow('lambda')]);
}
