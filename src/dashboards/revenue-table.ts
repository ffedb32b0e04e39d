/** What each machine earned, as a table: of the newest answer whose truth is known, with that truth and the error beside it. */
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { revenueByMachine } from '../questions/builtin.js';
import type { LabName } from '../resources.js';
import { keyColumns, type SumFace, servedTable, sumColumn } from '../serving/served-view.js';
import { cassandra, cassandraQuery } from './cassandra-query.js';
import { gridWidth, keyspace, type PanelRow } from './rows-dashboard.js';

const faces: readonly SumFace[] = ['merged', 'truth', 'error'];

/** A row with the table alone: high enough for some of the machines, the others are scrolled to. */
export function revenueRow(lab: LabName): PanelRow {
  return { title: 'Revenue by machine', panels: [revenueTable(lab)], panelWidth: gridWidth, panelHeight: 10 };
}

function revenueTable(lab: LabName): PanelBuilder {
  return new PanelBuilder()
    .title('revenue by machine')
    .description(
      'Cents that each machine has earned: the answer, what the independent count of the log says at the same position, ' +
        'and the difference, where 0 is right',
    )
    .datasource(cassandra)
    .withTarget(cassandraQuery('A', statement(lab)))
    .noValue('no events yet');
}

/** `lab` comes first: it has one value in all rows, and the data source makes a table for each value of the first column. */
function statement(lab: LabName): string {
  const cents = faces.map((face) => sumColumn('revenueCents', face));
  const columns = ['lab', ...keyColumns(revenueByMachine), ...cents, 'as_of'].join(', ');
  return `SELECT ${columns} FROM ${keyspace}.${servedTable(revenueByMachine)} WHERE lab = '${lab}' AND face = 'checked'`;
}
