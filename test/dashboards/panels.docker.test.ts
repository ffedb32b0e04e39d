// Goal: every panel of the dashboards Lambda, Machinery and Business shows something true on the real store. Method: each panel's
// CQL as it stands in the committed file, on the shared lab's Cassandra: a name first, exactly one number, and a time.
import { beforeAll, describe, inject } from 'vitest';
import { cql, waitForBase } from '../lab/lambda.js';
import { testBusiness, testMachinery, testPanels, waitForServedViews } from './panels-on-store.js';

describe.runIf(inject('docker'))('the panels of the dashboard Lambda', () => {
  const store = { lab: 'lambda', cql } as const;

  beforeAll(async () => {
    await waitForBase(0);
    await waitForServedViews(store);
  });

  testPanels(store);
  testMachinery(store);
  testBusiness(store);
});
