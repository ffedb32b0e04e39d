/** Goal: raw events are kept at sensible rates only, and each stop and new start has its reason. Method: a clock by hand. */
import { describe, expect, it } from 'vitest';
import { RawEventGate } from '../../src/validation/raw-events.js';

describe('RawEventGate', () => {
  it('keeps events up to the rate', () => {
    const gate = new RawEventGate(0, 200);
    for (let second = 0; second < 60; second++) expect(gate.admit(200, second * 1000)).toBe(true);
  });

  it('stops within the window when more come, and says why', () => {
    const gate = new RawEventGate(0, 200);
    expect(gate.admit(1_000, 100)).toBe(true);
    expect(gate.admit(1, 200)).toBe(false);
    expect(gate.state).toMatchObject({ kept: false, sinceMs: 200, reason: expect.stringContaining('1001 events') });
  });

  it('begins again only when the rate is clearly below the limit', () => {
    const gate = new RawEventGate(0, 200);
    gate.admit(5_000, 0);
    expect(gate.admit(900, 5_000)).toBe(false);
    expect(gate.admit(740, 10_000)).toBe(false);
    expect(gate.admit(10, 15_000)).toBe(true);
    expect(gate.state.sinceMs).toBe(15_000);
  });
});
