/**
 * The coordinator's process: one step of the batch cycle after the other, each from the durable state.
 * It runs in the Hadoop image and submits from there, so that no container needs Docker.
 */
import { randomUUID } from 'node:crypto';
import { coordinatorConfig } from '../src/config/service.js';
import { builtinQuestions } from '../src/questions/builtin.js';
import { openCassandraSession } from '../src/runtimes/docker/cassandra-session.js';
import { openCassandraStore } from '../src/runtimes/docker/cassandra-store.js';
import { openHdfsArchive } from '../src/runtimes/docker/hdfs-archive.js';
import { openHold } from '../src/runtimes/docker/holds.js';
import { runService, type ServiceScope } from '../src/runtimes/docker/service-runtime.js';
import { openWebHdfs } from '../src/runtimes/docker/webhdfs.js';
import { type Coordinator, stepCycle } from './coordinator.js';
import { openYarnEngine } from './yarn-engine.js';

const idleMs = 500;
const reportEveryMs = 2_000;

await runService('coordinator', async (scope) => {
  const config = coordinatorConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  await using store = await openCassandraStore({ contactPoint: config.cassandra, architecture: config.lab });
  const hdfs = openWebHdfs(config.webhdfs);
  const heads = await store.readHeads();
  const coordinator: Coordinator = {
    pipeline: heads.live,
    questions: builtinQuestions,
    store,
    archive: await openHdfsArchive(hdfs, scope.clock.nowMs()),
    engine: await openYarnEngine({
      hdfs,
      yarn: config.yarn,
      streaming: '/opt/hadoop/streaming',
      task: '/usr/local/bin/node /opt/snacklab/batch-task.mjs',
    }),
    clock: scope.clock,
    limits: { batchEveryMs: config.batchEveryMs, jobMsMax: 15 * 60_000, attemptsMax: 5, slicesMax: 2_000 },
    hold: openHold(session, 'coordinator', config.holds),
    newId: randomUUID,
    log: scope.say,
  };
  await runCycle(coordinator, scope);
});

async function runCycle(coordinator: Coordinator, scope: ServiceScope): Promise<void> {
  let reportedMs = 0;
  while (!scope.stop.aborted) {
    const cycle = await stepCycle(coordinator);
    const nowMs = scope.clock.nowMs();
    if (nowMs - reportedMs >= reportEveryMs || cycle.name !== 'idle') {
      reportedMs = nowMs;
      await coordinator.store.report({ service: 'coordinator', atMs: nowMs, report: { ...cycle } });
    }
    if (cycle.name === 'idle') await scope.clock.sleep(idleMs);
  }
}
