/**
 * Goal: two who keep one book lose and repeat nothing, and who does not know whether a change was stored begins anew.
 * Method: the memory runtime's store; two books that are changed at once, and a change that is in doubt.
 */
import { describe, expect, it } from 'vitest';
import { decide, emptyBook } from '../../src/alerts/book.js';
import { openBook, readBook } from '../../src/alerts/kept-book.js';
import { openMemoryStore } from '../conformance/memory-runtime.js';

const ruling = (number: number, ...subjects: readonly string[]) => ({
  ...{ rule: 'broken', findings: subjects.map((subject) => ({ subject, says: subject, settlesMs: 0 })) },
  decided: { pipeline: 'kappa-1', generation: 1, number, position: [number], atMs: number },
});

describe('a kept book', () => {
  it('is nothing before anybody keeps it, and what was stored afterwards', async () => {
    await using fresh = await openMemoryStore();
    expect(await readBook(fresh.store)).toBeUndefined();
    const kept = await openBook(fresh.store);
    expect(kept.book()).toEqual(emptyBook);
    await kept.update((book) => decide(book, ruling(1, 'a'), true));
    expect(await readBook(fresh.store)).toEqual(kept.book());
    expect((await openBook(fresh.store)).book()).toEqual(kept.book());
  });

  it('that two keep has each alert once', async () => {
    await using fresh = await openMemoryStore();
    const [one, other] = [await openBook(fresh.store), await openBook(fresh.store)];
    const numbers = Array.from({ length: 30 }, (_, i) => i + 1);
    // An alert of each answer, and none of the one before: both decide all of them.
    await Promise.all(
      numbers.flatMap((number) =>
        [one, other].map((kept) => kept.update((book) => decide(book, ruling(number, `m${number}`), true))),
      ),
    );
    const book = (await readBook(fresh.store))!;
    expect(book.lastId).toBe(30);
    expect(book.raised.map(({ subject }) => subject)).toEqual(['m30']);
    expect(new Set(book.cleared.map(({ subject }) => subject)).size).toBe(29);
    expect(book.outbox.map(({ alert: { id }, state }) => `${id} ${state}`)).toEqual(
      numbers.flatMap((id) => (id === 1 ? ['1 raised'] : [`${id - 1} cleared`, `${id} raised`])),
    );
  });

  it('that somebody else has changed is seen when it is read anew', async () => {
    await using fresh = await openMemoryStore();
    const [one, other] = [await openBook(fresh.store), await openBook(fresh.store)];
    await one.update((book) => decide(book, ruling(1, 'a'), true));
    expect(other.book()).toEqual(emptyBook);
    await other.refresh();
    expect(other.book()).toEqual(one.book());
  });

  it('that was written by another version is told as that', async () => {
    await using fresh = await openMemoryStore();
    await fresh.store.putState('alerts', { version: 5, state: '{"format":0}' });
    await expect(openBook(fresh.store)).rejects.toThrow('written by another version');
    await expect(readBook(fresh.store)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('whose change is in doubt is given up, and read anew has it or not, never twice', async () => {
    for (const isStored of [true, false]) {
      await using fresh = await openMemoryStore();
      const { store } = fresh;
      const kept = await openBook({
        ...store,
        changeState: async (name, version, state) => {
          if (isStored) await store.changeState(name, version, state);
          return 'in-doubt';
        },
      });
      const decided = kept.update((book) => decide(book, ruling(1, 'a'), true));
      await expect(decided).rejects.toMatchObject({ kind: 'unavailable' });
      const again = await openBook(store);
      await again.update((book) => decide(book, ruling(1, 'a'), true));
      expect((await readBook(store))!.outbox).toMatchObject([{ alert: { id: 1 }, state: 'raised' }]);
    }
  });
});
