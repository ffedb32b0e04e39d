/** The parts of a dashboard's JSON that the tests look at, and what a stat has to ask. */
import { dashboardFiles } from '../../src/dashboards/templates.js';
import { items } from '../../src/events/rule.js';

interface RowPanel {
  readonly type: 'row';
  readonly id: number;
  readonly title: string;
  readonly gridPos: GridPosition;
}

/** A panel that asks the store something. */
export interface DataPanel {
  readonly type: 'stat' | 'table' | 'timeseries' | 'geomap';
  readonly id: number;
  readonly title: string;
  readonly gridPos: GridPosition;
  readonly datasource: unknown;
  readonly targets: readonly { readonly refId: string; readonly target: string }[];
  readonly options: { readonly reduceOptions?: unknown };
  readonly fieldConfig: {
    readonly defaults: {
      readonly noValue: string;
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
    };
  };
}

interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly (RowPanel | DataPanel)[];
}

/** The dashboard of this file, as Grafana reads it. Throws where there is none. */
export function dashboardOf(file: string): DashboardJson {
  const text = dashboardFiles().get(file);
  if (text === undefined) throw new Error(`no dashboard is made for ${file}`);
  return JSON.parse(text) as DashboardJson;
}

/** All panels that ask the store something. */
export function dataPanels({ panels }: DashboardJson): readonly DataPanel[] {
  return panels.filter((panel): panel is DataPanel => panel.type !== 'row');
}

/** The rows in order, each with the title and the CQL of its panels. */
export function contentsOf({
  panels,
}: DashboardJson): readonly (readonly [row: string, panels: readonly string[][]])[] {
  const rows: [string, string[][]][] = [];
  for (const panel of panels) {
    if (panel.type === 'row') rows.push([panel.title, []]);
    else rows.at(-1)![1].push([panel.title, ...panel.targets.map(({ target }) => target)]);
  }
  return rows;
}

/** What a row of stats asks of a view of items-sold: its own item, one number, and when that was so. */
export function statsOn(lab: string, face: 'answer' | 'checked', column: string): readonly string[][] {
  return items.map((item) => [
    item,
    `SELECT item, ${column}, as_of FROM snacklab.served_items_sold ` +
      `WHERE lab = '${lab}' AND face = '${face}' AND item = '${item}'`,
  ]);
}

/** The row with the table of what each machine earned. */
export function revenueOn(lab: string): readonly [string, readonly string[][]] {
  const columns = 'lab, snack_automat_id, revenue_cents_merged, revenue_cents_truth, revenue_cents_error, as_of';
  const where = `lab = '${lab}' AND face = 'checked'`;
  const target = `SELECT ${columns} FROM snacklab.served_revenue_by_machine WHERE ${where}`;
  return ['Revenue by machine', [['revenue by machine', target]]];
}
