/**
 * The dashboard "Kappa": the versions of the stream job, and what the live one says. Its real time is the merged answer:
 * the base is made of its own slices, so there is no second count to set beside it.
 */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { cassandra, cassandraQuery } from './cassandra-query.js';
import { checkedRows, type RowOfStats, rowOfStats } from './item-stats.js';
import { revenueRow } from './revenue-table.js';
import { gridWidth, keyspace, type PanelRow, rowsDashboard } from './rows-dashboard.js';

const rows: readonly RowOfStats[] = [
  {
    title: 'Real Time',
    view: 'answer',
    face: 'merged',
    says: 'sold: what the stream job of the live version has counted',
  },
  ...checkedRows,
];

export function kappaDashboard(): Dashboard {
  const title = {
    name: 'kappa',
    title: 'Kappa',
    description:
      'Items sold and revenue: the versions of the stream job, what the live one has counted, and whether it is right.',
  };
  return rowsDashboard(title, [versions(), ...rows.map((row) => rowOfStats('kappa', row)), revenueRow('kappa')]);
}

/** One table of all versions: high enough for four, which are rarely there at once. */
function versions(): PanelRow {
  return { title: 'Versions', panels: [versionTable()], panelWidth: gridWidth, panelHeight: 6 };
}

function versionTable(): PanelBuilder {
  return new PanelBuilder()
    .title('versions')
    .description(
      'A row for each version. live: the one that readers follow, the same in each row. number and position: how many ' +
        'slices it has committed, and up to where in the log. base_number: up to which slice they are folded into its base',
    )
    .datasource(cassandra)
    .withTarget(cassandraQuery('A', versionStatement))
    .noValue('no versions yet');
}

/**
 * `live` stands once in the partition, so it has one value in all rows. It comes first for that: the data source makes
 * a table of its own for each value of the first column, and `pipeline` first would show one version and hide the others.
 */
const versionStatement =
  'SELECT live, pipeline, status, number, position, base_number ' +
  `FROM ${keyspace}.heads WHERE architecture = 'kappa'`;
