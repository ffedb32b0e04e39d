/**
 * Keeps the machinery's figures over time, from looks that somebody else takes: every few seconds one look's figures are
 * stored under its instant. A look that failed stores nothing, and so does one before the next is due.
 */
import type { SeenView } from '../console/model.js';
import type { ServingStore, Slice } from '../runtimes/ports.js';
import { epochOf, type Heads } from '../serving/head.js';
import { type Earlier, earlierOf, type Figures, figuresOf } from './figures.js';

/** Where figures are kept: all of one instant at once. Written again they change nothing. */
export type KeepFigures = (atMs: number, figures: Figures) => Promise<void>;

const everyMs = 2_000;

/** What is to be called with each look and the heads that it saw. Throws what the store throws. */
export function figureRecorder(
  store: Pick<ServingStore, 'readSlices'>,
  keep: KeepFigures,
): (seen: SeenView, heads: Heads) => Promise<void> {
  let earlier: Earlier | undefined;
  let keptMs = Number.NEGATIVE_INFINITY;
  return async (seen, heads) => {
    if (seen.atMs - keptMs < everyMs) return;
    keptMs = seen.atMs;
    await keep(seen.atMs, figuresOf(seen, await newestSlice(store, heads), earlier));
    earlier = earlierOf(seen);
  };
}

/** The last slice of the live version: of any of its questions, since all have the same messages and times. */
async function newestSlice(
  store: Pick<ServingStore, 'readSlices'>,
  { heads, live }: Heads,
): Promise<Slice | undefined> {
  const head = heads.get(live);
  const question = head?.questions[0];
  if (head === undefined || question === undefined) return undefined;
  const slices = await store.readSlices(head.incarnation, question.name, head.number - 1, head.number);
  // An orphan of another epoch may have the same number.
  return slices.find(({ epoch }) => epoch === epochOf(head, head.number));
}
