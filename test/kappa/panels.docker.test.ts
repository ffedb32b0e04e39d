// Goal: each panel of the dashboards Kappa and Machinery reads from a real Cassandra what it needs. Method: its CQL, on the
// Kappa lab.
import { beforeAll, describe, inject } from 'vitest';
import { testMachinery, testPanels, waitForServedViews } from '../dashboards/panels-on-store.js';
import { kappa, useKappa } from '../lab/kappa.js';

describe.runIf(inject('docker'))('the panels of the dashboard Kappa', () => {
  const store = { lab: 'kappa', cql: kappa.cql } as const;

  beforeAll(async () => {
    await useKappa();
    await waitForServedViews(store);
  });

  testPanels(store);
  testMachinery(store);
});
