/**
 * All dashboards, as the files that Grafana is provisioned with (grafana_templates/dashboards). The committed files are
 * what this makes: `npm run dashboards` writes them, and a test compares.
 */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { businessDashboard } from './business.js';
import { kappaDashboard } from './kappa.js';
import { lambdaDashboard } from './lambda.js';
import { machineryDashboard } from './machinery.js';

/** File names and their texts. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['business.json', fileText(businessDashboard())],
    ['kappa.json', fileText(kappaDashboard())],
    ['lambda.json', fileText(lambdaDashboard())],
    ['machinery.json', fileText(machineryDashboard())],
  ]);
}

function fileText(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
