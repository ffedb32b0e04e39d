/** The publisher's process: opens the serving store, and keeps the served views in it up to date. */
import { serviceConfig } from '../config/service.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { storeOn } from '../runtimes/docker/cassandra-store.js';
import { openHold } from '../runtimes/docker/holds.js';
import { runService } from '../runtimes/docker/service-runtime.js';
import { keepViews } from './keep-views.js';

await runService('views', async (scope) => {
  const config = serviceConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  await keepViews({ store: storeOn(session, config.lab), hold: openHold(session, 'views', config.holds) }, scope);
});
