/**
 * Goal: a view that its store does not take hinders no other, and is said once; a store that is away ends the keeper.
 * Method: the memory runtime's store, in which one question's view cannot be written.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../src/errors.js';
import type { ServedView, ServingStore } from '../../src/runtimes/ports.js';
import { keepViews } from '../../src/serving/keep-views.js';
import { rememberingStore } from '../../src/serving/remembering-store.js';
import { openMemoryStore } from '../conformance/memory-runtime.js';

/** Keeps views for some looks while items sold cannot be written. Resolves with what was written, and said. */
async function keep(store: ServingStore, failure: Error) {
  const stopping = new AbortController();
  const written = new Set<string>();
  const said: string[] = [];
  let slept = 0;
  const clock = {
    nowMs: () => 1_000_000 + slept * 1_000,
    async sleep() {
      if (++slept === 12) stopping.abort();
      await nextTurn();
    },
  };
  const failing: ServingStore = {
    ...store,
    async replaceView(view: ServedView) {
      if (view.question.name === 'items-sold') throw failure;
      written.add(view.question.name);
    },
  };
  const scope = { stop: stopping.signal, clock, say: (line: string) => void said.push(line) };
  await keepViews({ store: rememberingStore(failing), hold: async () => {} }, scope);
  return { written: [...written], said: said.filter((line) => line.includes('not written')) };
}

describe('keepViews', () => {
  it('says once which view cannot be written, and writes the others', async () => {
    await using fresh = await openMemoryStore();
    const { written, said } = await keep(fresh.store, new RangeError('too many rows'));
    expect(written).toEqual(['revenue-by-machine']);
    expect(said).toEqual(['the view answer items-sold is not written: too many rows']);
  });

  it('ends where the store is away', async () => {
    await using fresh = await openMemoryStore();
    const away = new LabError('Cassandra did not answer', { kind: 'unavailable' });
    await expect(keep(fresh.store, away)).rejects.toBe(away);
  });
});
