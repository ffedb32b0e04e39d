/**
 * The dashboard "Machinery": how a lab works, over time. It is the same in both labs, and a Grafana has no variable that
 * says whose it is: a chart asks for either architecture's line, and in a lab one of the two is there.
 */

import { LegendDisplayMode, LegendPlacement, VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { type FigureName, figures, type Unit } from '../machinery/figures.js';
import type { LabName } from '../resources.js';
import { cassandra, cassandraQuery } from './cassandra-query.js';
import { gridWidth, keyspace, type PanelRow, rowsDashboard } from './rows-dashboard.js';

/** The rows, each with the figures that belong together. */
const rows: readonly (readonly [title: string, figures: readonly FigureName[]])[] = [
  ['Age and lag', ['commit-age', 'stream-lag', 'validation-lag', 'archive-lag']],
  ['Throughput', ['log-rate', 'stream-rate', 'slice-messages']],
  ['Slices and bases', ['slices-after-base', 'messages-after-base', 'base-id']],
  ['Batch', ['batch-took', 'batch-failures']],
  ['Storage', ['log-messages', 'stored-bytes', 'archive-bytes', 'archive-files']],
  ['What is wrong with messages', ['rejected-messages', 'repeated-messages']],
];

const both: readonly LabName[] = ['lambda', 'kappa'];
/** Only one architecture has a batch. */
const ofLambdaAlone: readonly FigureName[] = ['batch-took', 'batch-failures'];

/** Grafana's names of units. */
const units: Readonly<Record<Unit, string>> = {
  ms: 'ms',
  bytes: 'bytes',
  messages: 'locale',
  'messages/s': 'locale',
  slices: 'locale',
  bases: 'locale',
  attempts: 'locale',
  files: 'locale',
};

/** Nothing is drawn through a time that nobody looked at. */
const gapMs = 20_000;

export function machineryDashboard(): Dashboard {
  const title = {
    name: 'machinery',
    title: 'Machinery',
    description: 'How the lab works: ages, lags, throughput, batch cycles, slices and storage, every two seconds.',
  };
  return rowsDashboard(title, rows.map(rowOfCharts));
}

function rowOfCharts([title, names]: (typeof rows)[number]): PanelRow {
  return { title, panels: names.map(chart), panelWidth: gridWidth / names.length, panelHeight: 7 };
}

function chart(name: FigureName): PanelBuilder {
  const { unit, says } = figures[name];
  const labs = ofLambdaAlone.includes(name) ? both.slice(0, 1) : both;
  const panel = new PanelBuilder()
    .title(name.replaceAll('-', ' '))
    .description(`${says} (${unit})`)
    .datasource(cassandra)
    .unit(units[unit])
    .min(0)
    .insertNulls(gapMs)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    )
    .noValue('no figures yet');
  labs.forEach((lab, i) => {
    panel.withTarget(cassandraQuery('AB'[i]!, statement(lab, name)));
  });
  return panel;
}

/** One series, named by its lab. The macros are the bounds of what is shown, in epoch ms. */
function statement(lab: LabName, figure: FigureName): string {
  const during = 'at >= $__timeFrom AND at <= $__timeTo';
  return `SELECT lab, value, at FROM ${keyspace}.machinery WHERE lab = '${lab}' AND figure = '${figure}' AND ${during}`;
}
