/**
 * Batch cycles in the memory runtime, look by look: the versions of a lab as a test sets them out, and an archive that
 * holds the log. Every message is one that the rule rejects: it is counted, and that is all that matters here.
 */
import { cycleOf } from '../../lambda/cycle.js';
import { runCycles, type Shared } from '../../lambda/cycles.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { openBatchEngine } from '../../src/runtimes/memory/batch-engine.js';
import { openArchive } from '../../src/runtimes/memory/log.js';
import { createRandom, type Process, Scheduler } from '../../src/runtimes/memory/scheduler.js';
import { openServingStore } from '../../src/runtimes/memory/serving-store.js';
import { createWorld, type World } from '../../src/runtimes/memory/world.js';
import type { ServingStore } from '../../src/runtimes/ports.js';
import { type Head, newHead } from '../../src/serving/head.js';

/** What a test puts in the place of a port. */
export type Changed = (shared: Shared) => Partial<Shared>;

const stepsMax = 20_000;
const usualLimits: Shared['limits'] = {
  ...{ batchEveryMs: 10_000_000, jobMsMax: 600_000, submissionMsMax: 0 },
  ...{ jobLookMs: 250, attemptsMax: 3, slicesMax: 1_000 },
};

/** A version with one slice a message of partition 0, from `cut` on; a `cut` above 0 is where it began. */
export function version(
  name: string,
  incarnation: number,
  cut: number,
  slices: number,
  more: Partial<Head> = {},
): Head {
  return {
    ...newHead(name, incarnation, [0], builtinQuestions),
    ...{ epoch: 1, segments: [{ epoch: 1, after: 0 }], nextBaseId: 2 },
    ...{ baseCut: [cut], number: slices, position: [cut + slices], ...more },
  };
}

export function batchLab(...heads: readonly Head[]) {
  const scheduler = new Scheduler(createRandom(7));
  // As a real clock: a cycle that never began is due.
  scheduler.nowMs = 1_700_000_000_000;
  const world = createWorld(scheduler, 1, heads[0]!);
  setHeads(world, heads);
  for (const head of heads) storeSlices(world, head);
  archive(world, 0, 0, 40);
  const said: string[] = [];

  /** The state that a version's cycle is in. */
  const cycle = (head: Head) => cycleOf(head, world.states.get(head.pipeline)?.value);
  const headNow = (head: Head) => world.heads.value.heads.get(head.pipeline);

  /** So many looks of a coordinator that is started for them. */
  async function looks(count: number, limits: Partial<Shared['limits']> = {}, changed: Changed = () => ({})) {
    let left = count;
    const stop = {
      get aborted() {
        return left-- <= 0;
      },
    };
    await run((process) => {
      const shared = sharedBy(world, process, limits);
      return runCycles({ ...shared, ...changed(shared) }, { stop, say: (line) => said.push(line) });
    });
  }

  /** Runs something to its end, and the jobs beside it. */
  async function run(perform: (process: Process) => Promise<void>): Promise<void> {
    const process = scheduler.start('test', perform);
    for (let i = 0; i < stepsMax && process.alive; i++) await scheduler.step();
    if (process.alive) throw new Error(`not at its end after ${stepsMax} steps`);
    if (process.ended?.error !== undefined) throw process.ended.error;
  }

  return { world, said, cycle, headNow, looks, run, setHeads: (...next: Head[]) => setHeads(world, next) };
}

function sharedBy(world: World, process: Process, limits: Partial<Shared['limits']>): Shared {
  const { scheduler } = world;
  return {
    store: openServingStore(world, process),
    archive: openArchive(world, process),
    engine: openBatchEngine(world, process),
    clock: { nowMs: () => scheduler.nowMs, sleep: (ms) => scheduler.effect(process, () => {}, ms) },
    limits: { ...usualLimits, ...limits },
    hold: async () => {},
    newId: () => `${world.nextName++}`,
  };
}

function setHeads(world: World, heads: readonly Head[]): void {
  const nextIncarnation = 1 + Math.max(...heads.map(({ incarnation }) => incarnation));
  const named = new Map(heads.map((head) => [head.pipeline, head]));
  world.heads.value = { ...world.heads.value, live: heads[0]!.pipeline, nextIncarnation, heads: named };
}

function storeSlices(world: World, { incarnation, baseCut, number: slices }: Head): void {
  for (const { name: question } of builtinQuestions) {
    for (let number = 1; number <= slices; number++) {
      const [from, until] = [[baseCut[0]! + number - 1], [baseCut[0]! + number]];
      world.slices.set(`${incarnation}/${question}/${number}/1`, {
        ...{ incarnation, epoch: 1, number, question, from, until, messages: 1, rejected: 1 },
        ...{ leastEventMs: null, greatestEventMs: null, sums: new Map() },
      });
    }
  }
}

/** Puts a file into the archive, as a merge does where its level is above 0. */
export function archive(world: World, level: number, from: number, until: number): string {
  const path = `archive/${level}/0/${from}`;
  const messages = Array.from({ length: until - from }, (_, i) => {
    return { partition: 0, offset: from + i, timestampMs: 0, value: Buffer.from('not an event') };
  });
  world.archive.set(path, { partition: 0, level, from, until, path, bytes: messages.length, messages });
  return path;
}

/** A store that keeps all of its promises but these. */
export function butFor(store: ServingStore, change: Partial<ServingStore>): { store: ServingStore } {
  return { store: { ...store, ...change } };
}
