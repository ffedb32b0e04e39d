import { describe, expect, it } from 'vitest';
import { itemsSold } from '../../src/questions/builtin.js';
import { openLog } from '../../src/runtimes/memory/log.js';
import { createRandom, Scheduler } from '../../src/runtimes/memory/scheduler.js';
import { openServingStore } from '../../src/runtimes/memory/serving-store.js';
import { createWorld } from '../../src/runtimes/memory/world.js';
import { newHead } from '../../src/serving/head.js';
import { validate } from '../../src/validation/validator.js';

describe('a validation', () => {
  it('tells the truth of a version that began at a cut and has no slice yet', async () => {
    const scheduler = new Scheduler(createRandom(1));
    const cut = { position: [2], baseCut: [2], baseId: 1 };
    const world = createWorld(scheduler, 1, { ...newHead('lambda-2', 2, [0], [itemsSold]), ...cut });
    for (const offset of [0, 1]) {
      world.log.messages[0]!.push({ partition: 0, offset, timestampMs: 0, value: Buffer.from('broken') });
    }
    const process = scheduler.start('validation', (own) =>
      validate({
        ...{ pipeline: 'lambda-2', store: openServingStore(world, own), log: openLog(world, own) },
        rawEvents: { keep: async () => {}, say: async () => {} },
        keepsRawEvents: () => false,
        clock: { nowMs: () => scheduler.nowMs, sleep: (ms) => scheduler.effect(own, () => {}, ms) },
        hold: async () => {},
        stopped: () => world.truths.size > 0,
        say: () => {},
      }),
    );
    for (let step = 0; step < 200 && process.alive; step++) await scheduler.step();
    const truth = { incarnation: 2, number: 0, position: [2], messages: 2, rejected: 2 };
    expect([...world.truths.values()]).toEqual([expect.objectContaining(truth)]);
  });
});
