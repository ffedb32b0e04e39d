/**
 * Which archive files count: from the origin on, the file that starts where the one before ends. Coverage and the batch
 * job use this one chain, so a file that two archives wrote twice, or that a merge replaced, counts once. Pure.
 */
import type { Position } from '../positions/position.js';
import type { ArchiveFile } from '../runtimes/ports.js';

export interface Chain {
  readonly files: readonly ArchiveFile[];
  /** The next offset after the last file. */
  readonly until: number;
}

/** One partition's chain from an offset on. Of several files with one start the highest level is taken. */
export function chainOf(files: readonly ArchiveFile[], partition: number, from: number): Chain {
  const byStart = new Map<number, ArchiveFile>();
  for (const file of files) {
    if (file.partition !== partition || file.until <= file.from) continue;
    const other = byStart.get(file.from);
    if (other === undefined || file.level > other.level) byStart.set(file.from, file);
  }
  const chain: ArchiveFile[] = [];
  let until = from;
  for (let file = byStart.get(until); file !== undefined; file = byStart.get(until)) {
    chain.push(file);
    until = file.until;
  }
  return { files: chain, until };
}

/** Where the archive begins in a partition: the least start of its files. Undefined where it has none. */
export function beginningOf(files: readonly ArchiveFile[], partition: number): number | undefined {
  const starts = files.filter((file) => file.partition === partition).map(({ from }) => from);
  return starts.length === 0 ? undefined : starts.reduce((least, from) => Math.min(least, from));
}

/**
 * The archive's own chain in a partition, which begins where the archive does, from the file on that holds an offset.
 * It has no files where the chain begins after that offset or does not come to it; `until` is the chain's end then too.
 */
export function chainHolding(files: readonly ArchiveFile[], partition: number, offset: number): Chain {
  const from = beginningOf(files, partition);
  if (from === undefined) return { files: [], until: 0 };
  const chain = chainOf(files, partition, from);
  const holds = from <= offset && offset < chain.until;
  return { files: holds ? chain.files.filter((file) => file.until > offset) : [], until: chain.until };
}

/** The position that the archive has reached without a gap. */
export function coverage(files: readonly ArchiveFile[], origin: Position): Position {
  return origin.map((from, partition) => chainOf(files, partition, from).until);
}

/** The files that a job up to `cut` has to read, of all partitions; the last one of a partition may go beyond it. */
export function filesUpTo(files: readonly ArchiveFile[], origin: Position, cut: Position): readonly ArchiveFile[] {
  return origin.flatMap((from, partition) =>
    chainOf(files, partition, from).files.filter((file) => file.from < cut[partition]!),
  );
}

/** How many files of one level a merge takes together, and how large the outcome may get. */
export interface MergeLimits {
  readonly filesPerMerge: number;
  readonly bytesMax: number;
  /** Files of this level are merged no more. */
  readonly levelMax: number;
}

/**
 * The next files to merge into one of the level above: a run of the chain on one level, so that the number of files
 * grows with bytes and not with time. Undefined when there is nothing to gain yet.
 */
export function nextMerge(chain: Chain, limits: MergeLimits): readonly ArchiveFile[] | undefined {
  let run: ArchiveFile[] = [];
  let bytes = 0;
  for (const file of chain.files) {
    const fits = run.length > 0 && run[0]!.level === file.level && bytes + file.bytes <= limits.bytesMax;
    if (!fits) {
      run = [];
      bytes = 0;
    }
    if (file.level >= limits.levelMax) continue;
    run.push(file);
    bytes += file.bytes;
    if (run.length === limits.filesPerMerge) return run;
  }
  return undefined;
}

/** Files that no chain needs any more: those that a file of a higher level covers whole. */
export function covered(files: readonly ArchiveFile[]): readonly ArchiveFile[] {
  return files.filter((file) =>
    files.some(
      (other) =>
        other.partition === file.partition &&
        other.level > file.level &&
        other.from <= file.from &&
        file.until <= other.until,
    ),
  );
}
