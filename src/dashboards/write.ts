/** Writes the dashboards' files into the package: `npm run dashboards`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findResources } from '../resources.js';
import { dashboardFiles } from './templates.js';

const folder = join(findResources().grafanaTemplates, 'dashboards');
for (const [name, text] of dashboardFiles()) {
  writeFileSync(join(folder, name), text);
}
