/** The archive as a checker reads it: how far its chain goes, and the lines of what it is asked for. */
import { LabError } from '../errors.js';
import type { Message } from '../runtimes/ports.js';
import type { ArchiveContent } from './archived-log.js';
import { beginningOf, chainHolding } from './chain.js';
import { encodeLines } from './lines.js';

/** The messages `from` up to `until` of a partition. */
export interface Stretch {
  readonly partition: number;
  readonly from: number;
  readonly until: number;
}

/** What the archive has without a gap of each partition, from its beginning on. */
export async function stretchesOf(archive: Pick<ArchiveContent, 'list'>): Promise<readonly Stretch[]> {
  const files = await archive.list();
  const partitions = [...new Set(files.map(({ partition }) => partition))].sort((a, b) => a - b);
  return partitions.map((partition) => {
    const from = beginningOf(files, partition)!;
    return { partition, from, until: chainHolding(files, partition, from).until };
  });
}

/** The lines of the messages of these stretches, one after the other. Throws where the archive does not have them all. */
export async function* linesOf(archive: ArchiveContent, stretches: readonly Stretch[]): AsyncGenerator<Buffer> {
  const files = await archive.list();
  for (const { partition, from, until } of stretches) {
    const chain = chainHolding(files, partition, from);
    if (chain.files.length === 0 || chain.until < until) {
      throw new LabError(`the archive of partition ${partition} does not have ${from} to ${until - 1}`, {
        kind: 'fail',
      });
    }
    for (const file of chain.files.filter((one) => one.from < until)) {
      const isWanted = ({ offset }: Message) => offset >= from && offset < until;
      for await (const messages of archive.readMessages(file)) {
        const wanted = messages.filter(isWanted);
        if (wanted.length > 0) yield encodeLines(wanted);
      }
    }
  }
}

/** A stretch as an argument: `2:100-250`. */
export function formatStretch({ partition, from, until }: Stretch): string {
  return `${partition}:${from}-${until}`;
}

/** Reads what `formatStretch` wrote. */
export function parseStretch(text: string): Stretch {
  const match = /^(\d+):(\d+)-(\d+)$/.exec(text);
  if (match === null) {
    throw new LabError(`"${text}" is no stretch of a partition`, { kind: 'usage', suggestion: 'PARTITION:FROM-UNTIL' });
  }
  const [partition, from, until] = match.slice(1).map(Number);
  return { partition: partition!, from: from!, until: until! };
}
