/**
 * Sweeps away what dropped versions leave: first the head, once its stream job had time to end, then everything stored
 * under an incarnation that no head has. It deletes only below the counter that it read with the heads, so a version
 * that is added meanwhile is never touched (protocol rule 10), and it may be killed and run again, or run twice.
 */
import type { Clock, ServingStore } from '../runtimes/ports.js';
import type { Head } from '../serving/head.js';

/** The runner looks once a second and gives a driver some seconds to end: after this nobody writes any more. */
const jobEndsWithinMs = 8_000;
/** Listing what is stored reads whole tables' keys; leftovers are in nobody's way. */
const listEveryMs = 5_000;

type Store = Pick<ServingStore, 'readHeads' | 'removeHead' | 'listStored' | 'deleteStored'>;

export interface Sweeper {
  /** One look. Cheap when there is nothing to do. A head stays until `mayGo` says so: it may have something elsewhere. */
  sweep(mayGo?: (head: Head) => boolean): Promise<void>;
}

export function createSweeper(store: Store, clock: Pick<Clock, 'nowMs'>, say: (line: string) => void): Sweeper {
  const droppingSinceMs = new Map<number, number>();
  let listedMs = Number.NEGATIVE_INFINITY;
  return {
    async sweep(mayGo = () => true) {
      const { heads, nextIncarnation } = await store.readHeads();
      const all = [...heads.values()];
      for (const head of all.filter(({ status }) => status === 'dropping')) {
        const sinceMs = droppingSinceMs.get(head.incarnation) ?? clock.nowMs();
        droppingSinceMs.set(head.incarnation, sinceMs);
        if (clock.nowMs() - sinceMs < jobEndsWithinMs || !mayGo(head)) continue;
        if ((await store.removeHead(head)) === 'applied') say(`${head.pipeline} is dropped`);
      }
      if (clock.nowMs() - listedMs < listEveryMs) return;
      listedMs = clock.nowMs();
      const kept = new Set(all.map(({ incarnation }) => incarnation));
      for (const part of await store.listStored()) {
        if (part.incarnation < nextIncarnation && !kept.has(part.incarnation)) await store.deleteStored(part);
      }
    },
  };
}
