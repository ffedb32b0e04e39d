/** Brings an archive up to a position at once, for whoever has to read all of the log as files. */
import { covers, type Position } from '../positions/position.js';
import type { ArchiveFile, ArchiveStore, Clock, Log } from '../runtimes/ports.js';
import { followLog } from './archiver.js';
import { coverage, filesUpTo } from './chain.js';

/** A file costs something, whatever is in it: what is read within a moment is one. They are not merged here. */
const limits = { fileBytesMax: 12 << 20, fileAgeMsMax: 250, quietMs: 250, filesPerMerge: 1, bytesMax: 0, levelMax: 0 };
const lookEveryMs = 20;

/** Archives what is missing from `origin` up to `until`, and gives the files that hold it. */
export async function archiveRest(
  log: Log,
  archive: ArchiveStore,
  origin: Position,
  until: Position,
  clock: Clock,
): Promise<readonly ArchiveFile[]> {
  const isThere = async () => covers(coverage(await archive.list(), origin), until);
  if (!(await isThere())) {
    let isDone = false;
    const source = { log, archive, origin, limits, nowMs: clock.nowMs, hold: async () => {} };
    const following = followLog(source, () => isDone).finally(() => {
      isDone = true;
    });
    // Awaited below; until then its end is all that matters.
    following.catch(() => {});
    while (!isDone && !(await isThere())) await clock.sleep(lookEveryMs);
    isDone = true;
    await following;
  }
  return filesUpTo(await archive.list(), origin, until);
}
