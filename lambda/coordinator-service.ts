/**
 * The coordinator's process: one step of each version's batch cycle after the other, each from the durable state.
 * It runs in the Hadoop image and submits from there, so that no container needs Docker.
 */
import { randomUUID } from 'node:crypto';
import { coordinatorConfig } from '../src/config/service.js';
import { openCassandraSession } from '../src/runtimes/docker/cassandra-session.js';
import { openCassandraStore } from '../src/runtimes/docker/cassandra-store.js';
import { openHdfsArchive } from '../src/runtimes/docker/hdfs-archive.js';
import { openHold } from '../src/runtimes/docker/holds.js';
import { runService, type ServiceScope } from '../src/runtimes/docker/service-runtime.js';
import { openWebHdfs } from '../src/runtimes/docker/webhdfs.js';
import { createSweeper } from '../src/versions/sweep.js';
import { type Coordinator, stepCycle } from './coordinator.js';
import type { Cycle } from './cycle.js';
import { openYarnEngine } from './yarn-engine.js';

const idleMs = 500;
const reportEveryMs = 2_000;

await runService('coordinator', async (scope) => {
  const config = coordinatorConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  await using store = await openCassandraStore({ contactPoint: config.cassandra, architecture: config.lab });
  const hdfs = openWebHdfs(config.webhdfs);
  const shared: Shared = {
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
  };
  await runCycles(shared, scope);
});

type Shared = Omit<Coordinator, 'pipeline' | 'questions' | 'mayBegin' | 'log'>;

async function runCycles(shared: Shared, { stop, clock, say }: ServiceScope): Promise<void> {
  const { store, engine } = shared;
  const sweeper = createSweeper(store, clock, say);
  const found = new Map<string, Cycle>();
  let reportedMs = 0;
  while (!stop.aborted) {
    const heads = [...(await store.readHeads()).heads.values()];
    for (const { pipeline } of heads.filter(({ status }) => status === 'dropping')) {
      await engine.discard(pipeline, Number.MAX_SAFE_INTEGER);
      found.delete(pipeline);
    }
    for (const { pipeline, questions } of heads.filter(({ status }) => status === 'ready')) {
      const mayBegin = [...found].every(([other, { name }]) => other === pipeline || name === 'idle');
      const log = (line: string) => say(`${pipeline}: ${line}`);
      found.set(pipeline, await stepCycle({ ...shared, pipeline, questions, mayBegin, log }));
    }
    await sweeper.sweep();
    const isIdle = [...found.values()].every(({ name }) => name === 'idle');
    const nowMs = clock.nowMs();
    if (nowMs - reportedMs >= reportEveryMs || !isIdle) {
      reportedMs = nowMs;
      await store.report({ service: 'coordinator', atMs: nowMs, report: Object.fromEntries(found) });
    }
    if (isIdle) await clock.sleep(idleMs);
  }
}
