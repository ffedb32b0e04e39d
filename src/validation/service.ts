/**
 * The validation view's process: follows the versions that readers may follow, each by a validation of its own. It may
 * run twice: both write the same truths under the same keys.
 */
import { archivedLog } from '../archive/archived-log.js';
import { archiveAddress, serviceConfig } from '../config/service.js';
import { allDataView } from '../runtimes/docker/all-data-view.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { storeOn } from '../runtimes/docker/cassandra-store.js';
import { hdfsArchive } from '../runtimes/docker/hdfs-archive.js';
import { openHold } from '../runtimes/docker/holds.js';
import { kafkaLog } from '../runtimes/docker/kafka-log.js';
import { runService } from '../runtimes/docker/service-runtime.js';
import { openWebHdfs } from '../runtimes/docker/webhdfs.js';
import type { Clock, Log } from '../runtimes/ports.js';
import { superviseValidations } from './supervise.js';
import { validate } from './validator.js';

const archivePatienceMs = 120_000;

/** A truth may follow its answer a moment later: half as many answers of the broker. */
const answerMs = 100;

await runService('validation', async ({ stop, clock, say }) => {
  const config = serviceConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  const store = storeOn(session, config.lab);
  const shared = {
    store,
    log: logOf(config.kafka, archiveAddress(), clock),
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

/** The log as far back as it can be read: with an archive, where one is. */
function logOf(broker: string, webhdfs: string | undefined, clock: Clock): Log {
  const log = kafkaLog({ broker, waitMs: answerMs });
  if (webhdfs === undefined) return log;
  return archivedLog({ log, archive: hdfsArchive(openWebHdfs(webhdfs)), clock, patienceMs: archivePatienceMs });
}
