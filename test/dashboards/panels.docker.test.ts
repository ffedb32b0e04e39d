// Goal: every panel shows something true on the real store. Method: each panel's CQL as it stands in the committed file,
// on the shared lab's Cassandra: one row with a name first, exactly one number, and a time.
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { dashboardFiles } from '../../src/dashboards/templates.js';
import { items } from '../../src/events/rule.js';
import { cql, waitFor, waitForBase } from '../lab/lab.js';
import { dashboardsOf, type StatPanel } from './dashboard.js';

const stats = dashboardsOf(dashboardFiles())
  .flatMap((dashboard) => dashboard.panels)
  .filter((panel): panel is StatPanel => panel.type === 'stat');

/** CQL types that the data source shows as a number. */
const numberTypes = new Set(['int', 'bigint', 'counter', 'smallint', 'tinyint', 'float', 'double']);

describe.runIf(inject('docker'))('the panels of the dashboards', () => {
  beforeAll(async () => {
    await waitForBase(0);
    await waitFor('both served views with all items', async () => {
      const counts = await Promise.all(
        ['answer', 'checked'].map(async (face) => {
          const query = `SELECT item FROM snacklab.served_items_sold WHERE lab = 'lambda' AND face = ?`;
          return (await cql(query, [face])).rowLength;
        }),
      );
      return counts.every((count) => count === items.length);
    });
  });

  it.each(stats.map((panel) => [panel.targets[0]!.target, panel] as const))('%s', async (target, panel) => {
    const { columns, rows } = await cql(target);
    const types = columns.map(({ type }) => typeNames[type.code] ?? `type ${type.code}`);
    expect(types[0]).toBe('text');
    expect(types.filter((type) => numberTypes.has(type))).toHaveLength(1);
    expect(types).toContain('timestamp');
    expect(rows).toHaveLength(1);
    expect(rows[0]!.item).toBe(panel.title);
    const [value] = columns.flatMap(({ name, type }) =>
      numberTypes.has(typeNames[type.code]!) ? [rows[0]![name]] : [],
    );
    expect(value, 'NULL would be shown as 0').not.toBeNull();
    if (target.includes('sold_error')) expect(Number(value)).toBe(0);
    else expect(Number(value)).toBeGreaterThanOrEqual(0);
  });
});

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
