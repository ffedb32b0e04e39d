/**
 * The coordinator's process: opens what the batch cycles need, and runs them.
 * It runs in the Hadoop image and submits from there, so that no container needs Docker.
 */
import { randomUUID } from 'node:crypto';
import { coordinatorConfig } from '../src/config/service.js';
import { openCassandraSession } from '../src/runtimes/docker/cassandra-session.js';
import { openCassandraStore } from '../src/runtimes/docker/cassandra-store.js';
import { openHdfsArchive } from '../src/runtimes/docker/hdfs-archive.js';
import { openHold } from '../src/runtimes/docker/holds.js';
import { runService } from '../src/runtimes/docker/service-runtime.js';
import { openWebHdfs } from '../src/runtimes/docker/webhdfs.js';
import type { ArchiveStore } from '../src/runtimes/ports.js';
import { runCycles, type Shared } from './cycles.js';
import { openYarnEngine } from './yarn-engine.js';

/** The client needs some seconds on a small machine until YARN has the job. */
const limits = { jobMsMax: 15 * 60_000, jobLookMs: 1_000, submissionMsMax: 30_000, attemptsMax: 5, slicesMax: 2_000 };

await runService('coordinator', async (scope) => {
  const config = coordinatorConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  await using store = await openCassandraStore({ contactPoint: config.cassandra, architecture: config.lab });
  const hdfs = openWebHdfs(config.webhdfs);
  const shared: Shared = {
    store,
    archive: whenNeeded(() => openHdfsArchive(hdfs, scope.clock.nowMs())),
    engine: openYarnEngine({
      hdfs,
      yarn: config.yarn,
      streaming: '/opt/hadoop/streaming',
      task: '/usr/local/bin/node /opt/snacklab/batch-task.mjs',
    }),
    clock: scope.clock,
    limits: { ...limits, batchEveryMs: config.batchEveryMs },
    hold: openHold(session, 'coordinator', config.holds),
    newId: randomUUID,
  };
  await runCycles(shared, scope);
});

/** Opened by the first who needs it: slices are folded while HDFS is away, also by a process that starts then. */
function whenNeeded(open: () => Promise<ArchiveStore>): Shared['archive'] {
  let opened: ArchiveStore | undefined;
  const archive = async () => {
    opened ??= await open();
    return opened;
  };
  return {
    list: async () => (await archive()).list(),
    remove: async (path) => (await archive()).remove(path),
  };
}
