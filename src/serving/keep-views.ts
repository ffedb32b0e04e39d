/** The publisher: looks at each question's answer twice a second, seldom where its view is dear to write, and keeps it up to date. */
import { LabError } from '../errors.js';
import type { Hold, ServingStore } from '../runtimes/ports.js';
import type { ServiceScope } from '../runtimes/service-scope.js';
import { followLive, noViews } from './live-views.js';
import { type Published, publishAnswer, publishChecked } from './publish-views.js';
import type { AnswerSource } from './read-answer.js';
import { restingWork } from './resting.js';
import { sayingOnce } from './said-once.js';

export interface KeptViews {
  /** One that remembers answers (./remembering-store.ts) spares most of the reading. */
  readonly store: ServingStore & AnswerSource;
  readonly hold: Hold;
}

/** An answer, a pause for its truth to come, the truth, a pause: so often a second, and no more. */
const pauseMs = 250;
const reportEveryMs = 2_000;
const faces = [
  ['answer', publishAnswer],
  ['checked', publishChecked],
] as const;

/**
 * Runs until it is stopped. Throws where the store is away; a view that cannot be written otherwise, as one that is too large
 * for its store, is said, and hinders no other.
 */
export async function keepViews({ store, hold }: KeptViews, { stop, clock, say }: ServiceScope): Promise<void> {
  const resting = restingWork(clock);
  const problems = sayingOnce(say);
  const trying = async (piece: string, publish: () => Promise<Published>) => {
    const what = `the view ${piece} is not written`;
    try {
      const published = await publish();
      problems.passed(what);
      return published;
    } catch (error) {
      if (error instanceof LabError && error.kind === 'unavailable') throw error;
      problems.failed(what, error);
      return undefined;
    }
  };
  let views = noViews;
  let reportedMs = 0;
  while (!stop.aborted) {
    views = await followLive(store, views);
    for (const [face, publish] of faces) {
      const published = new Map<string, Published>();
      for (const [question, before] of views.published) {
        const publishing = { store, question, clock, hold };
        const piece = `${face} ${question}`;
        const after = (await resting(piece, () => trying(piece, () => publish(publishing, before)))) ?? before;
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
