// Goal: a file is finished when it is full, when it has waited for long, or when a burst is over. Method: a clock and an archive by hand.
import { describe, expect, it } from 'vitest';
import { followLog } from '../../src/archive/archiver.js';
import type { ArchiveRange, ArchiveStore, Log, Message } from '../../src/runtimes/ports.js';

const limits = { fileBytesMax: 1600, fileAgeMsMax: 5_000, quietMs: 500, filesPerMerge: 16, bytesMax: 1, levelMax: 1 };
const bytesEach = 10;

/** What comes at each look, how long that takes, and until which offsets files are finished after it. */
const cases: readonly [string, readonly { messages: number; ms: number }[], readonly number[]][] = [
  ['full', [{ messages: 160, ms: 1 }], [160]],
  ['not full yet', [{ messages: 159, ms: 1 }], []],
  [
    'old',
    [
      { messages: 1, ms: 0 },
      { messages: 1, ms: 5_000 },
    ],
    [2],
  ],
  [
    'part of a burst that is over',
    [
      { messages: 10, ms: 1 },
      { messages: 0, ms: 200 },
      { messages: 0, ms: 300 },
    ],
    [10],
  ],
  [
    'not of a burst that goes on, where some looks find nothing',
    [
      { messages: 10, ms: 1 },
      { messages: 0, ms: 400 },
      { messages: 10, ms: 1 },
      { messages: 0, ms: 400 },
    ],
    [],
  ],
  [
    'not small, where nothing more comes',
    [
      { messages: 9, ms: 1 },
      { messages: 0, ms: 500 },
    ],
    [],
  ],
];

describe('a file of the archive is finished where it is', () => {
  it.each(cases)('%s', async (_, looks, expected) => {
    const finished: number[] = [];
    let nowMs = 0;
    let look = 0;
    let next = 0;
    const archive = {
      list: async () => [],
      createTemporary: async () => 'temporary',
      append: async () => {},
      finish: async (_: string, { until }: ArchiveRange) => {
        finished.push(until);
        return 'finished' as const;
      },
    };
    const log = {
      starts: async () => [0],
      read: async () => ({
        async next() {
          const { messages, ms } = looks[look++]!;
          nowMs += ms;
          return Array.from(
            { length: messages },
            (): Message => ({ partition: 0, offset: next++, timestampMs: 0, value: Buffer.alloc(bytesEach) }),
          );
        },
        [Symbol.asyncDispose]: async () => {},
      }),
    };
    const source = {
      ...{ log: log as unknown as Log, archive: archive as unknown as ArchiveStore, origin: [0], limits },
      ...{ nowMs: () => nowMs, hold: async () => {} },
    };
    await followLog(source, () => look === looks.length);
    expect(finished).toEqual(expected);
  });
});
