/**
 * The panels of a lab's dashboard on that lab's Cassandra: what each one's CQL returns there is what the data source can
 * show. It declares tests; the docker test of a lab says which lab, how to ask it, and waits until there is something.
 */
import type { types } from 'cassandra-driver';
import { expect, it } from 'vitest';
import { items } from '../../src/events/rule.js';
import type { FigureName } from '../../src/machinery/figures.js';
import { places } from '../../src/machines/catalogue.js';
import { coordinatesOf } from '../../src/machines/city.js';
import type { LabName } from '../../src/resources.js';
import { waitFor } from '../lab/lab.js';
import { type DataPanel, dashboardOf, dataPanels } from './dashboard.js';

/** A lab that is up, and how its Cassandra is asked. */
export interface LabStore {
  readonly lab: LabName;
  readonly cql: (statement: string, values?: readonly unknown[]) => Promise<types.ResultSet>;
}

/** Waits until both served views have all items. */
export async function waitForServedViews({ lab, cql }: LabStore): Promise<void> {
  await waitFor('both served views with all items', async () => {
    const counts = await Promise.all(
      ['answer', 'checked'].map(async (face) => {
        const query = 'SELECT item FROM snacklab.served_items_sold WHERE lab = ? AND face = ?';
        return (await cql(query, [lab, face])).rowLength;
      }),
    );
    return counts.every((count) => count === items.length);
  });
}

/** A test for each panel: its CQL, as it stands in the committed file, returns what the data source can show. */
export function testPanels({ lab, cql }: LabStore): void {
  const panels = dataPanels(dashboardOf(`${lab}.json`));
  it.each(panels.map((panel) => [panel.targets[0]!.target, panel] as const))('%s', async (target, panel) => {
    const table = tableOf(await cql(target));
    expectOneSeries(table);
    if (panel.type === 'stat') expectStat(table, panel);
  });
}

/** What a lab does not have, and so draws no line of: Kappa's archive is asked for with --archive. */
const absent: Readonly<Record<LabName, readonly FigureName[]>> = {
  lambda: [],
  kappa: ['archive-lag', 'archive-bytes', 'archive-files'],
};

/** A test for each chart of the dashboard Machinery: the lab's line has points there, each with its time. */
export function testMachinery({ lab, cql }: LabStore): void {
  const targets = dataPanels(dashboardOf('machinery.json'))
    .flatMap((panel) => panel.targets.map(({ target }) => target))
    .filter((target) => target.includes(`lab = '${lab}'`));
  const during = (target: string) =>
    target.replace('$__timeFrom', String(Date.now() - 15 * 60_000)).replace('$__timeTo', String(Date.now()));
  const isAbsent = (target: string) => absent[lab].some((figure) => target.includes(`'${figure}'`));

  it.each(targets.filter((target) => !isAbsent(target)))('%s', async (target) => {
    // What takes longest is what services say of themselves, and the bytes that are counted now and then.
    const table = await waitFor('two points', async () => {
      const found = tableOf(await cql(during(target)));
      return found.rows.length > 1 && found;
    });
    expectOneSeries(table);
    expect(table.columns).toEqual([
      { name: 'lab', type: 'text' },
      { name: 'value', type: 'double' },
      { name: 'at', type: 'timestamp' },
    ]);
    for (const { value } of table.rows) expect(Number.isFinite(value)).toBe(true);
  });

  it.each(targets.filter(isAbsent))('%s: no line where there is no archive', async (target) => {
    expect((await cql(during(target))).rowLength).toBe(0);
  });
}

/**
 * A test for each table of the dashboard Business: its CQL is taken, and what a lab with the built-in questions has rows of
 * is what `query` prints. The others may have none.
 */
export function testBusiness({ lab, cql }: LabStore): void {
  const targets = dataPanels(dashboardOf('business.json')).map(
    ({ title, targets: [one] }) => [title, one!.target] as const,
  );

  it.each(targets)('%s', async (_, target) => {
    const table = tableOf(await cql(target));
    if (table.rows.length > 0) expectOneSeries(table);
  });

  it('where most is sold: a row a place, of one answer, the one with most first', async () => {
    const target = targets.find(([title]) => title === 'where most is sold')![1];
    const { rows } = await waitFor('all places', async () => {
      const found = tableOf(await cql(target));
      return found.rows.length === places.length && found;
    });
    const sold = rows.map((row) => BigInt(row.sold));
    expect(new Set(rows.map((row) => row.place))).toEqual(new Set(places.map(({ name }) => name)));
    expect(sold).toEqual([...sold].sort((a, b) => Number(b - a)));
    expect(rows.every((row) => row.lab === lab)).toBe(true);
    expect(rows.reduce((sum, row) => sum + Number(row.share), 0)).toBeCloseTo(1, 9);
  });

  it('machines on the map: a row a machine, where the catalogue has it', async () => {
    const target = targets.find(([title]) => title === 'machines on the map')![1];
    const { rows, columns } = await waitFor('a machine', async () => {
      const found = tableOf(await cql(target));
      return found.rows.length > 0 && found;
    });
    expect(columns.filter(({ type }) => type === 'double').map(({ name }) => name)).toEqual(['latitude', 'longitude']);
    for (const { machine, latitude, longitude } of rows)
      expect({ latitude, longitude }).toEqual(coordinatesOf(machine));
  });
}

interface Table {
  readonly rows: readonly types.Row[];
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

function tableOf({ columns, rows }: types.ResultSet): Table {
  return {
    rows,
    columns: columns.map(({ name, type }) => ({ name, type: typeNames[type.code] ?? `type ${type.code}` })),
  };
}

/** Rows that are named alike by a text in front, of types that the data source takes, and without a NULL. */
function expectOneSeries({ columns, rows }: Table): void {
  for (const { type } of columns) expect(['text', 'timestamp', ...numberTypes]).toContain(type);
  const [first] = columns;
  expect(first!.type).toBe('text');
  expect(rows.length).toBeGreaterThan(0);
  expect(new Set(rows.map((row) => row[first!.name])).size).toBe(1);
  for (const row of rows)
    for (const { name } of columns) expect(row[name], `NULL would be shown as 0 or nothing: ${name}`).not.toBeNull();
}

/** One row, of its own item, with exactly one number, and a time. */
function expectStat({ columns, rows }: Table, panel: DataPanel): void {
  const numbers = columns.filter(({ type }) => numberTypes.has(type));
  expect(numbers).toHaveLength(1);
  expect(columns.map(({ type }) => type)).toContain('timestamp');
  expect(rows).toHaveLength(1);
  expect(rows[0]!.item).toBe(panel.title);
  const { name } = numbers[0]!;
  const value = Number(rows[0]![name]);
  if (name === 'sold_error') expect(value).toBe(0);
  else expect(value).toBeGreaterThanOrEqual(0);
}

/** CQL types that the data source shows as a number. */
const numberTypes = new Set(['int', 'bigint', 'counter', 'smallint', 'tinyint', 'float', 'double']);

/** Type codes of the CQL binary protocol, section 4.2.5.2. */
const typeNames: Readonly<Record<number, string>> = {
  2: 'bigint',
  5: 'counter',
  7: 'double',
  8: 'float',
  9: 'int',
  10: 'text',
  11: 'timestamp',
  13: 'text',
  14: 'varint',
  19: 'smallint',
  20: 'tinyint',
};
