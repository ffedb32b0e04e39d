/**
 * The dashboard "Lambda": a row for each face of the answer to items-sold, with one stat per item, as the users of the
 * lab that this one follows know them. Real time, batch and merged are of one answer; validation and error are of one
 * position too, the newest whose truth is known. Each panel reads one row of a served table: nothing is added up here.
 */
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type Dashboard,
  DashboardBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { items } from '../events/rule.js';
import { itemsSold } from '../questions/builtin.js';
import { type SumFace, servedTable, sumColumn } from '../serving/served-view.js';
import { cassandra, cassandraQuery } from './cassandra-query.js';

/** One row of the dashboard: which view it reads, and which face of the sum. */
interface RowOfStats {
  readonly title: string;
  readonly view: 'answer' | 'checked';
  readonly face: SumFace;
  readonly says: string;
}

const rows: readonly RowOfStats[] = [
  {
    title: 'Real Time',
    view: 'answer',
    face: 'real_time',
    says: 'sold since the cut of the base: what the stream job has counted',
  },
  { title: 'Batch', view: 'answer', face: 'base', says: 'sold up to the cut of the base: what MapReduce has counted' },
  { title: 'Merged', view: 'answer', face: 'merged', says: 'sold: batch and real time together' },
  { title: 'Validation', view: 'checked', face: 'truth', says: 'sold, as an independent count of the log says' },
  {
    title: 'Error',
    view: 'checked',
    face: 'error',
    says: 'merged less the independent count at the same position: 0 is right',
  },
];

const keyspace = 'snacklab';
/** Grafana's grid has 24 columns: one for each of the eight items, three wide. */
const panelWidth = 3;
const panelHeight = 4;
const rowHeight = 1;

export function lambdaDashboard(): Dashboard {
  const dashboard = new DashboardBuilder('Lambda')
    .uid('snacklab-lambda')
    .description('Items sold: what batch and real time have counted, what they make together, and whether it is right.')
    .tags(['snacklab'])
    .readonly()
    .timezone('browser')
    .time({ from: 'now-15m', to: 'now' })
    .refresh('5s')
    .variables([])
    .annotations([]);
  rows.forEach((row, index) => {
    const y = index * (rowHeight + panelHeight);
    const id = 1 + index * (1 + items.length);
    dashboard.withRow(new RowBuilder(row.title).id(id).gridPos({ x: 0, y, w: 24, h: rowHeight }));
    items.forEach((item, column) => {
      const gridPos = { x: column * panelWidth, y: y + rowHeight, w: panelWidth, h: panelHeight };
      dashboard.withPanel(
        stat(row, item)
          .id(id + 1 + column)
          .gridPos(gridPos),
      );
    });
  });
  return dashboard.build();
}

function stat(row: RowOfStats, item: string): PanelBuilder {
  return new PanelBuilder()
    .title(item)
    .description(`${item} ${row.says}`)
    .datasource(cassandra)
    .withTarget(cassandraQuery('A', statement(row, item)))
    .unit('locale')
    .decimals(0)
    .noValue('no events yet')
    .thresholds(row.face === 'error' ? wrongUnlessZero() : plain())
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .textMode(BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false));
}

/** One row, its name first, then one number and its time: with a second number the panel would show that as well. */
function statement({ view, face }: RowOfStats, item: string): string {
  const sold = sumColumn('sold', face);
  const table = `${keyspace}.${servedTable(itemsSold)}`;
  return `SELECT item, ${sold}, as_of FROM ${table} WHERE lab = 'lambda' AND face = '${view}' AND item = '${item}'`;
}

function plain(): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([{ value: null, color: 'text' }]);
}

function wrongUnlessZero(): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: 'red' },
    { value: 0, color: 'green' },
    { value: 1, color: 'red' },
  ]);
}
