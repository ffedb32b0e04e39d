// Goal: the dashboard Kappa shows the versions, what the live one says, and whether it is right. Method: its rows, and
// what each panel asks, spelled out.
import { expect, it } from 'vitest';
import { contentsOf, dashboardOf, dataPanels, revenueOn, statsOn } from './dashboard.js';

const versions =
  "SELECT live, pipeline, status, number, position, base_number FROM snacklab.heads WHERE architecture = 'kappa'";

it('has the versions first, and then rows with one stat an item that asks for the row’s face', () => {
  expect(contentsOf(dashboardOf('kappa.json'))).toEqual([
    ['Versions', [['versions', versions]]],
    ['Real Time', statsOn('kappa', 'answer', 'sold_merged')],
    ['Validation', statsOn('kappa', 'checked', 'sold_truth')],
    ['Error', statsOn('kappa', 'checked', 'sold_error')],
    revenueOn('kappa'),
  ]);
});

it('shows the versions as a table that is as wide as the dashboard', () => {
  const [table] = dataPanels(dashboardOf('kappa.json'));
  expect(table).toMatchObject({ type: 'table', gridPos: { x: 0, w: 24 } });
});
