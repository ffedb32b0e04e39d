/**
 * Goal: whatever ends the keeping of an archive, nobody writes files any more once it has ended.
 * Method: a follower that takes its time.
 */
import { expect, it } from 'vitest';
import { type KeptArchive, keepArchive } from '../../src/archive/keep-archive.js';
import { realClock } from '../../src/runtimes/service-scope.js';

it('ends after who follows the log has ended, also where something else failed', async () => {
  let hasEnded = false;
  const follow = (stop: AbortSignal) =>
    new Promise<void>((resolve) => {
      stop.addEventListener('abort', () =>
        setTimeout(() => {
          hasEnded = true;
          resolve();
        }, 30),
      );
    });
  const away = async () => {
    throw new Error('the store is away');
  };
  const archive = { list: away } as unknown as KeptArchive['source']['archive'];
  const limits = { filesPerMerge: 16, bytesMax: 1, levelMax: 1, fileBytesMax: 1, fileAgeMsMax: 1, quietMs: 1 };
  const kept = { source: { archive, origin: [0], limits }, follow, store: { report: away }, remover: undefined };
  const scope = { stop: new AbortController().signal, clock: realClock(), say: () => {} };
  await expect(keepArchive({ ...kept, mayHaveGap: false }, scope)).rejects.toThrow('the store is away');
  expect(hasEnded).toBe(true);
});
