// Goal: dashboards that are right without a Grafana to try them in. Method: each fact about Grafana and its Cassandra
// data source that a panel could get wrong is asserted of every panel; the committed files are what the code makes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cassandra, cassandraQuery } from '../../src/dashboards/cassandra-query.js';
import { dashboardFiles } from '../../src/dashboards/templates.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { findResources } from '../../src/resources.js';
import { createPanelTable } from '../../src/runtimes/docker/panel-tables.js';
import { machinerySchema, schema } from '../../src/runtimes/docker/schema.js';
import { createServedTable } from '../../src/runtimes/docker/served-tables.js';
import { panelTables } from '../../src/serving/keep-presented.js';
import { dashboardOf, dataPanels } from './dashboard.js';

const templates = findResources().grafanaTemplates;
const files = [...dashboardFiles().keys()];
/** CQL types that the data source takes and a panel shows as a number. */
const numberTypes = ['int', 'bigint', 'double'];

describe('all dashboards', () => {
  it('are committed as the code makes them (npm run dashboards)', () => {
    const folder = join(templates, 'dashboards');
    const committed = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
    expect(new Map(committed)).toEqual(dashboardFiles());
  });

  it('are one for each lab, one of how either works, and one for the owner', () => {
    const labs = files.map((file) => [file, dashboardOf(file).uid, dashboardOf(file).title]);
    expect(labs).toEqual([
      ['business.json', 'snacklab-business', 'Business'],
      ['kappa.json', 'snacklab-kappa', 'Kappa'],
      ['lambda.json', 'snacklab-lambda', 'Lambda'],
      ['machinery.json', 'snacklab-machinery', 'Machinery'],
    ]);
  });

  it('have different uids and titles', () => {
    const all = files.map(dashboardOf);
    for (const name of ['uid', 'title'] as const) expect(new Set(all.map((one) => one[name])).size).toBe(all.length);
  });
});

