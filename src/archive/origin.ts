/** Where an archive begins: what it has decides, and only an empty one is told by the pipeline or the log. Pure. */
import type { Position } from '../positions/position.js';
import type { ArchiveFile } from '../runtimes/ports.js';
import { beginningOf } from './chain.js';

/**
 * Where the archive's files begin; in a partition that has none, where the live pipeline does. `logStarts` is given where
 * an archive may begin later than the pipeline, as Kappa's may: the log may have lost its beginning before the archive was
 * there. Lambda's may not, since its batch counts from the pipeline's origin.
 */
export function archiveOrigin(
  files: readonly ArchiveFile[],
  pipelineOrigin: Position,
  logStarts: Position | undefined,
): Position {
  return pipelineOrigin.map(
    (origin, partition) => beginningOf(files, partition) ?? Math.max(origin, logStarts?.[partition] ?? 0),
  );
}
