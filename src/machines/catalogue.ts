/**
 * The shop's 126 machines: at which place each stands, how much it is sought there, and what it costs to run. A fixed
 * catalogue with a history: a running cost holds from its day on, so that what is charged for an hour never changes when
 * the next one comes. Made for a shop as busy as the lab is at 50 events a second. Pure.
 */
import { items } from '../events/rule.js';

/** What a machine costs an hour, from an instant on. Money is integer cents. */
interface RunningCost {
  readonly fromMs: number;
  readonly centsPerHour: number;
}

export interface Place {
  readonly name: string;
  readonly machines: number;
  /** How often a purchase happens at a machine here, compared with those of other places. */
  readonly popularity: number;
  /**
   * Items that each slot of a machine here holds. On average 1.44 times the popularity are sold between two refills by the
   * lab's generator (generator/refills.ts), and never more than this in 400 times of each slot.
   */
  readonly slotCapacity: number;
  /** By time; there is none before the first. */
  readonly runningCosts: readonly RunningCost[];
}

/** Nothing is charged for a time before. */
export const openedMs = Date.UTC(2026, 0, 1);
const rentRaised = Date.UTC(2026, 6, 1);
const hourMs = 3_600_000;

const since = (fromMs: number, centsPerHour: number): RunningCost => ({ fromMs, centsPerHour });

/** In the order of the machines' numbers. */
export const places: readonly Place[] = [
  {
    name: 'main station',
    machines: 14,
    popularity: 100,
    slotCapacity: 216,
    runningCosts: [since(openedMs, 9_000), since(rentRaised, 12_000)],
  },
  { name: 'airport', machines: 10, popularity: 80, slotCapacity: 180, runningCosts: [since(openedMs, 60_000)] },
  { name: 'university', machines: 16, popularity: 60, slotCapacity: 146, runningCosts: [since(openedMs, 5_000)] },
  {
    name: 'shopping mall',
    machines: 12,
    popularity: 50,
    slotCapacity: 122,
    runningCosts: [since(openedMs, 11_000), since(rentRaised, 15_000)],
  },
  { name: 'hospital', machines: 12, popularity: 45, slotCapacity: 114, runningCosts: [since(openedMs, 6_000)] },
  { name: 'office park', machines: 14, popularity: 30, slotCapacity: 86, runningCosts: [since(openedMs, 5_000)] },
  { name: 'school', machines: 14, popularity: 20, slotCapacity: 66, runningCosts: [since(openedMs, 3_000)] },
  { name: 'gym', machines: 8, popularity: 12, slotCapacity: 46, runningCosts: [since(openedMs, 4_000)] },
  { name: 'town hall', machines: 8, popularity: 8, slotCapacity: 34, runningCosts: [since(openedMs, 3_500)] },
  { name: 'museum', machines: 8, popularity: 6, slotCapacity: 29, runningCosts: [since(openedMs, 17_500)] },
  { name: 'trade fair', machines: 6, popularity: 4, slotCapacity: 22, runningCosts: [since(openedMs, 14_000)] },
  { name: 'ferry pier', machines: 4, popularity: 3, slotCapacity: 21, runningCosts: [since(openedMs, 9_000)] },
];

/** The place of each machine, by the machine's number. */
export const placeOfMachine: readonly Place[] = places.flatMap((place) => new Array<Place>(place.machines).fill(place));

export const machineCount = placeOfMachine.length;

/** A machine's id in events: `SNACK--7`. */
export const machineId = (machine: number): string => `SNACK--${machine}`;

const placeById = new Map(placeOfMachine.map((place, machine) => [machineId(machine), place]));

/** The place of a machine by its id; undefined for one that is not of this shop. */
export function placeOf(id: string): Place | undefined {
  return placeById.get(id);
}

/** Where a machine stands that is not of this shop. */
export const elsewhere = 'elsewhere';

/**
 * The name of the place of a machine by its id. Questions count by it, and what was counted is not counted anew: a machine
 * that moves is a machine with another id.
 */
export function placeNameOf(id: string): string {
  return placeById.get(id)?.name ?? elsewhere;
}

/** The ids of the machines of each place. */
export const machinesByPlace: readonly (readonly [place: string, ids: readonly string[]])[] = places.map((place) => [
  place.name,
  [...placeById].flatMap(([id, its]) => (its === place ? [id] : [])),
]);

/** How many items each slot of a machine holds; undefined for one that is not of this shop. */
export function slotCapacityOf(id: string): number | undefined {
  return placeById.get(id)?.slotCapacity;
}

/** What a slot (from 1) holds, the same at each machine; undefined where there is no such slot. */
export function itemOfSlot(slot: number): string | undefined {
  return items[slot - 1];
}

/** What one machine at a place costs from an instant up to another, in cents; a part of a cent is left out. */
export function runningCents({ runningCosts }: Place, fromMs: number, untilMs: number): bigint {
  const centMs = runningCosts.reduce((sum, { fromMs: begins, centsPerHour }, i) => {
    const ends = Math.min(untilMs, runningCosts[i + 1]?.fromMs ?? untilMs);
    const ms = Math.max(0, ends - Math.max(fromMs, begins));
    return sum + BigInt(ms) * BigInt(centsPerHour);
  }, 0n);
  return centMs / BigInt(hourMs);
}
