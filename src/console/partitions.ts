/** The log's partitions as bars: what of each lies in the base, what in slices, and what nobody has counted yet. Pure. */
import type { Position } from '../positions/position.js';
import type { SeenView } from './model.js';

/** One partition of the log as a bar: fractions of the bar's width from a little before the cut to the end. */
export interface PartitionBar {
  readonly partition: number;
  readonly from: number;
  readonly end: number;
  /** Where the base ends, and where the slices end. */
  readonly cut: number;
  readonly head: number;
  readonly ticks: readonly { readonly kind: 'archive' | 'truth'; readonly at: number }[];
}

/** So much of a bar shows what lies in the base. */
const baseShare = 0.25;
const messagesShownMin = 20;

export function partitionBars(seen: SeenView): readonly PartitionBar[] {
  const live = seen.versions.find((one) => one.live);
  const { log } = seen;
  if (live === undefined || log === null) return [];
  const archive = seen.groups.find(({ kind }) => kind === 'archive')?.position;
  const truth = seen.groups.find(({ name }) => name === `validation ${live.version}`)?.position;
  return log.ends.map((logEnd, partition) => {
    const at = (position: Position | undefined) => position?.[partition];
    const head = at(live.position) ?? 0;
    // The head was read a moment later: it may be ahead of the end.
    const end = Math.max(logEnd, head);
    const cut = at(live.base.cut) ?? 0;
    const shown = Math.max((end - cut) / (1 - baseShare), messagesShownMin);
    const from = Math.max(0, end - shown);
    const share = (offset: number) => Math.min(1, Math.max(0, (offset - from) / Math.max(1, end - from)));
    const ticks = [
      { kind: 'archive' as const, offset: at(archive) },
      { kind: 'truth' as const, offset: at(truth) },
    ].flatMap(({ kind, offset }) => (offset === undefined ? [] : [{ kind, at: share(offset) }]));
    return { partition, from: Math.round(from), end, cut: share(cut), head: share(head), ticks };
  });
}
