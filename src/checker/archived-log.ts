/**
 * The checker's log as far back as an archive of it reaches. What the log still has is always read from the log itself; of
 * the archive each offset is looked for, and one that does not come, or an archive that does not answer, is an error: the
 * verdict is unknown then, never a pass. Knows no engine.
 */
import type { Position } from '../positions/position.js';
import type { LogExtent } from './history.js';
import type { AddMessage, CheckedLog } from './verify.js';

/** The messages `from` up to `until` of a partition. */
export interface Stretch {
  readonly partition: number;
  readonly from: number;
  readonly until: number;
}

export interface CheckedArchive {
  /** What it has without a gap of each partition, from its beginning on. */
  stretches(): Promise<readonly Stretch[]>;
  /** Calls `add` for each message of these stretches, ascending within each partition. */
  readMessages(stretches: readonly Stretch[], add: AddMessage): Promise<void>;
}

/** `say` is told, once, why the archive is left out. */
export function withArchive<T extends CheckedLog>(log: T, archive: CheckedArchive, say: (line: string) => void): T {
  const said = new Set<string>();
  const leftOut = (why: string) => {
    if (!said.has(why)) say(`the archive is left out: ${why}`);
    said.add(why);
  };
  return {
    ...log,
    async extent() {
      // First: what the log loses from now on is in the archive that is asked later.
      const extent = await log.extent();
      return { ...extent, starts: await earlierStarts(extent, archive, leftOut) };
    },
    async readMessages(from, ends, add) {
      let next = from;
      // While the archive is read the log may lose more.
      for (;;) {
        const { starts } = await log.extent();
        const lost = next.flatMap((offset, partition) => {
          const until = Math.min(starts[partition]!, ends[partition]!);
          return offset < until ? [{ partition, from: offset, until }] : [];
        });
        next = next.map((offset, partition) => Math.max(offset, starts[partition]!));
        if (lost.length === 0) return log.readMessages(next, ends, add);
        await readWhole(archive, lost, add);
      }
    },
  };
}

/** An archive that is not asked for anything but this may be away: whatever needs it is not judged then. */
async function earlierStarts(
  { starts }: LogExtent,
  archive: CheckedArchive,
  leftOut: (why: string) => void,
): Promise<Position> {
  if (starts.every((start) => start === 0)) return starts;
  try {
    const stretches = await archive.stretches();
    return starts.map((start, partition) => {
      const held = stretches.find((one) => one.partition === partition);
      if (held === undefined || held.from >= start) return start;
      if (held.until >= start) return held.from;
      leftOut(`in partition ${partition} it ends at ${held.until}, before the log begins at ${start}`);
      return start;
    });
  } catch (error) {
    leftOut(error instanceof Error ? error.message : String(error));
    return starts;
  }
}

async function readWhole(archive: CheckedArchive, stretches: readonly Stretch[], add: AddMessage): Promise<void> {
  const next = new Map(stretches.map(({ partition, from }) => [partition, from]));
  await archive.readMessages(stretches, (partition, offset, value, timestampMs) => {
    if (next.get(partition) !== offset) {
      throw new Error(`the archive gave ${partition}:${offset} where ${partition}:${next.get(partition)} belongs`);
    }
    next.set(partition, offset + 1);
    add(partition, offset, value, timestampMs);
  });
  for (const { partition, until } of stretches) {
    if (next.get(partition) !== until) {
      throw new Error(`the archive gave partition ${partition} up to ${next.get(partition)}, not up to ${until}`);
    }
  }
}
