/** The publisher's process: looks at each question's answer twice a second, and keeps its served views up to date. */
import { serviceConfig } from '../config/service.js';
import { openCassandraSession } from '../runtimes/docker/cassandra-session.js';
import { storeOn } from '../runtimes/docker/cassandra-store.js';
import { openHold } from '../runtimes/docker/holds.js';
import { runService } from '../runtimes/docker/service-runtime.js';
import type { ServingStore } from '../runtimes/ports.js';
import { nothingPublished, type Published, type Publishing, publishAnswer, publishChecked } from './publish-views.js';
import { withSliceCache } from './slice-cache.js';

/** An answer, a pause for its truth to come, the truth, a pause: so often a second, and no more. */
const pauseMs = 250;
const reportEveryMs = 2_000;

await runService('views', async ({ stop, clock, say }) => {
  const config = serviceConfig();
  await using session = await openCassandraSession({ contactPoint: config.cassandra });
  const store = withSliceCache(storeOn(session, config.lab));
  const hold = openHold(session, 'views', config.holds);
  const views = new Map<string, View>();
  let reportedMs = 0;
  while (!stop.aborted) {
    for (const question of await liveQuestions(store)) {
      if (!views.has(question)) {
        views.set(question, { publishing: { store, question, clock, hold }, published: nothingPublished });
      }
    }
    for (const publish of [publishAnswer, publishChecked]) {
      for (const view of views.values()) {
        const { unknown } = view.published;
        view.published = await publish(view.publishing, view.published);
        if (view.published.unknown !== unknown) {
          say(`${view.publishing.question}: ${view.published.unknown ?? 'is known'}`);
        }
      }
      await clock.sleep(pauseMs);
    }
    if (clock.nowMs() - reportedMs < reportEveryMs) continue;
    reportedMs = clock.nowMs();
    const report = Object.fromEntries([...views].map(([question, { published }]) => [question, summary(published)]));
    await store.report({ service: 'views', atMs: reportedMs, report });
  }
});

interface View {
  readonly publishing: Publishing;
  published: Published;
}

/** What the live version answers, by name; nothing before there is one. */
async function liveQuestions(store: ServingStore): Promise<readonly string[]> {
  const { heads, live } = await store.readHeads();
  return heads.get(live)?.questions.map(({ name }) => name) ?? [];
}

function summary({ answerNumber, checkedNumber, unknown }: Published) {
  return { answer: answerNumber, checked: checkedNumber, unknown };
}
