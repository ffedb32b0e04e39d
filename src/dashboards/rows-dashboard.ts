/**
 * A dashboard as rows of panels, laid on Grafana's grid: what all of them share. A panel knows nothing of its number and
 * place; both follow from the order in which it is read.
 */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  type GridPos,
  type Panel,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';

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

/** What a dashboard is found by, and says of itself. `name` is that of its file. */
export interface DashboardTitle {
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

export const keyspace = 'snacklab';
export const gridWidth = 24;
const rowHeight = 1;

/** Its rows one below the other. Rows and panels are numbered from 1 in reading order. */
export function rowsDashboard({ name, title, description }: DashboardTitle, rows: readonly PanelRow[]): Dashboard {
  const dashboard = new DashboardBuilder(title)
    .uid(`snacklab-${name}`)
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
