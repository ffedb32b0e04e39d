/** The compactor: looks at each pipeline once a second, gives it a base when its slices are many, and sweeps. */
import type { ServiceScope } from '../src/runtimes/service-scope.js';
import { createSweeper } from '../src/versions/sweep.js';
import { type Compaction, compact } from './compaction.js';

const lookEveryMs = 1_000;
const reportEveryMs = 2_000;

/** Runs until it is stopped. Throws when a publishing is in doubt, and what the store throws. */
export async function keepBases(compaction: Compaction, { stop, clock, say }: ServiceScope): Promise<void> {
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
}
