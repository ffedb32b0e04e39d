import { describe, expect, it } from 'vitest';
import { createRandom, type Process, Scheduler } from '../../src/runtimes/memory/scheduler.js';

/** A process that does one thing and waits for it. */
function started(scheduler: Scheduler, run: (process: Process) => Promise<unknown>): Process {
  return scheduler.start('writer', async (process) => void (await run(process)));
}

async function untilQuiet(scheduler: Scheduler): Promise<void> {
  while (await scheduler.step());
}

describe('the network of the simulation', () => {
  it('delivers late what was on its way when its process was killed, and nothing else of it', async () => {
    const scheduler = new Scheduler(createRandom(1));
    scheduler.network.late = 1;
    const applied: string[] = [];
    const process = started(scheduler, (own) =>
      Promise.all([
        scheduler.plainWrite(own, () => applied.push('write')),
        scheduler.effect(own, () => applied.push('effect')),
      ]),
    );
    scheduler.kill(process);
    await untilQuiet(scheduler);
    expect(applied).toEqual(['write']);
    expect(scheduler.redelivered).toBe(1);
  });

  it('delivers a write twice, and its process goes on after the first time', async () => {
    const scheduler = new Scheduler(createRandom(1));
    scheduler.network.twice = 1;
    const applied: string[] = [];
    const process = started(scheduler, (own) => scheduler.plainWrite(own, () => applied.push('write')));
    await scheduler.step();
    expect(process.alive).toBe(false);
    expect(scheduler.inFlight).toBe(1);
    await untilQuiet(scheduler);
    expect(applied).toEqual(['write', 'write']);
  });

  it('delivers once what is no plain write', async () => {
    const scheduler = new Scheduler(createRandom(1));
    Object.assign(scheduler.network, { late: 1, twice: 1 });
    const applied: string[] = [];
    started(scheduler, (own) => scheduler.effect(own, () => applied.push('effect')));
    await untilQuiet(scheduler);
    expect(applied).toEqual(['effect']);
  });
});
