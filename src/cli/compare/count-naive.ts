/** How many answers of the Lambda lab would have been exact if they had been merged naively: read at the same heads. */
import { cycleOf } from '../../../lambda/cycle.js';
import { itemsSold } from '../../questions/builtin.js';
import type { ServingStore } from '../../runtimes/ports.js';
import { merge } from '../../serving/merge.js';
import { naiveMerge } from '../../serving/naive-merge.js';
import { readParts } from '../../serving/read-answer.js';
import { sameTable } from '../../sums/table.js';
import { liveHead } from '../live-version.js';
import type { CommandContext } from '../report.js';
import type { Measurements } from './measurements.js';

const askEveryMs = 200;

/** Looks until `untilMs`. A head whose parts are being replaced while they are read is no sample. */
export async function countNaive(
  store: ServingStore,
  untilMs: number,
  { clock, signal }: Pick<CommandContext, 'clock' | 'signal'>,
): Promise<NonNullable<Measurements['naive']>> {
  const counted = { ok: 0, wrong: 0 };
  while (clock.nowMs() < untilMs) {
    signal.throwIfAborted();
    const head = liveHead(await store.readHeads());
    const [parts, record] = await Promise.all([readParts(store, head, itemsSold), store.readState(head.pipeline)]);
    const exact = merge(head, itemsSold, parts);
    const last = cycleOf(head, record)?.history.lastPublished;
    const isKnown = head.foldId === 0 && (head.baseId === 0 || last?.baseId === head.baseId);
    if (!('unknown' in exact) && isKnown) {
      const naive = naiveMerge(head, itemsSold, parts, head.baseId === 0 ? undefined : last?.publishedMs);
      counted[sameTable(naive, exact.merged) ? 'ok' : 'wrong'] += 1;
    }
    await clock.sleep(askEveryMs);
  }
  return counted;
}
