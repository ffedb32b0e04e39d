/**
 * What the dashboards of both labs share: rows of panels laid on Grafana's grid, and the row with one stat per item.
 * A stat reads one row of the served table of items-sold: nothing is added up here. Those of one view are of one
 * position: `answer` is the newest answer, `checked` the newest whose truth is known.
 */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type Dashboard,
  DashboardBuilder,
  type GridPos,
  type Panel,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { items } from '../events/rule.js';
import { itemsSold } from '../questions/builtin.js';
import type { LabName } from '../resources.js';
import { type SumFace, servedTable, sumColumn } from '../serving/served-view.js';
import { cassandra, cassandraQuery } from './cassandra-query.js';

/** A titled row of panels of one size, side by side. */
export interface PanelRow {
  readonly title: string;
  readonly panels: readonly PlacedPanel[];
  readonly panelWidth: number;
  readonly panelHeight: number;
}

/** A panel that is given its number and place when the dashboard is laid out. */
export interface PlacedPanel extends Builder<Panel> {
  id(id: number): this;
  gridPos(gridPos: GridPos): this;
}

/** A row with one stat per item: which view it reads, and which face of the sum. */
export interface RowOfStats {
  readonly title: string;
  readonly view: 'answer' | 'checked';
  readonly face: SumFace;
  readonly says: string;
}

/** Is it right? These two rows end the dashboard of either lab. */
export const checkedRows: readonly RowOfStats[] = [
  { title: 'Validation', view: 'checked', face: 'truth', says: 'sold, as an independent count of the log says' },
  {
    title: 'Error',
    view: 'checked',
    face: 'error',
    says: 'merged less the independent count at the same position: 0 is right',
  },
];

export const keyspace = 'snacklab';
export const gridWidth = 24;
const rowHeight = 1;

/** A lab's dashboard, its rows one below the other. Rows and panels are numbered from 1 in reading order. */
export function labDashboard(lab: LabName, title: string, description: string, rows: readonly PanelRow[]): Dashboard {
  const dashboard = new DashboardBuilder(title)
    .uid(`snacklab-${lab}`)
    .description(description)
    .tags(['snacklab'])
    .readonly()
    .timezone('browser')
    .time({ from: 'now-15m', to: 'now' })
    .refresh('5s')
    .variables([])
    .annotations([]);
  let id = 1;
  let y = 0;
  for (const { title: rowTitle, panels, panelWidth: w, panelHeight: h } of rows) {
    dashboard.withRow(new RowBuilder(rowTitle).id(id).gridPos({ x: 0, y, w: gridWidth, h: rowHeight }));
    panels.forEach((panel, column) => {
      dashboard.withPanel(panel.id(id + 1 + column).gridPos({ x: column * w, y: y + rowHeight, w, h }));
    });
    id += 1 + panels.length;
    y += rowHeight + h;
  }
  return dashboard.build();
}

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
