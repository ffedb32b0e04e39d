/**
 * What the dashboards of both labs share: the row with one stat per item.
 * A stat reads one row of the served table of items-sold: nothing is added up here. Those of one view are of one
 * position: `answer` is the newest answer, `checked` the newest whose truth is known.
 */
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { items } from '../events/rule.js';
import { itemsSold } from '../questions/builtin.js';
import type { LabName } from '../resources.js';
import { type SumFace, servedTable, sumColumn } from '../serving/served-view.js';
import { cassandra, cassandraQuery } from './cassandra-query.js';
import { gridWidth, keyspace, type PanelRow } from './rows-dashboard.js';

/** A row with one stat per item: which view it reads, and which face of the sum. */
export interface RowOfStats {
  readonly title: string;
  readonly view: 'answer' | 'checked';
  readonly face: SumFace;
  readonly says: string;
}

/** Is it right? These two rows stand on the dashboard of either lab. */
export const checkedRows: readonly RowOfStats[] = [
  { title: 'Validation', view: 'checked', face: 'truth', says: 'sold, as an independent count of the log says' },
  {
    title: 'Error',
    view: 'checked',
    face: 'error',
    says: 'merged less the independent count at the same position: 0 is right',
  },
];

/** One stat for each of the eight items, which fill the grid's width. */
export function rowOfStats(lab: LabName, row: RowOfStats): PanelRow {
  const panels = items.map((item) => stat(lab, row, item));
  return { title: row.title, panels, panelWidth: gridWidth / items.length, panelHeight: 4 };
}

function stat(lab: LabName, row: RowOfStats, item: string): PanelBuilder {
  return new PanelBuilder()
    .title(item)
    .description(`${item} ${row.says}`)
    .datasource(cassandra)
    .withTarget(cassandraQuery('A', statement(lab, row, item)))
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
function statement(lab: LabName, { view, face }: RowOfStats, item: string): string {
  const sold = sumColumn('sold', face);
  const table = `${keyspace}.${servedTable(itemsSold)}`;
  return `SELECT item, ${sold}, as_of FROM ${table} WHERE lab = '${lab}' AND face = '${view}' AND item = '${item}'`;
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
