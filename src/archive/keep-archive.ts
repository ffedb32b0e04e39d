/**
 * Keeping an archive, in whichever runtime: following the log into files, merging small ones into larger ones, and saying
 * what there is. It may run twice, be killed in the middle of a file, or be a zombie: the archive's names decide.
 */
import { LabError } from '../errors.js';
import { messagesBetween } from '../positions/position.js';
import type { ServingStore } from '../runtimes/ports.js';
import type { ServiceScope } from '../runtimes/service-scope.js';
import { type ArchiveSource, mergeOnce } from './archiver.js';
import { coverage } from './chain.js';
import type { CoveredRemover } from './covered-remover.js';

export interface KeptArchive {
  readonly source: Pick<ArchiveSource, 'archive' | 'origin' | 'limits'>;
  /** Follows the log into files until `stop`, or until another archive was quicker. */
  readonly follow: (stop: AbortSignal) => Promise<void>;
  readonly store: Pick<ServingStore, 'report'>;
  /** Removes what no reader needs any more; undefined where that is somebody else's task. */
  readonly remover: CoveredRemover | undefined;
  /** Nobody waits for it: where the log has lost what comes next, what is there stays, and nothing is added. */
  readonly mayHaveGap: boolean;
}

const mergeEveryMs = 15_000;
const reportEveryMs = 2_000;

/** Runs until it is stopped. Throws `fail` where the log has lost what comes next and that may not be. */
export async function keepArchive(archive: KeptArchive, scope: ServiceScope): Promise<void> {
  const ending = new AbortController();
  const own = { ...scope, stop: AbortSignal.any([scope.stop, ending.signal]) };
  const following = follow(archive, own);
  try {
    await Promise.all([following, merge(archive, own), report(archive, own)]);
  } finally {
    // Where one has failed, the others must not go on beside those that are started again: they do nothing after their
    // pause, and who follows has ended.
    ending.abort();
    await following.catch(() => {});
  }
}

async function follow({ follow: followLog, mayHaveGap }: KeptArchive, scope: ServiceScope): Promise<void> {
  while (!scope.stop.aborted) {
    try {
      await followLog(scope.stop);
    } catch (error) {
      // In Kappa what is there stays of use to whom it reaches, and nobody else waits for it: `replay` says that it ends.
      if (!mayHaveGap || !(error instanceof LabError) || error.kind !== 'fail') throw error;
      scope.say(`${error.message}; nothing is added any more`);
      return;
    }
    if (!scope.stop.aborted) scope.say('another archive was quicker: going on from what the archive holds');
  }
}

async function merge({ source, remover }: KeptArchive, scope: ServiceScope): Promise<void> {
  while (!scope.stop.aborted) {
    for (const partition of source.origin.keys()) {
      while (!scope.stop.aborted && (await mergeOnce(source, partition)));
    }
    await remover?.(scope.clock.nowMs());
    await scope.clock.sleep(mergeEveryMs);
  }
}

async function report({ source, store }: KeptArchive, scope: ServiceScope): Promise<void> {
  while (!scope.stop.aborted) {
    const files = await source.archive.list();
    const position = coverage(files, source.origin);
    await store.report({
      service: 'archive',
      atMs: scope.clock.nowMs(),
      report: {
        origin: source.origin,
        position,
        messages: messagesBetween(source.origin, position),
        files: files.length,
        bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      },
    });
    await scope.clock.sleep(reportEveryMs);
  }
}
