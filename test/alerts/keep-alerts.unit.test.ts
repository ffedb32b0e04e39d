/**
 * Goal: notices are sent in their order, again until they have arrived, once each; and whoever keeps alerts ends when told.
 * Method: a book with notices in the memory runtime's store, and a webhook that fails as often as it is told to.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/alerts/book.js';
import { keepAlerts, type SendNotice } from '../../src/alerts/keep-alerts.js';
import { openBook, readBook } from '../../src/alerts/kept-book.js';
import { keeperOf } from '../../src/alerts/undecided.js';
import type { ServingStore } from '../../src/runtimes/ports.js';
import { openMemoryStore } from '../conformance/memory-runtime.js';

const ruling = (number: number, ...subjects: readonly string[]) => ({
  ...{ rule: 'broken', findings: subjects.map((subject) => ({ subject, says: subject, settlesMs: 0 })) },
  decided: { pipeline: 'lambda-1', generation: 1, number, position: [number], atMs: number },
});

async function withNotices(store: ServingStore): Promise<void> {
  const kept = await openBook(store);
  await kept.update((book) => decide(book, ruling(1, 'a', 'b'), true));
  await kept.update((book) => decide(book, ruling(2), true));
}

/** Keeps alerts until nothing waits any more; time passes as it is slept. */
async function keepUntilSent(store: ServingStore, send: SendNotice | undefined, looks = 200): Promise<string[]> {
  const stopping = new AbortController();
  const said: string[] = [];
  let nowMs = 1_000_000;
  let slept = 0;
  const clock = {
    nowMs: () => nowMs,
    async sleep(ms: number) {
      nowMs += ms;
      slept += 1;
      if (slept > looks || (await readBook(store))?.outbox.length === 0) stopping.abort();
      await nextTurn();
    },
  };
  await keepAlerts({ store, reading: store, send }, { stop: stopping.signal, clock, say: (line) => said.push(line) });
  expect(keeperOf(await store.readReports(), nowMs)).toMatchObject({ webhook: send !== undefined });
  return said;
}

const all = ['1 raised', '2 raised', '1 cleared', '2 cleared'];

describe('keepAlerts', () => {
  it('sends what is in the book, in order, each until it has arrived', async () => {
    await using fresh = await openMemoryStore();
    await withNotices(fresh.store);
    const sent: string[] = [];
    let failures = 3;
    const said = await keepUntilSent(fresh.store, async ({ id }, state) => {
      if (failures-- > 0) throw new Error('the webhook answered 503');
      sent.push(`${id} ${state}`);
    });
    expect(sent).toEqual(all);
    expect((await readBook(fresh.store))!.outbox).toEqual([]);
    expect(said.filter((line) => line.includes('not sent'))).toEqual([
      'alert 1 was not sent: the webhook answered 503; it is tried again',
    ]);
  });

  it('sends again what had arrived when it was killed before it could say so, and nothing else', async () => {
    await using fresh = await openMemoryStore();
    await withNotices(fresh.store);
    const sent: string[] = [];
    const send: SendNotice = async ({ id }, state) => void sent.push(`${id} ${state}`);
    const killed = { ...fresh.store, changeState: async () => 'in-doubt' as const };
    await expect(keepUntilSent(killed, send)).rejects.toMatchObject({ kind: 'unavailable' });
    await keepUntilSent(fresh.store, send);
    expect(sent).toEqual(['1 raised', ...all]);
  });

  it('looks more often while something has to settle', async () => {
    await using fresh = await openMemoryStore();
    const sleepsOf = async () => {
      const stopping = new AbortController();
      const sleeps: number[] = [];
      const sleep = async (ms: number) => {
        if (sleeps.push(ms) === 5) stopping.abort();
      };
      const scope = { stop: stopping.signal, clock: { nowMs: () => 1_000_000, sleep }, say: () => {} };
      await keepAlerts({ store: fresh.store, reading: fresh.store, send: undefined }, scope);
      return new Set(sleeps);
    };
    expect(await sleepsOf()).toEqual(new Set([500]));
    const kept = await openBook(fresh.store);
    const { decided } = ruling(1);
    const settling = { rule: 'broken', findings: [{ subject: 'a', says: 'a', settlesMs: 5_000 }], decided };
    await kept.update((book) => decide(book, settling, false));
    expect(await sleepsOf()).toEqual(new Set([250]));
  });

  it('sends nothing where nobody is to be told, and leaves what waits', async () => {
    await using fresh = await openMemoryStore();
    await withNotices(fresh.store);
    await keepUntilSent(fresh.store, undefined, 20);
    expect((await readBook(fresh.store))!.outbox).toHaveLength(4);
  });
});
