/**
 * The validation view's process: follows the versions that readers may follow, each by a validation of its own. It may
 * run twice: both write the same truths under the same keys.
 */
import { serviceConfig } from '../config/service.js';
import { allDataView } from '../runtimes/docker/all-data-view.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { storeOn } from '../runtimes/docker/cassandra-store.js';
import { openHold } from '../runtimes/docker/holds.js';
import { kafkaLog } from '../runtimes/docker/kafka-log.js';
import { runService } from '../runtimes/docker/service-runtime.js';
import { superviseValidations } from './supervise.js';
import { validate } from './validator.js';

await runService('validation', async ({ stop, clock, say }) => {
  const config = serviceConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  const store = storeOn(session, config.lab);
  const shared = {
    store,
    log: kafkaLog({ broker: config.kafka }),
    rawEvents: allDataView(session, config.lab),
    clock,
    hold: openHold(session, 'validation', config.holds),
    stopped: () => stop.aborted,
  };
  await superviseValidations({
    ...shared,
    say,
    validate: (pipeline, isFirst) =>
      validate({ ...shared, pipeline, keepsRawEvents: isFirst, say: (line) => say(`${pipeline}: ${line}`) }),
  });
});
