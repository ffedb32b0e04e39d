/** Goal: what is presented fits into tables that CQL takes without quotes. Method: each table's declaration and rows. */
import { describe, expect, it } from 'vitest';
import {
  createPanelTable,
  panelColumn,
  panelTableName,
  replaceStatements,
} from '../../src/runtimes/docker/panel-tables.js';
import { panelTables } from '../../src/serving/keep-presented.js';

/** Apache Cassandra 5.0, "Appendix A: CQL Keywords", the reserved ones. */
const reserved =
  'add allow alter and apply asc authorize batch begin by columnfamily create default delete desc describe drop entries execute from full grant if in index infinity insert into is keyspace limit materialized mbean mbeans modify nan norecursive not null of on or order primary rename replace revoke schema select set table to token truncate unlogged unset update use using view where with'.split(
    ' ',
  );

describe.each(panelTables)('the table of $name', (table) => {
  const columns = table.columns.map(({ name }) => panelColumn(name));

  it('has names that need no quotes, each once', () => {
    const all = [...columns, 'face', 'lab', 'as_of', 'rank'];
    for (const name of [...all, panelTableName(table)]) expect(name).toMatch(/^[a-z][a-z0-9_]{0,47}$/);
    expect(all.filter((name) => reserved.includes(name))).toEqual([]);
    expect(new Set(all).size).toBe(all.length);
  });

  it('is declared with all of them, and given a value for each', () => {
    for (const column of columns) expect(createPanelTable(table)).toContain(` ${column} `);
    const row = table.columns.map(({ kind }) =>
      kind === 'share' || kind === 'degrees' ? 0.5 : kind === 'text' ? 'x' : 7n,
    );
    const [clear, common, first] = replaceStatements('kappa', { table, version: 5n, asOfMs: 9, rows: [row] });
    expect(clear!.params).toEqual([10n, 'answer']);
    expect(common!.params).toEqual(['answer', 'kappa', new Date(9), 11n]);
    expect(first!.query.match(/\?/g)).toHaveLength(first!.params.length);
    expect(first!.params.slice(0, 2)).toEqual(['answer', 0]);
  });
});

describe('a figure', () => {
  const table = panelTables.find(({ name }) => name === 'broken-machines')!;

  it('is a text, so that it may be unknown; without rows the table is only emptied', () => {
    const row = ['SNACK--1', 'gym', 'silent', 'never', 'unknown'];
    const statements = replaceStatements('kappa', {
      table,
      version: 1n,
      asOfMs: 0,
      rows: [row, [...row.slice(0, 4), 1 / 3]],
    });
    expect(statements.slice(2).map(({ params }) => params.at(-2))).toEqual(['unknown', '0.333333']);
    expect(replaceStatements('kappa', { table, version: 1n, asOfMs: 0, rows: [] })).toHaveLength(1);
  });
});
