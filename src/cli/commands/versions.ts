/** `versions`: each version with its questions, where it stands, what it stores, and which one readers follow. */
import { covers, max, messagesBetween, type Position } from '../../positions/position.js';
import type { ServingStore } from '../../runtimes/ports.js';
import type { Head, Heads } from '../../serving/head.js';
import { behind, isWhole, versionOf } from '../../versions/versions.js';
import type { VersionsDocument } from '../documents-versions.js';
import { findLab, logExtent } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { grouped, size, table } from '../text.js';

type Version = VersionsDocument['versions'][number];

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const { lab } = input;
  const found = await findLab(input, context);
  await using store = await found.openStore();
  const [heads, extent] = await Promise.all([store.readHeads(), logExtent(found)]);
  const bytes = await storedBytes(store);
  const versions = [...heads.heads.values()]
    .sort((a, b) => a.incarnation - b.incarnation)
    .map((head) => versionStatus(heads, head, extent?.ends, bytes.get(head.incarnation) ?? 0));
  const document: VersionsDocument = { schema: 'snacklab/versions', version: 1, lab, versions };
  return { document, text: versionsText(versions) };
}

function versionStatus(heads: Heads, head: Head, ends: Position | undefined, storedBytes: number): Version {
  const live = heads.heads.get(heads.live)!;
  return {
    version: versionOf(head.pipeline),
    pipeline: head.pipeline,
    live: head.pipeline === heads.live,
    previous: head.pipeline === heads.previous,
    state: stateOf(head, live),
    questions: head.questions.map(({ name }) => name),
    origin: [...head.origin],
    position: [...head.position],
    number: head.number,
    behindLive: behind(head, live.position),
    // The ends were read a moment before or after the head: it may be ahead of them.
    lag: ends === undefined ? null : messagesBetween(head.position, max(ends, head.position)),
    storedBytes,
  };
}

function stateOf(head: Head, live: Head): Version['state'] {
  if (head.status === 'dropping') return 'dropping';
  if (head.pipeline === live.pipeline) return 'live';
  if (!isWhole(head)) return 'no answer yet';
  return covers(head.position, live.position) ? 'ready' : 'behind';
}

/** Bytes that each incarnation stores. */
export async function storedBytes(store: ServingStore): Promise<ReadonlyMap<number, number>> {
  const parts = await store.listStored();
  const sizes = await Promise.all(parts.map((part) => store.storedBytes(part)));
  const bytes = new Map<number, number>();
  for (const [i, { incarnation }] of parts.entries()) {
    bytes.set(incarnation, (bytes.get(incarnation) ?? 0) + sizes[i]!);
  }
  return bytes;
}

function versionsText(versions: readonly Version[]): string {
  const rows = versions.map((one) => [
    one.version,
    one.previous && !one.live ? `${one.state}, before` : one.state,
    one.questions.join(', '),
    JSON.stringify(one.position),
    grouped(one.behindLive),
    one.lag === null ? '?' : grouped(one.lag),
    size(one.storedBytes),
  ]);
  return table(['version', 'state', 'questions', 'position', 'behind live', 'lag', 'stored'], rows);
}
