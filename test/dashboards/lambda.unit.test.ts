// Goal: dashboards that are right without a Grafana to try them in. Method: each fact about Grafana and its Cassandra
// data source that a panel could get wrong is asserted of every panel; the committed files are what the code makes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cassandra, cassandraQuery } from '../../src/dashboards/cassandra-query.js';
import { dashboardFiles } from '../../src/dashboards/templates.js';
import { items } from '../../src/events/rule.js';
import { findResources } from '../../src/resources.js';
import { dashboardsOf, type StatPanel } from './dashboard.js';

const templates = findResources().grafanaTemplates;
const [lambda] = dashboardsOf(dashboardFiles());
const rowTitles = ['Real Time', 'Batch', 'Merged', 'Validation', 'Error'];
const columnOf = {
  'Real Time': 'sold_real_time',
  Batch: 'sold_base',
  Merged: 'sold_merged',
  Validation: 'sold_truth',
  Error: 'sold_error',
};

describe('all dashboards', () => {
  it('are committed as the code makes them (npm run dashboards)', () => {
    const folder = join(templates, 'dashboards');
    const committed = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
    expect(new Map(committed)).toEqual(dashboardFiles());
  });

  it.each([...dashboardFiles()])('%s: raw JSON with a uid of its own, nothing left to be resolved', (_, text) => {
    const dashboard = JSON.parse(text);
    expect(dashboard).not.toHaveProperty('id');
    expect(dashboard.uid).toMatch(/^[a-z0-9-]{8,40}$/);
    expect(dashboard.templating.list).toEqual([]);
    for (const leftover of ['${DS_', '__inputs', '$__timeFrom()', 'ALLOW FILTERING'])
      expect(text).not.toContain(leftover);
  });

  it('have different uids and titles', () => {
    const all = dashboardsOf(dashboardFiles());
    for (const name of ['uid', 'title'] as const) expect(new Set(all.map((one) => one[name])).size).toBe(all.length);
  });
});

describe('the dashboard Lambda', () => {
  const panels = lambda!.panels;
  const stats = panels.filter((panel): panel is StatPanel => panel.type === 'stat');

  it('has its rows in order, each followed by one stat an item', () => {
    expect(panels.filter((panel) => panel.type === 'row').map((panel) => panel.title)).toEqual(rowTitles);
    const titles = panels.map((panel) => panel.title);
    expect(titles).toEqual(rowTitles.flatMap((row) => [row, ...items]));
  });

  it('numbers its panels, each once', () => {
    expect(panels.map((panel) => panel.id)).toEqual(panels.map((_, index) => index + 1));
  });

  it('lays them on the grid without overlap', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos }) => gridPos.x + gridPos.w <= 24)).toBe(true);
  });

  it.each(stats.map((panel) => [panel.id, panel] as const))(
    'panel %i has a target that the data source takes',
    (_, panel) => {
      expect(panel.datasource).toEqual(cassandra);
      expect(panel.targets).toHaveLength(1);
      const [target] = panel.targets;
      expect(target).toEqual({
        refId: 'A',
        datasource: { type: 'hadesarchitect-cassandra-datasource', uid: 'cassandra' },
        queryType: 'query',
        rawQuery: true,
        target: expect.stringMatching(
          /^SELECT item, sold_\w+, as_of FROM snacklab\.served_items_sold WHERE lab = 'lambda' /,
        ),
        alias: '',
      });
      expect(panel.options.reduceOptions).toEqual({ calcs: ['lastNotNull'], fields: '', values: false });
      expect(panel.fieldConfig.defaults.noValue).toBe('no events yet');
    },
  );

  it('asks for its own item, the row’s face and one position per row', () => {
    rowTitles.forEach((row, rowIndex) => {
      const view = row === 'Validation' || row === 'Error' ? 'checked' : 'answer';
      items.forEach((item, column) => {
        const panel = stats[rowIndex * items.length + column]!;
        expect(panel.targets[0]!.target).toBe(
          `SELECT item, ${columnOf[row as keyof typeof columnOf]}, as_of FROM snacklab.served_items_sold ` +
            `WHERE lab = 'lambda' AND face = '${view}' AND item = '${item}'`,
        );
      });
    });
  });

  it('shows an error of 0 green, and any other red', () => {
    const error = stats.at(-1)!;
    const steps = error.fieldConfig.defaults.thresholds.steps;
    const colour = (value: number) => steps.findLast((step) => step.value === null || step.value <= value)!.color;
    expect([-5, -1, 0, 1, 7].map(colour)).toEqual(['red', 'red', 'green', 'red', 'red']);
  });
});

describe('what the data source would refuse', () => {
  it.each(['select item FROM t', 'SELECT\nitem FROM t', 'INSERT INTO t'])('%j is refused here first', (cql) => {
    expect(() => cassandraQuery('A', cql)).toThrow('would refuse');
  });
});

describe('the provisioning', () => {
  const file = (...names: string[]) => parse(readFileSync(join(templates, 'provisioning', ...names), 'utf8'));

  it('names the data source that the panels use, with what the plugin requires', () => {
    expect(file('datasources', 'cassandra.yaml')).toEqual({
      apiVersion: 1,
      datasources: [
        {
          name: 'Cassandra',
          ...cassandra,
          access: 'proxy',
          isDefault: true,
          editable: false,
          url: 'cassandra:9042',
          jsonData: { keyspace: '', consistency: 'ONE', timeout: 10 },
        },
      ],
    });
  });

  it('finds the dashboards where the image has them, and the home dashboard is one of them', () => {
    const { options } = file('dashboards', 'snacklab.yaml').providers[0];
    const { engines } = findResources();
    const dockerfile = readFileSync(join(engines, 'Dockerfile'), 'utf8');
    expect(dockerfile).toContain(`COPY grafana_templates/dashboards/ ${options.path}/`);
    expect(dockerfile).toContain('COPY grafana_templates/provisioning/ /etc/grafana/provisioning/');
    expect(readFileSync(join(engines, 'grafana', 'compose.yaml'), 'utf8')).toContain(`${options.path}/lambda.json`);
    expect(dashboardFiles().has('lambda.json')).toBe(true);
  });
});
