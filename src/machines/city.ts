/**
 * Where the shop's machines stand. The city is a real one, so that a map of it has streets; the shop and its machines are
 * not. Pure.
 */
import { machineId, type Place, places } from './catalogue.js';

/** Degrees, north and east. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

/** The middle of each place. */
const middles: Readonly<Record<string, readonly [latitude: number, longitude: number]>> = {
  'main station': [47.3781, 8.5392],
  airport: [47.4504, 8.5622],
  university: [47.3764, 8.5482],
  'shopping mall': [47.4086, 8.5979],
  hospital: [47.3775, 8.552],
  'office park': [47.4115, 8.5441],
  school: [47.3651, 8.525],
  gym: [47.3902, 8.5155],
  'town hall': [47.3717, 8.5433],
  museum: [47.3791, 8.5405],
  'trade fair': [47.411, 8.5515],
  'ferry pier': [47.3664, 8.5414],
};

/** Machines of a place stand in a spiral around its middle, some twenty metres apart, so that each can be seen. */
const stepDegrees = 0.000_25;
const turnRadians = 2.399_963;
/** A metre is the fifth digit of a degree. */
const digits = 5;

const coordinatesById = new Map(
  places.flatMap(spiral).map((coordinates, machine) => [machineId(machine), coordinates] as const),
);

/** Where a machine stands by its id; undefined for one that is not of this shop. */
export function coordinatesOf(id: string): Coordinates | undefined {
  return coordinatesById.get(id);
}

function spiral({ name, machines }: Place): readonly Coordinates[] {
  const [latitude, longitude] = middles[name]!;
  const rounded = (degrees: number) => Number(degrees.toFixed(digits));
  return Array.from({ length: machines }, (_, i) => {
    const radius = stepDegrees * Math.sqrt(i + 1);
    return {
      latitude: rounded(latitude + radius * Math.cos(turnRadians * i)),
      longitude: rounded(longitude + radius * Math.sin(turnRadians * i)),
    };
  });
}
