/** The validation view's process. It may run twice: both write the same truths under the same keys. */
import { serviceConfig } from '../config/service.js';
import { builtinQuestions } from '../questions/builtin.js';
import { allDataView } from '../runtimes/docker/all-data-view.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { storeOn } from '../runtimes/docker/cassandra-store.js';
import { openHold } from '../runtimes/docker/holds.js';
import { kafkaLog } from '../runtimes/docker/kafka-log.js';
import { runService } from '../runtimes/docker/service-runtime.js';
import { validate } from './validator.js';

await runService('validation', async ({ stop, clock, say }) => {
  const config = serviceConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  while (!stop.aborted) {
    await validate({
      store: storeOn(session, config.lab),
      log: kafkaLog({ broker: config.kafka }),
      rawEvents: allDataView(session, config.lab),
      questions: builtinQuestions,
      clock,
      hold: openHold(session, 'validation', config.holds),
      stopped: () => stop.aborted,
      say,
    });
  }
});
