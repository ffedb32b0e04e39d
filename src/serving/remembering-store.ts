/**
 * A serving store that remembers the slices and bases it has read, for a process that reads answers all the time: neither
 * ever changes under its key, and all that a head names were written before it (protocol rules 1 and 2), so what was read
 * up to a head's number is complete for good. Not for a checker, which has to see what the store holds now.
 */
import type { Base, ServingStore, Slice } from '../runtimes/ports.js';

interface Known {
  slices: readonly Slice[];
  after: number;
  upTo: number;
}

/** `readSlices` asks only for what is new. Callers must ask up to a number that they have read from a head. */
export function rememberingStore(store: ServingStore): ServingStore {
  const known = new Map<string, Known>();
  const bases = new Map<string, Base>();
  return {
    ...store,
    async readBase(kind, incarnation, id, question) {
      // The newest of each: an older one is read no more.
      const key = JSON.stringify([kind, incarnation, question]);
      const before = bases.get(key);
      if (before?.id === id) return before;
      const base = await store.readBase(kind, incarnation, id, question);
      if (base !== undefined) bases.set(key, base);
      return base;
    },
    async readSlices(incarnation, question, after, upTo) {
      const key = JSON.stringify([incarnation, question]);
      const before = known.get(key);
      const usable = before !== undefined && before.after <= after && before.upTo <= upTo && before.upTo >= after;
      const from = usable ? before.upTo : after;
      const fresh = from === upTo ? [] : await store.readSlices(incarnation, question, from, upTo);
      const kept = usable ? before.slices.filter((slice) => slice.number > after) : [];
      const slices = [...kept, ...fresh];
      // Some may have been retired while they were read: an incomplete reading is not remembered.
      if (new Set(slices.map(({ number }) => number)).size === upTo - after) known.set(key, { slices, after, upTo });
      else known.delete(key);
      return slices;
    },
  };
}
