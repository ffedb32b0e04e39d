/** The publisher: looks at each question's answer twice a second, and keeps its served views up to date. */
import type { Hold, ServingStore } from '../runtimes/ports.js';
import type { ServiceScope } from '../runtimes/service-scope.js';
import { followLive, noViews } from './live-views.js';
import { type Published, publishAnswer, publishChecked } from './publish-views.js';
import { rememberingStore } from './remembering-store.js';

export interface KeptViews {
  readonly store: ServingStore;
  readonly hold: Hold;
}

/** An answer, a pause for its truth to come, the truth, a pause: so often a second, and no more. */
const pauseMs = 250;
const reportEveryMs = 2_000;

/** Runs until it is stopped. Throws what the store throws. */
export async function keepViews(kept: KeptViews, { stop, clock, say }: ServiceScope): Promise<void> {
  const store = rememberingStore(kept.store);
  let views = noViews;
  let reportedMs = 0;
  while (!stop.aborted) {
    views = await followLive(store, views);
    for (const publish of [publishAnswer, publishChecked]) {
      const published = new Map<string, Published>();
      for (const [question, before] of views.published) {
        const after = await publish({ store, question, clock, hold: kept.hold }, before);
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
}

function summary({ answerNumber, checkedNumber, unknown }: Published) {
  return { answer: answerNumber, checked: checkedNumber, unknown };
}
