/** The process of all that follows from answers: opens the serving store, and keeps the served views and the alerts in it. */
import { keepAlerts } from '../alerts/keep-alerts.js';
import { webhookSender } from '../alerts/webhook.js';
import { serviceConfig, webhookAddress } from '../config/service.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { storeOn } from '../runtimes/docker/cassandra-store.js';
import { openHold } from '../runtimes/docker/holds.js';
import { runService } from '../runtimes/docker/service-runtime.js';
import { keepViews } from './keep-views.js';

await runService('views', async (scope) => {
  const config = serviceConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  const store = storeOn(session, config.lab);
  const hold = openHold(session, 'views', config.holds);
  const address = webhookAddress();
  const send = address === undefined ? undefined : webhookSender(address, config.lab);
  // The failure of one ends the process, and both begin anew.
  await Promise.all([keepViews({ store, hold }, scope), keepAlerts({ store, send }, scope)]);
});
