/** Watches the batch cycle: in which state it was when, for figures that are split by whether a batch ran. */
import { setTimeout as sleep } from 'node:timers/promises';
import { cycleOf } from '../lambda/cycle.js';
import { readyHead } from '../src/versions/versions.js';
import { type BenchLab, openStore } from './lab.js';

export interface CycleWatch {
  /** Whether a cycle was under way when it was last looked at. */
  readonly running: boolean;
  /** Bases published since the watch began. */
  readonly published: number;
  /** Throws if the watch broke off. */
  check(): void;
}

const everyMs = 150;

/** Begins to watch; `running` is true from the choice of a cut to the end of the cycle. */
export async function watchCycle(lab: BenchLab, pipeline: string, stop: AbortSignal): Promise<CycleWatch> {
  const store = await openStore(lab);
  const head = readyHead(await store.readHeads(), pipeline);
  const look = async () => cycleOf(head, await store.readState(pipeline));
  let failure: unknown;
  const watch = {
    running: false,
    published: 0,
    check() {
      if (failure !== undefined) throw failure;
    },
  };
  let lastBase = (await look())?.history.lastPublished?.baseId;
  const follow = async () => {
    while (!stop.aborted) {
      const cycle = await look();
      watch.running = cycle !== undefined && cycle.name !== 'idle';
      const baseId = cycle?.history.lastPublished?.baseId;
      if (baseId !== lastBase) watch.published += 1;
      lastBase = baseId;
      await sleep(everyMs);
    }
    await store[Symbol.asyncDispose]();
  };
  follow().catch((error) => {
    failure = error;
  });
  return watch;
}