describe.each(files)('%s', (file) => {
  const { panels } = dashboardOf(file);
  const asking = dataPanels(dashboardOf(file));

  it('is raw JSON with a uid of its own, nothing left to be resolved', () => {
    const text = dashboardFiles().get(file)!;
    const dashboard = JSON.parse(text);
    expect(dashboard).not.toHaveProperty('id');
    expect(dashboard.uid).toMatch(/^[a-z0-9-]{8,40}$/);
    expect(dashboard.templating.list).toEqual([]);
    for (const leftover of ['${DS_', '__inputs', '$__timeFrom()', 'ALLOW FILTERING'])
      expect(text).not.toContain(leftover);
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

  it.each(asking.map((panel) => [panel.id, panel] as const))(
    'panel %i: the data source takes its target',
    (_, panel) => {
      expect(panel.datasource).toEqual(cassandra);
      expect(panel.targets.map(({ refId }) => refId)).toEqual(['A', 'B'].slice(0, panel.targets.length));
      for (const target of panel.targets)
        expect(target).toEqual({
          refId: expect.any(String),
          datasource: { type: 'hadesarchitect-cassandra-datasource', uid: 'cassandra' },
          queryType: 'query',
          rawQuery: true,
          target: expect.stringMatching(/^SELECT /),
          alias: '',
        });
      expect(panel.fieldConfig.defaults.noValue).toMatch(/^no \w+ yet$/);
    },
  );

  it.each(asking.map((panel) => [panel.id, panel] as const))(
    'panel %i asks for columns that there are, and reads of one partition of a lab into one series',
    (_, { targets }) => {
      const labs = file === 'machinery.json' ? ['lambda', 'kappa'] : [file.replace('.json', '')];
      for (const [i, { target }] of targets.entries()) {
        const { columns, table, where } = partsOf(target);
        const declared = columnsOf(table);
        for (const column of columns) expect([...declared.keys()]).toContain(column);
        // What is presented has one partition: a lab's Cassandra has its own alone.
        if (table.startsWith('presented_')) expect(where.get('face')).toBe('answer');
        else expect(where.get(table === 'heads' ? 'architecture' : 'lab')).toBe(labs[i]);
        // One series: the first column has one value in all rows that are read.
        expect(declared.get(columns[0]!)).toMatch(/^text/);
        expect(where.has(columns[0]!) || declared.get(columns[0]!) === 'text static').toBe(true);
      }
    },
  );

  const numbered = asking.filter(({ type }) => type !== 'table' && type !== 'geomap');
  it.each(numbered.map((panel) => [panel.id, panel] as const))(
    'panel %i has one number a target, and its time',
    (_, panel) => {
      for (const { target } of panel.targets) {
        const { columns, table } = partsOf(target);
        const types = columns.map((column) => columnsOf(table).get(column)!.replace(' static', ''));
        expect(types.filter((type) => numberTypes.includes(type))).toHaveLength(1);
        expect(types.at(-1)).toBe('timestamp');
      }
    },
  );
});

describe('the map of machines', () => {
  const map = dataPanels(dashboardOf('business.json')).find(({ type }) => type === 'geomap')!;

  it('finds in what it asks for all that it draws', () => {
    const { columns } = partsOf(map.targets[0]!.target);
    // biome-ignore lint/suspicious/noExplicitAny: a layer's settings are its own
    const { location, config } = (map.options as any).layers[0];
    const drawn = [location.latitude, location.longitude, config.style.color.field, config.style.size.field];
    expect(drawn).toEqual(['latitude', 'longitude', 'profit', 'sold']);
    expect(columns).toEqual(expect.arrayContaining(drawn));
  });
});

describe.each(['lambda.json', 'kappa.json'])('the stats of %s', (file) => {
  const stats = dataPanels(dashboardOf(file)).filter(({ type }) => type === 'stat');

  it('show the one number that they read, the last', () => {
    for (const { options } of stats)
      expect(options.reduceOptions).toEqual({ calcs: ['lastNotNull'], fields: '', values: false });
  });

  it('show an error of 0 green, and any other red', () => {
    const errors = stats.filter(({ targets }) => targets[0]!.target.includes('sold_error'));
    expect(errors).not.toHaveLength(0);
    for (const { fieldConfig } of errors) {
      const { steps } = fieldConfig.defaults.thresholds!;
      const colour = (value: number) => steps.findLast((step) => step.value === null || step.value <= value)!.color;
      expect([-5, -1, 0, 1, 7].map(colour)).toEqual(['red', 'red', 'green', 'red', 'red']);
    }
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

/** A panel's CQL in its parts. Throws on any other shape: more than equalities joined by AND needs a look. */
function partsOf(cql: string) {
  const match = /^SELECT ([\w, ]+) FROM snacklab\.(\w+) WHERE (\w+ = '[^']*'(?: AND \w+ = '[^']*')*)(.*)$/.exec(cql);
  if (match === null) throw new Error(`a shape of CQL that the tests do not know: ${cql}`);
  const [, columns, table, where, during] = match;
  expect(['', ' AND at >= $__timeFrom AND at <= $__timeTo']).toContain(during);
  const equalities = where!.matchAll(/(\w+) = '([^']*)'/g);
  return {
    columns: columns!.split(', '),
    table: table!,
    where: new Map([...equalities].map(([, column, value]) => [column!, value!])),
  };
}

/** The columns of a table with their types, as its declaration has them. */
function columnsOf(table: string): ReadonlyMap<string, string> {
  const start = `CREATE TABLE IF NOT EXISTS snacklab.${table} (`;
  const served = [...builtinQuestions.map(createServedTable), ...panelTables.map(createPanelTable)];
  const declaration = [...schema, ...machinerySchema, ...served].find((one) => one.startsWith(start));
  if (declaration === undefined) throw new Error(`no table snacklab.${table}`);
  const columns = declaration
    .slice(start.length)
    .matchAll(/"?(\w+)"? ((?:text|int|bigint|double|timestamp)\b(?: static)?)/g);
  return new Map([...columns].map(([, column, type]) => [column!, type!]));
}
