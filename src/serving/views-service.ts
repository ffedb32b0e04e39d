/** The publisher's process: looks at each question's answer twice a second, and keeps its served views up to date. */
import { serviceConfig } from '../config/service.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { storeOn } from '../runtimes/docker/cassandra-store.js';
import { openHold } from '../runtimes/docker/holds.js';
import { runService } from '../runtimes/docker/service-runtime.js';
import { followLive, noViews } from './live-views.js';
import { type Published, publishAnswer, publishChecked } from './publish-views.js';
import { withSliceCache } from './slice-cache.js';

/** An answer, a pause for its truth to come, the truth, a pause: so often a second, and no more. */
const pauseMs = 250;
const reportEveryMs = 2_000;

await runService('views', async ({ stop, clock, say }) => {
  const config = serviceConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  const store = withSliceCache(storeOn(session, config.lab));
  const hold = openHold(session, 'views', config.holds);
  let views = noViews;
  let reportedMs = 0;
  while (!stop.aborted) {
    views = await followLive(store, views);
    for (const publish of [publishAnswer, publishChecked]) {
      const published = new Map<string, Published>();
      for (const [question, before] of views.published) {
        const after = await publish({ store, question, clock, hold }, before);
        if (after.unknown !== before.unknown) say(`${question}: ${after.unknown ?? 'is known'}`);
        published.set(question, after);
      }
      views = { ...views, published };
      await clock.sleep(pauseMs);
    }
    if (clock.nowMs() - reportedMs < reportEveryMs) continue;
    reportedMs = clock.nowMs();
    const report = Object.fromEntries([...views.published].map(([question, one]) => [question, summary(one)]));
    await store.report({ service: 'views', atMs: reportedMs, report });
  }
});

function summary({ answerNumber, checkedNumber, unknown }: Published) {
  return { answer: answerNumber, checked: checkedNumber, unknown };
}
