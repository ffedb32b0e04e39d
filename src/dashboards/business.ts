/**
 * The dashboard "Business": what the shop's owner asks, and what needs a reaction, as tables that are made for it, and a map. One file
 * for both labs: a lab's Cassandra has its own alone.
 */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { presentedAnswers } from '../presented/all.js';
import { machinesOnTheMap } from '../presented/machines.js';
import { newestFace, panelColumn, panelTableName } from '../runtimes/docker/panel-tables.js';
import { type PanelTable, raisedTable } from '../serving/keep-presented.js';
import { cassandra, cassandraQuery } from './cassandra-query.js';
import { mapPanel } from './machine-map.js';
import { gridWidth, keyspace, type PanelRow, type PlacedPanel, rowsDashboard } from './rows-dashboard.js';

/** Each row's title, and which tables stand in it. */
const rows: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['What needs a reaction', ['alerts']],
  ['Machines', ['broken-machines', 'empty-soon']],
  ['Money', ['unprofitable-machines', 'where-most-is-sold']],
  ['The city', ['machines-on-the-map', 'where-most-buy']],
  ['Trends', ['sales-trend', 'healthy-share']],
  ['Services', ['services-due']],
];

const raisedSays = 'What is raised now, the newest first, each with the answer that it was decided by';

export function businessDashboard(): Dashboard {
  const title = {
    name: 'business',
    title: 'Business',
    description: 'What the shop’s owner asks, and what needs a reaction: made of exact sums of the live version.',
  };
  return rowsDashboard(title, rows.map(rowOfTables));
}

function rowOfTables([title, names]: (typeof rows)[number]): PanelRow {
  return {
    title,
    panels: names.map(panelOf),
    panelWidth: gridWidth / names.length,
    panelHeight: names.includes(map) ? 14 : 9,
  };
}

/** What is drawn on a map; all else is a table. */
const map = machinesOnTheMap.name;

function panelOf(name: string): PlacedPanel {
  const presented = presentedAnswers.find((one) => one.name === name);
  const table = presented ?? raisedTable;
  const needs =
    presented === undefined ? '' : ` Made of ${presented.of.name}: empty where the live version does not answer it.`;
  const panel = name === map ? mapPanel() : new TableBuilder();
  return panel
    .title(name.replaceAll('-', ' '))
    .description(`${presented?.asks ?? raisedSays}${needs}`)
    .datasource(cassandra)
    .withTarget(cassandraQuery('A', statement(table)))
    .noValue('no rows yet');
}

/** `lab` comes first: it has one value in all rows, and the data source makes a table for each value of the first column. */
function statement(table: PanelTable): string {
  const columns = ['lab', ...table.columns.map(({ name }) => panelColumn(name)), 'as_of'].join(', ');
  return `SELECT ${columns} FROM ${keyspace}.${panelTableName(table)} WHERE face = '${newestFace}'`;
}
