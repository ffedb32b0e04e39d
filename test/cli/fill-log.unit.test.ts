/** `generator fill` makes a history and leaves the generator as it was, whatever comes between. */
import { describe, expect, it } from 'vitest';
import { fillLog } from '../../src/cli/commands/fill-log.js';
import type { Wanted } from '../../src/runtimes/ports.js';
import { newHead } from '../../src/serving/head.js';

/** A lab whose generator makes what is wanted, up to `most` messages, and whose live version is a second behind. */
function labOf({ most = Number.MAX_SAFE_INTEGER, paused = false }) {
  let nowMs = 0;
  let wanted: Wanted = { rate: 10, paused, batchRequests: 0 };
  let [end, counted] = [100, 100];
  const stop = new AbortController();
  const context = {
    signal: stop.signal,
    say: () => {},
    clock: {
      nowMs: () => nowMs,
      async sleep(ms: number) {
        nowMs += ms;
        counted = end;
        if (!wanted.paused) end = Math.min(most, end + Math.floor(((wanted.rate ?? 0) * ms) / 1000));
      },
    },
  };
  const store = {
    readHeads: async () => {
      const head = { ...newHead('kappa-1', 1, [0], []), position: [counted] };
      return {
        live: 'kappa-1',
        previous: null,
        generation: 1,
        forced: 0,
        nextIncarnation: 2,
        heads: new Map([['kappa-1', head]]),
      };
    },
    readWanted: async () => wanted,
    changeWanted: async (change: Partial<Wanted>) => {
      wanted = { ...wanted, ...change };
    },
  };
  const log = { starts: async () => [50], ends: async () => [end] };
  return { store, log, context, stop, state: () => ({ wanted, counted, end, nowMs }) };
}

describe('filling the log', () => {
  it.each([true, false])(
    'ends when it is there and counted; a generator that paused (%s) is as before',
    async (paused) => {
      const { store, log, context, state } = labOf({ paused });
      expect(await fillLog(store, log, { messages: 5_000, rate: 1_000 }, context)).toBeGreaterThanOrEqual(5_000);
      expect(state().wanted).toMatchObject({ rate: 10, paused });
      expect(state().counted).toBeGreaterThanOrEqual(5_050);
      expect(state().nowMs).toBeLessThan(10_000);
    },
  );

  it('makes none where enough are there', async () => {
    const { store, log, context, state } = labOf({ paused: true });
    expect(await fillLog(store, log, { messages: 50, rate: 1_000 }, context)).toBe(50);
    expect(state().end).toBe(100);
  });

  it('gives up when no more come, and says why that may be', async () => {
    const { store, log, context, state } = labOf({ most: 800 });
    const filling = fillLog(store, log, { messages: 5_000, rate: 1_000 }, context);
    await expect(filling).rejects.toMatchObject({
      kind: 'unavailable',
      suggestion: expect.stringContaining('--events'),
    });
    expect(state().wanted).toMatchObject({ rate: 10, paused: false });
  });

  it('leaves the generator as it was when it is interrupted', async () => {
    const { store, log, context, stop, state } = labOf({});
    const filling = fillLog(store, log, { messages: 50_000, rate: 1 }, context);
    stop.abort(new Error('interrupted'));
    await expect(filling).rejects.toThrow('interrupted');
    expect(state().wanted).toMatchObject({ rate: 10, paused: false });
  });
});
