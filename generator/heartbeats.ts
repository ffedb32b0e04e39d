/**
 * Heartbeats: the machines take turns, and a machine that is silent gives its turn to the next one that is not. So the last
 * beats of all that are not silent lie within one round (or the rest of it, at its end) of each other. Pure.
 */
import type { HeartbeatEvent } from '../src/events/event.js';
import { machineCount, machineId } from '../src/machines/catalogue.js';
import { eventId, eventsPerBlock, heartbeatsPerBlock, placeOfHeartbeat } from './event-index.js';
import { inEpochs, type MachineState } from './outages.js';

/** One heartbeat as numbers. */
export interface Heartbeat {
  readonly kind: 'heartbeat';
  index: number;
  machine: number;
  status: HeartbeatEvent['status'];
}

/** Reads a block's heartbeat by its ordinal (0 to 5); one and the same object each time, as `salesOf` does. */
export type HeartbeatReader = (block: number, ordinal: number) => Readonly<Heartbeat>;

export function heartbeatsOf(seed: number): HeartbeatReader {
  const turnsAt = inEpochs(seed, turnsOf);
  const heartbeat: Heartbeat = { kind: 'heartbeat', index: -1, machine: 0, status: 'ok' };
  return (block, ordinal) => {
    const { machine, status } = turnsAt(block)[(block * heartbeatsPerBlock + ordinal) % machineCount]!;
    heartbeat.index = block * eventsPerBlock + placeOfHeartbeat[ordinal]!;
    heartbeat.machine = machine;
    heartbeat.status = status;
    return heartbeat;
  };
}

export function heartbeatEvent(seed: number, heartbeat: Heartbeat, timestampMs: number): HeartbeatEvent {
  return {
    event_id: eventId(seed, heartbeat.index),
    kind: 'heartbeat',
    snack_automat_id: machineId(heartbeat.machine),
    status: heartbeat.status,
    timestamp: timestampMs,
  };
}

interface Turn {
  readonly machine: number;
  readonly status: HeartbeatEvent['status'];
}

/** By turn of a round: who takes it, and what it says of itself. Ends, as not all machines are silent (outages.ts). */
function turnsOf(states: readonly MachineState[]): readonly Turn[] {
  return states.map((_, turn) => {
    for (let machine = turn; ; machine = (machine + 1) % machineCount) {
      const status = states[machine]!;
      if (status !== 'silent') return { machine, status };
    }
  });
}
