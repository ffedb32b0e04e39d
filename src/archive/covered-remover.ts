/**
 * Removes files that a merge has replaced, once they have been seen covered for so long that nobody reads them any more:
 * the archive grows with bytes, not with merges. What it remembers is only since when: a new process waits anew.
 */
import type { ArchiveStore } from '../runtimes/ports.js';
import { covered } from './chain.js';

/** Looks once, and removes what is due. */
export type CoveredRemover = (nowMs: number) => Promise<void>;

export function coveredRemover(archive: Pick<ArchiveStore, 'list' | 'remove'>, keepMs: number): CoveredRemover {
  let seenMs: ReadonlyMap<string, number> = new Map();
  return async (nowMs) => {
    const files = covered(await archive.list());
    seenMs = new Map(files.map(({ path }) => [path, seenMs.get(path) ?? nowMs]));
    const due = files.filter(({ path }) => nowMs - seenMs.get(path)! >= keepMs);
    for (const { path } of due) await archive.remove(path);
  };
}
