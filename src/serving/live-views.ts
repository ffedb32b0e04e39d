/**
 * Which views are published: those of the live version's questions, and no others. After a switch the views that the new
 * live version lacks are emptied: nobody keeps them up to date, and they would stay as if they were.
 */
import type { ServingStore } from '../runtimes/ports.js';
import { nothingPublished, type Published } from './publish-views.js';
import { emptiedVersion } from './served-view.js';

/** What was published of each of the live version's questions, by name. */
export interface LiveViews {
  /** The switch that these follow; undefined before the first look. */
  readonly generation: number | undefined;
  readonly published: ReadonlyMap<string, Published>;
}

export const noViews: LiveViews = { generation: undefined, published: new Map() };

/**
 * Looks at the live version and follows a switch. What it empties follows from the heads and the tables alone, so a
 * publisher that was away for a switch, or was killed within one, does the same on its next start.
 */
export async function followLive(
  store: Pick<ServingStore, 'readHeads' | 'emptyOtherViews'>,
  views: LiveViews,
): Promise<LiveViews> {
  const { heads, live, generation } = await store.readHeads();
  const head = heads.get(live);
  if (head === undefined || generation === views.generation) return views;
  await store.emptyOtherViews(head.questions, emptiedVersion(generation));
  const published = head.questions.map(({ name }) => [name, views.published.get(name) ?? nothingPublished] as const);
  return { generation, published: new Map(published) };
}
