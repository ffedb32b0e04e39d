/**
 * Compaction: merges a base and the slices after it into the next base, and publishes that as Lambda's batch publishes
 * its own. So what a reader fetches stays bounded without a second count of the log. Each step may be repeated: the new
 * base is named by a durable counter, published only if it follows the base it was made from, and what the head then
 * no longer names is retired (protocol rule 7). It never counts events.
 */
import { LabError } from '../src/errors.js';
import type { ServingStore } from '../src/runtimes/ports.js';
import { type Head, mergedNumber } from '../src/serving/head.js';
import { type Answer, merge } from '../src/serving/merge.js';
import { allocateBaseId, publishBase, retire } from '../src/serving/publish.js';
import { readParts } from '../src/serving/read-answer.js';

/** What compaction needs of its surroundings. `hold` is for tests that stop it at a point. */
export interface Compaction {
  readonly store: ServingStore;
  /** So many slices after a base are worth the next one. */
  readonly slicesPerBase: number;
  readonly hold: (point: string) => Promise<void>;
  readonly say: (line: string) => void;
}

/** A reader fetches so many slices in a few pages. */
export const slicesPerBase = 50;

/** `waits`: too few slices. `unknown`: a part is missing, which the next try may find. `overtaken`: another was quicker. */
export type Compacted = 'published' | 'waits' | 'unknown' | 'overtaken';

/** Makes and publishes the next base of a pipeline, if it has slices enough. Throws when its publishing is in doubt. */
export async function compact({ store, slicesPerBase, hold, say }: Compaction, head: Head): Promise<Compacted> {
  if (head.number - mergedNumber(head) < slicesPerBase) return 'waits';
  const answers = await Promise.all(
    head.questions.map(async (question) => merge(head, question, await readParts(store, head, question))),
  );
  const missing = answers.find((answer) => 'unknown' in answer);
  if (missing !== undefined && 'unknown' in missing) {
    say(`not compacted: ${missing.unknown}`);
    return 'unknown';
  }
  await hold('merged');
  const id = await allocateBaseId(store, head);
  if (id === undefined) return 'overtaken';
  for (const [i, question] of head.questions.entries()) await writeBase(store, id, question.name, answers[i] as Answer);
  await hold('base-loaded');
  const outcome = await publishBase(store, {
    pipeline: head.pipeline,
    incarnation: head.incarnation,
    baseId: id,
    baseNumber: head.number,
    baseCut: head.position,
    oldBaseId: head.baseId,
    oldFoldId: head.foldId,
  });
  if (outcome === 'in-doubt') {
    throw new LabError(`publishing base ${id} of ${head.pipeline} is in doubt`, { kind: 'unavailable' });
  }
  if (outcome === 'refused') return 'overtaken';
  say(`base ${id} of ${head.pipeline} is published: slices up to ${head.number} are in it`);
  await hold('published');
  await retire(store, head.pipeline, head.questions);
  return 'published';
}

function writeBase(store: ServingStore, id: number, question: string, answer: Answer): Promise<void> {
  const { incarnation, number, origin, position, messages, rejected, merged } = answer;
  const place = { incarnation, id, question, number, from: origin, until: position };
  return store.writeBase({ kind: 'base', ...place, messages, rejected, sums: merged });
}
