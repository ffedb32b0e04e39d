/**
 * The archive's writer: follows the log and keeps it in files by partition and start offset.
 * Any number of archives may run: a name is never overwritten, and a writer that finds its next name taken goes on from
 * what the archive holds, not from what it remembers (protocol rule 9). What a second one writes beside the chain counts
 * nowhere. It never removes what a chain needs.
 */
import { LabError } from '../errors.js';
import type { Position } from '../positions/position.js';
import type { ArchiveStore, Hold, Log, LogReader, Message } from '../runtimes/ports.js';
import { chainOf, coverage, type MergeLimits, nextMerge } from './chain.js';

export interface ArchiveLimits extends MergeLimits {
  /** A file is finished when it holds so many bytes of messages, */
  readonly fileBytesMax: number;
  /** or when its first message has waited so long, */
  readonly fileAgeMsMax: number;
  /** or when it holds a good part of them and nothing has come for so long: who is done with a burst waits for no age. */
  readonly quietMs: number;
}

export interface ArchiveSource {
  readonly log: Log;
  readonly archive: ArchiveStore;
  readonly origin: Position;
  readonly limits: ArchiveLimits;
  readonly nowMs: () => number;
  readonly hold: Hold;
}

/** Messages of one partition that are not yet in a file. */
interface Pending {
  messages: Message[];
  bytes: number;
  sinceMs: number;
}

/** Follows the log until `stopped()`; ends early, to be started again, when another archive was quicker. */
export async function followLog(source: ArchiveSource, stopped: () => boolean): Promise<void> {
  const reached = coverage(await source.archive.list(), source.origin);
  await refuseLostStart(source.log, reached);
  await using reader: LogReader = await source.log.read(reached);
  const pending: Pending[] = reached.map(() => ({ messages: [], bytes: 0, sinceMs: 0 }));

  let lastMs = source.nowMs();
  while (!stopped()) {
    const messages = await reader.next(200);
    const cameMs = source.nowMs();
    if (messages.length > 0) lastMs = cameMs;
    for (const message of messages) collect(pending[message.partition]!, message, cameMs);
    for (const [partition, open] of pending.entries()) {
      if (!isDue(open, source.limits, source.nowMs(), lastMs)) continue;
      const quicker = await writeFile(source, partition, open);
      if (quicker) return;
      pending[partition] = { messages: [], bytes: 0, sinceMs: 0 };
    }
  }
}

/** Merges small files of one partition into a larger one of the next level. Returns whether it made one. */
export async function mergeOnce(
  source: Pick<ArchiveSource, 'archive' | 'origin' | 'limits'>,
  partition: number,
): Promise<boolean> {
  const chain = chainOf(await source.archive.list(), partition, source.origin[partition]!);
  const run = nextMerge(chain, source.limits);
  if (run === undefined) return false;
  const range = { partition, level: run[0]!.level + 1, from: run[0]!.from, until: run.at(-1)!.until };
  const temporary = await source.archive.createTemporary(range);
  await source.archive.appendFiles(temporary, run);
  const outcome = await source.archive.finish(temporary, range);
  if (outcome === 'exists') await source.archive.remove(temporary);
  return outcome === 'finished';
}

async function refuseLostStart(log: Log, reached: Position): Promise<void> {
  const starts = await log.starts();
  const lost = reached.findIndex((offset, partition) => offset < starts[partition]!);
  if (lost === -1) return;
  throw new LabError(
    `the log of partition ${lost} starts at ${starts[lost]}, the archive ends at ${reached[lost]}: messages between are lost`,
    { kind: 'fail', suggestion: 'snacklab {lab} down --volumes, and a longer retention', detail: { reached, starts } },
  );
}

function collect(open: Pending, message: Message, nowMs: number): void {
  if (open.messages.length === 0) open.sinceMs = nowMs;
  open.messages.push(message);
  open.bytes += message.value?.length ?? 0;
}

/** What part of a full file is worth a file when nothing more comes. */
const goodPart = 1 / 16;

function isDue(open: Pending, limits: ArchiveLimits, nowMs: number, lastMs: number): boolean {
  if (open.messages.length === 0) return false;
  const worthIt = limits.fileBytesMax * (nowMs - lastMs >= limits.quietMs ? goodPart : 1);
  return open.bytes >= worthIt || nowMs - open.sinceMs >= limits.fileAgeMsMax;
}

/** Writes one file. True when another archive already holds a file with this start. */
async function writeFile(source: ArchiveSource, partition: number, open: Pending): Promise<boolean> {
  const { archive } = source;
  const range = {
    partition,
    level: 0,
    from: open.messages[0]!.offset,
    until: open.messages.at(-1)!.offset + 1,
  };
  const temporary = await archive.createTemporary(range);
  const half = Math.ceil(open.messages.length / 2);
  await archive.append(temporary, open.messages.slice(0, half));
  await source.hold('middle-of-file');
  if (half < open.messages.length) await archive.append(temporary, open.messages.slice(half));
  const outcome = await archive.finish(temporary, range);
  if (outcome === 'finished') return false;
  await archive.remove(temporary);
  return true;
}
