/** A switch holds the live version for a moment where the other one would otherwise always be one step behind it. */
import { describe, expect, it } from 'vitest';
import { builtinQuestions } from '../../src/questions/builtin.js';
import type { Clock, HeadColumns, LiveSwitch, ServingStore } from '../../src/runtimes/ports.js';
import { holdMsMax } from '../../src/serving/commit.js';
import { type Head, newHead } from '../../src/serving/head.js';
import { switchLive, switchPatienceMs } from '../../src/versions/switch-live.js';

const stepMs = 100;

/**
 * Two jobs in step: each time both commit, the live one stands a little further. A hold stops it, not the other, which may
 * stand still at first: a job that starts again.
 */
function twoInStep(lag: number, nextStandsUntilMs = 0) {
  const state = { nowMs: 0, holds: 0, heldUntilMs: 0, switches: [] as LiveSwitch[] };
  let live: Head = { ...newHead('kappa-1', 1, [0], builtinQuestions), position: [10 + lag] };
  let next: Head = { ...newHead('kappa-2', 2, [0], builtinQuestions), position: [10] };
  const clock: Clock = {
    nowMs: () => state.nowMs,
    async sleep(ms) {
      const before = Math.floor(state.nowMs / stepMs);
      state.nowMs += ms;
      if (Math.floor(state.nowMs / stepMs) === before) return;
      const target = live.position[0]!;
      if (state.nowMs >= nextStandsUntilMs) next = { ...next, position: [Math.min(target, next.position[0]! + 10)] };
      if (state.nowMs >= state.heldUntilMs) live = { ...live, position: [target + 10] };
    },
  };
  const store: Pick<ServingStore, 'readHeads' | 'changeHead' | 'switchLive'> = {
    async readHeads() {
      const heads = new Map([live, next].map((head) => [head.pipeline, head]));
      return { live: 'kappa-1', previous: null, generation: 1, forced: 0, nextIncarnation: 3, heads };
    },
    async changeHead(pipeline: string, expected: HeadColumns, { hold }: HeadColumns) {
      if (pipeline !== 'kappa-1' || hold === undefined || expected.hold !== live.hold) return 'refused';
      live = { ...live, hold };
      state.holds++;
      state.heldUntilMs = state.nowMs + holdMsMax;
      return 'applied';
    },
    async switchLive(step: LiveSwitch) {
      state.switches.push(step);
      return 'applied';
    },
  };
  return { state, clock, store };
}

const request = { to: 'kappa-2', force: false, patienceMs: 3_000 };

describe('switchLive', () => {
  it('holds the live version once, and switches when the other one has got there', async () => {
    const { state, clock, store } = twoInStep(1);
    const switched = await switchLive(store, clock, request);
    expect(switched).toMatchObject({ back: false, generation: 2 });
    expect(state.switches).toHaveLength(1);
    expect(state.switches[0]!.back).toBe(false);
    expect(state.holds).toBe(1);
    expect(state.nowMs).toBeLessThan(holdMsMax);
  });

  it('holds nobody for a version that is not there in a moment, and refuses', async () => {
    const { state, clock, store } = twoInStep(2_000_000);
    await expect(switchLive(store, clock, request)).rejects.toThrow(
      /v2 is \d+ messages behind v1; nothing was changed/,
    );
    expect(state.holds).toBe(0);
    expect(state.switches).toEqual([]);
  });

  it('lets the live version go on between two holds', async () => {
    const { state, clock, store } = twoInStep(500);
    await expect(switchLive(store, clock, request)).rejects.toThrow('behind');
    expect(state.holds).toBe(2);
    expect(state.switches).toEqual([]);
  });

  it('gets there within what a user waits for, also when the other one stands still for many seconds', async () => {
    const { state, clock, store } = twoInStep(1, 10_000);
    const lacks: string[] = [];
    const patienceMs = switchPatienceMs(false);
    const waits = (lack: string) => void lacks.push(lack);
    expect(await switchLive(store, clock, { ...request, patienceMs, waits })).toMatchObject({ back: false });
    expect(lacks[0]).toMatch(/^v2 is \d+ messages behind v1$/);
    expect(state.holds).toBeGreaterThan(2);
  });

  it('ends when it is interrupted, and has changed nothing', async () => {
    const { state, clock, store } = twoInStep(2_000_000);
    const interrupted = new AbortController();
    const waits = () => interrupted.abort(new Error('enough'));
    const asked = switchLive(store, clock, { ...request, patienceMs: 60_000, waits, signal: interrupted.signal });
    await expect(asked).rejects.toThrow('enough');
    expect(state.switches).toEqual([]);
    expect(state.nowMs).toBeLessThan(3_000);
  });
});
