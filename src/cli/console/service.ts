/**
 * The console's process in a container: it reads the serving store and the log as any client does, keeps the machinery's
 * figures for Grafana, and presses buttons by writing what is wanted. It reaches no Docker engine: what versions have room
 * for is told to it in its environment.
 */
import { fileURLToPath } from 'node:url';
import { consoleConfig } from '../../config/console.js';
import { runConsole } from '../../console/run-console.js';
import { figureRecorder } from '../../machinery/record.js';
import type { LabName } from '../../resources.js';
import { openCassandraSession } from '../../runtimes/docker/cassandra-session.js';
import { storeOn } from '../../runtimes/docker/cassandra-store.js';
import { type KafkaAdmin, openKafkaAdmin } from '../../runtimes/docker/kafka-admin.js';
import { kafkaLog } from '../../runtimes/docker/kafka-log.js';
import { machineryFigures } from '../../runtimes/docker/machinery-figures.js';
import { runService } from '../../runtimes/docker/service-runtime.js';
import { createTables } from '../../runtimes/docker/setup.js';
import type { Clock } from '../../runtimes/ports.js';
import { eventTopic } from '../../runtimes/topics.js';
import { mustFit } from '../../versions/room.js';
import type { VersionLab } from '../commands/start-version.js';
import type { LogExtent } from '../lab.js';
import { archiveReportIn } from '../replay-reach.js';
import { consoleLab } from './lab.js';

/** Beside this bundle. */
const page = fileURLToPath(new URL('./console/', import.meta.url));
const logPatienceMs = 5_000;
const extentMsMax = 4_000;

await runService('console', async (scope) => {
  const config = consoleConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  const found: VersionLab = {
    lab: config.lab,
    openLog: async (patienceMs = logPatienceMs) => {
      // It connects for each call.
      return { ...kafkaLog({ broker: config.kafka, patienceMs }), [Symbol.asyncDispose]: async () => {} };
    },
    mustHaveRoom: async (heads) => mustFit(heads, config.room),
    createServedTables: (questions) => createTables(session, questions),
    archiveSaid: (reports) => archiveReportIn(archiveOf(config), reports),
  };
  const store = storeOn(session, config.lab);
  const { clock, stop: signal } = scope;
  const extent = extentOf(config.kafka, clock);
  const record = figureRecorder(store, machineryFigures(session, config.lab));
  const lab = { ...consoleLab({ lab: config.lab, runtime: 'docker', store, found, extent, clock, signal }), record };
  const { host, port, token, isPrivate, version } = config;
  await runConsole(lab, { host, port, token, isPrivate, page, version }, scope);
});

/** Asks over one connection, twice a second; one that broke is made anew. What takes long is not known this time. */
function extentOf(broker: string, clock: Clock): () => Promise<LogExtent | undefined> {
  let admin: Promise<KafkaAdmin> | undefined;
  const ask = async () => {
    const asked = admin ?? openKafkaAdmin(broker);
    admin = asked;
    try {
      const open = await asked;
      const [starts, ends] = await Promise.all([open.starts(eventTopic), open.ends(eventTopic)]);
      return { starts, ends };
    } catch {
      if (admin === asked) admin = undefined;
      await asked.then((broken) => broken[Symbol.asyncDispose]()).catch(() => {});
      return undefined;
    }
  };
  return () => Promise.race([ask(), clock.sleep(extentMsMax).then(() => undefined)]);
}

/** Lambda's archive is what its batch counts: a replay never reads it. */
function archiveOf({ lab, webhdfs }: { readonly lab: LabName; readonly webhdfs: string | undefined }) {
  return lab === 'kappa' && webhdfs !== undefined ? [{ service: 'archive' }] : [];
}
