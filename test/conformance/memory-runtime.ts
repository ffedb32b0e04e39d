/** The memory runtime for the conformance tests: effects happen in an order by seed, and nothing goes wrong by chance. */
import { setImmediate as nextTurn } from 'node:timers/promises';

import { type Position, startOfLog } from '../../src/positions/position.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { openBatchEngine } from '../../src/runtimes/memory/batch-engine.js';
import { openArchive, openLog } from '../../src/runtimes/memory/log.js';
import { createRandom, type Process, Scheduler } from '../../src/runtimes/memory/scheduler.js';
import { openServingStore } from '../../src/runtimes/memory/serving-store.js';
import { createWorld } from '../../src/runtimes/memory/world.js';
import { newHead } from '../../src/serving/head.js';
import { faceValues, servedTable } from '../../src/serving/served-view.js';
import type { FreshArchive } from './archive-store.js';
import type { FreshEngine } from './batch-engine.js';
import { type FreshStore, firstPosition } from './fresh-store.js';
import type { FreshDeadLetters, FreshLog } from './log.js';

const pipeline = 'lambda-1';

/** A world with one pipeline, and a process that is in it. Its effects happen one after the other until it is closed. */
function memoryWorld(origin: Position) {
  const scheduler = new Scheduler(createRandom(1));
  const world = createWorld(scheduler, origin.length, newHead(pipeline, 1, origin, builtinQuestions));
  const process: Process = { name: 'test', alive: true, weight: 1 };
  const driven = (async () => {
    while (process.alive) if (!(await scheduler.step())) await nextTurn();
  })();
  const close = async () => {
    process.alive = false;
    await driven;
  };
  return { world, process, close };
}

export async function openMemoryStore(): Promise<FreshStore> {
  const { world, process, close } = memoryWorld(firstPosition);
  return {
    ...{ store: openServingStore(world, process), pipeline, incarnation: 10 },
    readView: async (question, face) => {
      const view = [...world.views.values()].find(
        (one) => one.face === face && servedTable(one.question) === servedTable(question),
      );
      return (view?.rows ?? []).map(({ key, sums }) => ({
        ...{ key, number: view!.number, pipeline: view!.pipeline, position: view!.position, asOfMs: view!.asOfMs },
        sums: Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, faceValues(sum)])),
      }));
    },
    [Symbol.asyncDispose]: close,
  };
}

export async function openMemoryLog(partitions: number): Promise<FreshLog> {
  const { world, process, close } = memoryWorld(startOfLog(partitions));
  return {
    log: openLog(world, process),
    produce: async (partition, values, timestampMs) => {
      const stored = world.log.messages[partition]!;
      for (const value of values) stored.push({ partition, offset: stored.length, timestampMs, value });
    },
    forget: async (starts) => {
      world.log.starts = [...starts];
    },
    [Symbol.asyncDispose]: close,
  };
}

export async function openMemoryDeadLetters(): Promise<FreshDeadLetters> {
  const { world, process, close } = memoryWorld([0]);
  return {
    deadLetters: openLog(world, process),
    readLetters: async () => world.deadLetters,
    [Symbol.asyncDispose]: close,
  };
}

export async function openMemoryArchive(): Promise<FreshArchive> {
  const { world, process, close } = memoryWorld([0]);
  return { archive: openArchive(world, process), [Symbol.asyncDispose]: close };
}

export async function openMemoryEngine(): Promise<FreshEngine> {
  const { world, process, close } = memoryWorld([0]);
  return {
    ...{ engine: openBatchEngine(world, process), archive: openArchive(world, process), pipeline },
    [Symbol.asyncDispose]: close,
  };
}
