/** How far back a replay reaches: as far as the log, and further where its archive says that it has what was before. Pure. */
import { z } from 'zod';
import { covers, formatPosition, messagesBelow, messagesBetween, min, type Position } from '../positions/position.js';

export interface ReplayReach {
  /** Where a replay begins. */
  readonly origin: Position;
  /** Messages from there to the log's start, which come from the archive. */
  readonly archived: number;
  /** Messages before that, which neither has any more. */
  readonly missing: number;
  /** Why the archive does not help, where there is one. */
  readonly note: string | null;
}

/** What the archive last said of itself. What it had then it has still. */
export interface ArchiveReport {
  readonly report: Readonly<Record<string, unknown>>;
}

const offsets = z.array(z.number().int().nonnegative());
const said = z.object({ origin: offsets, position: offsets });

/** What a lab's archive last said: null where it has said nothing yet, undefined where the lab has none. */
export function archiveReportIn(
  containers: readonly { readonly service: string }[],
  reports: readonly (ArchiveReport & { readonly service: string })[],
): ArchiveReport | null | undefined {
  if (!containers.some(({ service }) => service === 'archive')) return undefined;
  return reports.find(({ service }) => service === 'archive') ?? null;
}

/** The reach of a log that begins there, with what `archiveReportIn` found. */
export function replayReach(logStarts: Position, archive: ArchiveReport | null | undefined): ReplayReach {
  const without = (note: string | null) => ({
    origin: logStarts,
    archived: 0,
    missing: messagesBelow(logStarts),
    note,
  });
  if (archive === undefined) return without(null);
  if (archive === null) return without('the archive has not said anything yet');
  const parsed = said.safeParse(archive.report);
  if (!parsed.success || parsed.data.origin.length !== logStarts.length) {
    return without('the archive did not say what it has');
  }
  const { origin, position } = parsed.data;
  if (!covers(position, logStarts)) {
    return without(
      `the archive ends at ${formatPosition(position)}, before the log begins at ${formatPosition(logStarts)}`,
    );
  }
  const begins = min(origin, logStarts);
  return { origin: begins, archived: messagesBetween(begins, logStarts), missing: messagesBelow(begins), note: null };
}
