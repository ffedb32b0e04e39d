// Goal: the dashboard Lambda shows each face of the answer. Method: its rows, and what each panel asks, spelled out.
import { expect, it } from 'vitest';
import { contentsOf, dashboardOf, revenueOn, statsOn } from './dashboard.js';

it('has its rows in order, each with one stat an item that asks for the row’s face', () => {
  expect(contentsOf(dashboardOf('lambda.json'))).toEqual([
    ['Real Time', statsOn('lambda', 'answer', 'sold_real_time')],
    ['Batch', statsOn('lambda', 'answer', 'sold_base')],
    ['Merged', statsOn('lambda', 'answer', 'sold_merged')],
    ['Validation', statsOn('lambda', 'checked', 'sold_truth')],
    ['Error', statsOn('lambda', 'checked', 'sold_error')],
    revenueOn('lambda'),
  ]);
});
