/**
 * Which machines are broken, and when: for an epoch at a time, as the seed has it. A silent machine says nothing: it neither
 * sells nor beats, and those that work do its share. One that has an error sells on, and says so. Pure.
 */
import { machineCount } from '../src/machines/catalogue.js';
import { heartbeatsPerBlock } from './event-index.js';
import { draw, keyOfSeed, lanes, within } from './random.js';

export type MachineState = 'ok' | 'error' | 'silent';

/** Rounds of heartbeats over all machines, after which it is drawn anew which of them are broken. */
const roundsPerEpoch = 64;
export const blocksPerEpoch = (roundsPerEpoch * machineCount) / heartbeatsPerBlock;

/** Of the machines in each epoch; half of them are silent. */
const brokenFraction = 1 / 32;

/** How each machine is in an epoch (from 0). Machine 0 is never silent, so that there is always one that sells. */
export function machineStates(seed: number, epoch: number): readonly MachineState[] {
  const key = keyOfSeed(seed);
  return Array.from({ length: machineCount }, (_, machine) => {
    const counter = epoch * machineCount + machine;
    if (!within(draw(key, counter, lanes.outage), brokenFraction)) return 'ok';
    return machine > 0 && within(draw(key, counter, lanes.silence), 1 / 2) ? 'silent' : 'error';
  });
}

/** A function from block to what `derive` makes of the machines' states then: made once an epoch while they come in order. */
export function inEpochs<T>(seed: number, derive: (states: readonly MachineState[]) => T): (block: number) => T {
  let current: { readonly epoch: number; readonly derived: T } | undefined;
  return (block) => {
    const epoch = Math.floor(block / blocksPerEpoch);
    if (current?.epoch !== epoch) current = { epoch, derived: derive(machineStates(seed, epoch)) };
    return current.derived;
  };
}
