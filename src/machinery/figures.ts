/**
 * The machinery in figures: what a look at a lab comes to as numbers by name, for charts over time. What is not known is
 * left out, so that a chart has a gap there and never a zero. Pure.
 */
import type { SeenView, VersionView } from '../console/model.js';
import type { Slice } from '../runtimes/ports.js';

/** What is drawn over time, by name: its unit, and what it says. Of the live version where it is a version's. */
export const figures = {
  'commit-age': { unit: 'ms', says: 'age of the newest event of a slice when the slice was committed' },
  'stream-lag': { unit: 'messages', says: 'messages of the log that the live version has not counted yet' },
  'validation-lag': { unit: 'messages', says: 'messages that the independent count has not read yet' },
  'archive-lag': { unit: 'messages', says: 'messages that are in no finished file of the archive yet' },
  'log-rate': { unit: 'messages/s', says: 'messages that the log grows by' },
  'stream-rate': { unit: 'messages/s', says: 'messages that the live version counts' },
  'slice-messages': { unit: 'messages', says: 'messages in the newest slice' },
  'slices-after-base': { unit: 'slices', says: 'slices that an answer adds to its base' },
  'messages-after-base': { unit: 'messages', says: 'messages that those slices hold' },
  'base-id': {
    unit: 'bases',
    says: 'number of the newest base: it grows by more than one where an attempt was given up',
  },
  'batch-took': { unit: 'ms', says: 'the last batch cycle, from the choice of its cut to its base' },
  'batch-failures': { unit: 'attempts', says: 'attempts of the batch that failed since a base was published' },
  'log-messages': { unit: 'messages', says: 'messages that the log keeps' },
  'stored-bytes': { unit: 'bytes', says: 'slices, bases and truths of all versions, as they are stored' },
  'archive-bytes': { unit: 'bytes', says: 'files of the archive' },
  'archive-files': { unit: 'files', says: 'files of the archive' },
  'rejected-messages': { unit: 'messages', says: 'messages that are no valid event, since the beginning' },
  'repeated-messages': { unit: 'messages', says: 'messages known to repeat an earlier event, since the beginning' },
} as const satisfies Readonly<Record<string, { readonly unit: Unit; readonly says: string }>>;

export type Unit = 'ms' | 'messages' | 'messages/s' | 'slices' | 'bases' | 'attempts' | 'bytes' | 'files';
export type FigureName = keyof typeof figures;
export type Figures = ReadonlyMap<FigureName, number>;

/** Where the live version stood at an earlier look, from which its rate follows. */
export interface Earlier {
  readonly atMs: number;
  readonly pipeline: string;
  readonly messages: number;
}

/** What a rate is told from: the live version at this look. Undefined where it has gone meanwhile. */
export function earlierOf(seen: SeenView): Earlier | undefined {
  const live = liveOf(seen);
  return live && { atMs: seen.atMs, pipeline: live.pipeline, messages: live.messages };
}

/** The figures of one look; `newest` is the live version's last slice. */
export function figuresOf(seen: SeenView, newest: Slice | undefined, earlier: Earlier | undefined): Figures {
  const live = liveOf(seen);
  const lagOf = (name: string) => seen.groups.find((group) => group.name === name)?.lag;
  const cycle = live?.cycle;
  const all: Readonly<Record<FigureName, number | null | undefined>> = {
    'commit-age': commitAge(newest),
    'stream-lag': live?.lag,
    'validation-lag': live && lagOf(`validation ${live.version}`),
    'archive-lag': lagOf('archive'),
    'log-rate': seen.log?.perSecond,
    'stream-rate': live && rateSince(earlier, live, seen.atMs),
    'slice-messages': newest?.messages,
    'slices-after-base': live?.slices,
    'messages-after-base': live && live.messages - live.base.messages,
    'base-id': live?.base.id,
    'batch-took': cycle?.lastTookMs,
    'batch-failures': cycle?.failures,
    'log-messages': seen.log?.messages,
    'stored-bytes': total(seen.versions.map(({ storedBytes }) => storedBytes)),
    'archive-bytes': seen.archive?.bytes,
    'archive-files': seen.archive?.files,
    'rejected-messages': seen.rejected,
    'repeated-messages': seen.repeats,
  };
  const known = Object.entries(all).filter((entry): entry is [FigureName, number] => typeof entry[1] === 'number');
  return new Map(known);
}

const liveOf = ({ versions }: SeenView): VersionView | undefined => versions.find(({ live }) => live);

/** Undefined where no event of the slice was valid, or nobody kept when it was committed. */
function commitAge(slice: Slice | undefined): number | undefined {
  if (slice?.committedMs === undefined || slice.greatestEventMs === null) return undefined;
  return slice.committedMs - slice.greatestEventMs;
}

function rateSince(earlier: Earlier | undefined, live: VersionView, atMs: number): number | undefined {
  // After a switch the messages are another version's.
  if (earlier === undefined || earlier.pipeline !== live.pipeline || atMs <= earlier.atMs) return undefined;
  return Math.max(0, ((live.messages - earlier.messages) * 1000) / (atMs - earlier.atMs));
}

/** Undefined where one of them is not known: a part is not the whole. */
function total(values: readonly (number | null)[]): number | undefined {
  return values.some((value) => value === null) ? undefined : values.reduce<number>((sum, value) => sum + value!, 0);
}
