/** The compactor's process: looks at each pipeline once a second and gives it a base when its slices are many. */
import { serviceConfig } from '../src/config/service.js';
import { openCassandraSession } from '../src/runtimes/docker/cassandra-session.js';
import { storeOn } from '../src/runtimes/docker/cassandra-store.js';
import { openHold } from '../src/runtimes/docker/holds.js';
import { runService } from '../src/runtimes/docker/service-runtime.js';
import { createSweeper } from '../src/versions/sweep.js';
import { type Compaction, compact, slicesPerBase } from './compaction.js';

const lookEveryMs = 1_000;
const reportEveryMs = 2_000;

await runService('compactor', async ({ stop, clock, say }) => {
  const config = serviceConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  const compaction: Compaction = {
    store: storeOn(session, config.lab),
    slicesPerBase,
    hold: openHold(session, 'compactor', config.holds),
    say,
  };
  const sweeper = createSweeper(compaction.store, clock, say);
  let reportedMs = 0;
  while (!stop.aborted) {
    const { heads } = await compaction.store.readHeads();
    const ready = [...heads.values()].filter(({ status }) => status === 'ready');
    for (const head of ready) await compact(compaction, head);
    await sweeper.sweep();
    if (clock.nowMs() - reportedMs >= reportEveryMs) {
      reportedMs = clock.nowMs();
      const report = Object.fromEntries(
        ready.map(({ pipeline, baseId, baseNumber }) => [pipeline, { baseId, baseNumber }]),
      );
      await compaction.store.report({ service: 'compactor', atMs: reportedMs, report });
    }
    await clock.sleep(lookEveryMs);
  }
});
