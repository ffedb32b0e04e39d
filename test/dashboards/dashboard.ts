/** The parts of a dashboard's JSON that the tests look at. */
export interface RowPanel {
  readonly type: 'row';
  readonly id: number;
  readonly title: string;
  readonly gridPos: GridPosition;
}

export interface StatPanel {
  readonly type: 'stat';
  readonly id: number;
  readonly title: string;
  readonly gridPos: GridPosition;
  readonly datasource: unknown;
  readonly targets: readonly { readonly target: string }[];
  readonly options: { readonly reduceOptions: unknown };
  readonly fieldConfig: {
    readonly defaults: {
      readonly noValue: string;
      readonly thresholds: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
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
  readonly panels: readonly (RowPanel | StatPanel)[];
}

/** The dashboards of these files, as Grafana reads them. */
export function dashboardsOf(files: ReadonlyMap<string, string>): readonly DashboardJson[] {
  return [...files.values()].map((text) => JSON.parse(text) as DashboardJson);
}
