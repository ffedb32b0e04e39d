/** The compactor's process: opens the serving store, and keeps the bases of all pipelines in it. */
import { serviceConfig } from '../src/config/service.js';
import { openCassandraSession } from '../src/runtimes/docker/cassandra-session.js';
import { storeOn } from '../src/runtimes/docker/cassandra-store.js';
import { openHold } from '../src/runtimes/docker/holds.js';
import { runService } from '../src/runtimes/docker/service-runtime.js';
import { slicesPerBase } from './compaction.js';
import { keepBases } from './keep-bases.js';

await runService('compactor', async (scope) => {
  const config = serviceConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  const hold = openHold(session, 'compactor', config.holds);
  await keepBases({ store: storeOn(session, config.lab), slicesPerBase, hold, say: scope.say }, scope);
});
