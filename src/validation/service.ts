/**
 * The validation view's process: one validation for each version that readers may follow. A version that still reads the
 * log's past is left alone: it would only be slowed down. It may run twice: both write the same truths under the same keys.
 */
import { archivedLog } from '../archive/archived-log.js';
import { archiveAddress, serviceConfig } from '../config/service.js';
import { covers } from '../positions/position.js';
import { allDataView } from '../runtimes/docker/all-data-view.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { storeOn } from '../runtimes/docker/cassandra-store.js';
import { hdfsArchive } from '../runtimes/docker/hdfs-archive.js';
import { openHold } from '../runtimes/docker/holds.js';
import { kafkaLog } from '../runtimes/docker/kafka-log.js';
import { runService } from '../runtimes/docker/service-runtime.js';
import { openWebHdfs } from '../runtimes/docker/webhdfs.js';
import type { Clock, Log } from '../runtimes/ports.js';
import type { Heads } from '../serving/head.js';
import { isWhole } from '../versions/versions.js';
import type { RawEventStore } from './raw-events.js';
import { validate } from './validator.js';

const lookEveryMs = 500;
const archivePatienceMs = 120_000;

await runService('validation', async ({ stop, clock, say }) => {
  const config = serviceConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  const store = storeOn(session, config.lab);
  const log = logOf(config.kafka, archiveAddress(), clock);
  const running = new Map<string, Promise<void>>();
  // One that fails ends the process: the next one goes on from the stored truths.
  let failure: { readonly error: unknown } | undefined;
  const start = (pipeline: string) => {
    const validation = validate({
      pipeline,
      store,
      log,
      rawEvents: keptByFirst(allDataView(session, config.lab), pipeline, running),
      clock,
      hold: openHold(session, 'validation', config.holds),
      stopped: () => stop.aborted || failure !== undefined,
      say: (line) => say(`${pipeline}: ${line}`),
    });
    const ended = validation.finally(() => running.delete(pipeline));
    running.set(
      pipeline,
      ended.catch((error) => {
        failure ??= { error };
      }),
    );
  };
  while (!stop.aborted && failure === undefined) {
    for (const pipeline of wanted(await store.readHeads())) if (!running.has(pipeline)) start(pipeline);
    await clock.sleep(lookEveryMs);
  }
  await Promise.all(running.values());
  if (failure !== undefined) throw failure.error;
});

/** The log as far back as it can be read: with an archive, where one is. */
function logOf(broker: string, webhdfs: string | undefined, clock: Clock): Log {
  const log = kafkaLog({ broker });
  if (webhdfs === undefined) return log;
  return archivedLog({ log, archive: hdfsArchive(openWebHdfs(webhdfs)), clock, patienceMs: archivePatienceMs });
}

/** The live version, and those that readers could be moved to. Once followed, one is followed as long as it is there. */
function wanted({ heads, live }: Heads): readonly string[] {
  const followed = heads.get(live);
  if (followed === undefined) return [];
  return [...heads.values()]
    .filter((head) => head.status === 'ready' && isWhole(head) && covers(head.position, followed.position))
    .map(({ pipeline }) => pipeline);
}

/** Of one log there is one set of raw events: the validation that has run for longest keeps it. */
function keptByFirst(rawEvents: RawEventStore, pipeline: string, running: ReadonlyMap<string, unknown>): RawEventStore {
  const isFirst = () => [...running.keys()][0] === pipeline;
  return {
    keep: async (events) => (isFirst() ? rawEvents.keep(events) : undefined),
    say: async (state) => (isFirst() ? rawEvents.say(state) : undefined),
  };
}
