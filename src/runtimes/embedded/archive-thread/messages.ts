/** What is said between this process's main thread and the one that writes the archive: plain data, copied. */
import type { ArchiveLimits } from '../../../archive/archiver.js';
import type { Position } from '../../../positions/position.js';
import type { ArchiveRange } from '../../ports.js';
import type { ReadablePartition, Segment } from '../partition-log.js';
import type { SentError } from '../sent-error.js';

/** How far a partition of the log reaches, and its last files: those that may have changed since it was told before. */
export interface PartitionState {
  readonly start: number;
  readonly end: number;
  /** The first file that is still there. */
  readonly firstBase: number;
  readonly segments: readonly Segment[];
}

/** What the thread is started with. */
export interface ThreadSettings {
  readonly folder: string;
  readonly origin: Position;
  readonly limits: ArchiveLimits;
  readonly log: readonly (PartitionState & Pick<ReadablePartition, 'endAtOpen'>)[];
}

export type ToThread =
  | { readonly log: readonly PartitionState[] }
  | { readonly named: 'finished' | 'exists'; readonly id: number }
  | { readonly failed: SentError; readonly id: number }
  | { readonly stop: true };

/** A file is whole, and is to be given its name. Answered with the same number. */
export interface WantedName {
  readonly name: { readonly temporary: string; readonly range: ArchiveRange; readonly seal: string };
  readonly id: number;
}

/** It ended by itself: with an error, or, without one, because it was stopped or another archive was quicker. */
export interface Ended {
  readonly ended: SentError | undefined;
}

export type FromThread = WantedName | Ended;
