/** The process of all that follows from answers: opens the serving store, and keeps the served views and the alerts in it. */
import { type KeptAlerts, keepAlerts } from '../alerts/keep-alerts.js';
import { webhookSender } from '../alerts/webhook.js';
import { serviceConfig, webhookAddress } from '../config/service.js';
import { describeError } from '../errors.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { storeOn } from '../runtimes/docker/cassandra-store.js';
import { openHold } from '../runtimes/docker/holds.js';
import { runService } from '../runtimes/docker/service-runtime.js';
import type { ServiceScope } from '../runtimes/service-scope.js';
import { keepViews } from './keep-views.js';

const againMs = 5_000;

await runService('views', async (scope) => {
  const config = serviceConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  const store = storeOn(session, config.lab);
  const hold = openHold(session, 'views', config.holds);
  const address = webhookAddress();
  const send = address === undefined ? undefined : webhookSender(address, config.lab);
  await Promise.all([keepViews({ store, hold }, scope), alertsAgain({ store, send }, scope)]);
});

/** A change of the book that is in doubt is no reason to keep no views: alerts begin anew by themselves. */
async function alertsAgain(kept: KeptAlerts, scope: ServiceScope): Promise<void> {
  const say = (line: string) => scope.say(`alerts: ${line}`);
  while (!scope.stop.aborted) {
    try {
      await keepAlerts(kept, { ...scope, say });
    } catch (error) {
      say(`failed: ${describeError(error)}`);
      await scope.clock.sleep(againMs);
    }
  }
}
