/** The process of all that follows from answers: opens the serving store, and keeps the served views, the alerts and what panels read in it. */
import { keepAlerts } from '../alerts/keep-alerts.js';
import { webhookSender } from '../alerts/webhook.js';
import { serviceConfig, webhookAddress } from '../config/service.js';
import { describeError } from '../errors.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { storeOn } from '../runtimes/docker/cassandra-store.js';
import { openHold } from '../runtimes/docker/holds.js';
import { panelTablesOn } from '../runtimes/docker/panel-tables.js';
import { runService } from '../runtimes/docker/service-runtime.js';
import type { ServiceScope } from '../runtimes/service-scope.js';
import { keepPresented } from './keep-presented.js';
import { keepViews } from './keep-views.js';
import { rememberingStore } from './remembering-store.js';

const againMs = 5_000;

await runService('views', async (scope) => {
  const config = serviceConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  const store = storeOn(session, config.lab);
  const hold = openHold(session, 'views', config.holds);
  const address = webhookAddress();
  const send = address === undefined ? undefined : webhookSender(address, config.lab);
  // What is read is remembered once for all three.
  const reading = rememberingStore(store);
  await Promise.all([
    keepViews({ store: reading, hold }, scope),
    again('alerts', (own) => keepAlerts({ store, reading, send }, own), scope),
    again('panels', (own) => keepPresented({ store, reading, keep: panelTablesOn(session, config.lab) }, own), scope),
  ]);
});

/** Its failure is no reason to keep no views: it begins anew by itself. */
async function again(name: string, keep: (scope: ServiceScope) => Promise<void>, scope: ServiceScope): Promise<void> {
  const say = (line: string) => scope.say(`${name}: ${line}`);
  while (!scope.stop.aborted) {
    try {
      await keep({ ...scope, say });
    } catch (error) {
      say(`failed: ${describeError(error)}`);
      await scope.clock.sleep(againMs);
    }
  }
}
