// Goal: machines break as the seed has it, and what is broken shows in the events: silence, or an error.
// Method: whole epochs, read in order.
import { describe, expect, it } from 'vitest';
import { eventsPerBlock } from '../../generator/event-index.js';
import { eventsOf } from '../../generator/events.js';
import { blocksPerEpoch, machineStates } from '../../generator/outages.js';
import { machineCount } from '../../src/machines/catalogue.js';

const eventsPerEpoch = blocksPerEpoch * eventsPerBlock;
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Who beats and with which status, and who sells, in one epoch of a seed. */
function epochOf(seed: number, epoch: number) {
  const read = eventsOf(seed);
  const beats: { machine: number; status: string }[] = [];
  const sellers = new Set<number>();
  for (let index = epoch * eventsPerEpoch; index < (epoch + 1) * eventsPerEpoch; index++) {
    const event = read(index);
    if (event.kind === 'heartbeat') beats.push({ machine: event.machine, status: event.status });
    if (event.kind === 'sale') sellers.add(event.machine);
  }
  return { beats, sellers, states: machineStates(seed, epoch) };
}

/** Of seed 11 three machines are silent at first, and one has an error. */
const broken = [0, 1, 2].map((epoch) => epochOf(11, epoch));

describe('machines', () => {
  it('are broken one time in 32, half of them silent, and never all', () => {
    const states = upTo(1000).flatMap((epoch) => machineStates(7, epoch));
    const fraction = (state: string) => states.filter((other) => other === state).length / states.length;
    expect(fraction('silent')).toBeCloseTo(1 / 64, 2.5);
    expect(fraction('error')).toBeCloseTo(1 / 64, 2.5);
    for (const epoch of upTo(10_000)) expect(machineStates(7, epoch)[0]).not.toBe('silent');
  });

  it('are not the same ones from epoch to epoch, nor from seed to seed', () => {
    // Some epochs are without any: about one in fifty.
    expect(new Set(upTo(20).map((epoch) => machineStates(7, epoch).join())).size).toBeGreaterThan(17);
    expect(new Set(upTo(20).map((seed) => machineStates(seed, 3).join())).size).toBeGreaterThan(17);
    expect(machineStates(7, 5)).toEqual(machineStates(7, 5));
  });

  it('that are silent neither sell nor beat, and all others do both', () => {
    expect(broken[0]!.states.filter((state) => state === 'silent').length).toBeGreaterThan(1);
    for (const { beats, sellers, states } of broken) {
      const beating = new Set(beats.map(({ machine }) => machine));
      for (const [machine, state] of states.entries()) {
        expect(beating.has(machine), `machine ${machine}`).toBe(state !== 'silent');
        expect(sellers.has(machine), `machine ${machine}`).toBe(state !== 'silent');
      }
    }
  });

  it('beat with their status', () => {
    expect(broken[0]!.states).toContain('error');
    for (const { beats, states } of broken)
      for (const { machine, status } of beats) expect(status).toBe(states[machine]);
  });
});

describe('heartbeats', () => {
  it('go round: in each round every machine beats that is not silent, in the order of their numbers', () => {
    for (const { beats, states } of broken) {
      for (let from = 0; from < beats.length; from += machineCount) {
        const round = beats.slice(from, from + machineCount).map(({ machine }) => machine);
        const once = upTo(machineCount).filter((machine) => states[machine] !== 'silent');
        expect([...new Set(round)].sort((a, b) => a - b)).toEqual(once);
        // The turn of a silent machine goes to the next one that is not; at the end of a round that is machine 0.
        expect(round.every((machine, turn) => machine >= turn || machine === 0)).toBe(true);
        expect(round.filter((machine, turn) => machine === turn)).toEqual(once);
      }
    }
  });
});
