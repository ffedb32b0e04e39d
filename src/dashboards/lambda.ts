/**
 * The dashboard "Lambda": a row for each face of the answer to items-sold, as the users of the lab that this one follows
 * know them. Real time, batch and merged are of one answer.
 */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { checkedRows, labDashboard, type RowOfStats, rowOfStats } from './lab-dashboard.js';

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
  return labDashboard(
    'lambda',
    'Lambda',
    'Items sold: what batch and real time have counted, what they make together, and whether it is right.',
    rows.map((row) => rowOfStats('lambda', row)),
  );
}
