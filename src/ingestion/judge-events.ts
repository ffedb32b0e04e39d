/**
 * What becomes of the events of one request before the log is asked: the rule of src/events judges each, as every layer
 * will judge the message in the log, and what it accepts gets its machine's key and partition. Pure.
 */
import { partitionOf } from '../../generator/kafka/partitioner.js';
import { judge } from '../events/parse.js';

/** An event as it goes into the log. */
export interface KeyedEvent {
  readonly partition: number;
  readonly key: Uint8Array;
  /** The event as it was sent. */
  readonly value: Uint8Array;
}

/** The event, or why it is none. */
export type JudgedEvent = KeyedEvent | { readonly reason: string };

/** Judges one event's bytes. */
export type EventJudge = (value: Uint8Array) => JudgedEvent;

/** So many machines are remembered with their keys; a sender may invent names without end. */
const machinesMax = 4096;

/** A judge for a log of so many partitions. */
export function eventJudge(partitions: number, eventBytesMax: number): EventJudge {
  const machines = new Map<string, Pick<KeyedEvent, 'partition' | 'key'>>();
  const machineOf = (id: string) => {
    const known = machines.get(id);
    if (known !== undefined) return known;
    if (machines.size >= machinesMax) machines.clear();
    const key = new TextEncoder().encode(id);
    const machine = { key, partition: partitionOf(key, partitions) };
    machines.set(id, machine);
    return machine;
  };
  return (value) => {
    if (value.length > eventBytesMax) return { reason: tooLong(eventBytesMax) };
    const judged = judge(value);
    if ('reason' in judged) return judged;
    const { key, partition } = machineOf(judged.event.snack_automat_id as string);
    return { key, partition, value };
  };
}

/** Why an event is refused that no message of the log can hold. */
export function tooLong(eventBytesMax: number): string {
  return `longer than ${eventBytesMax} bytes`;
}
