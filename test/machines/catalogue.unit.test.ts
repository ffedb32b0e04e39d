import { describe, expect, it } from 'vitest';
import {
  elsewhere,
  machineCount,
  machineId,
  machinesByPlace,
  placeNameOf,
  placeOf,
  placeOfMachine,
  places,
  runningCents,
} from '../../src/machines/catalogue.js';

const station = places.find(({ name }) => name === 'main station')!;
const hourMs = 3_600_000;
const raised = Date.UTC(2026, 6, 1);

describe('the catalogue of machines', () => {
  it('has the 126 machines of the shop, each at one place', () => {
    expect(machineCount).toBe(126);
    expect(new Set(places.map(({ name }) => name)).size).toBe(places.length);
    for (const [machine, place] of placeOfMachine.entries()) expect(placeOf(machineId(machine))).toBe(place);
    expect([placeOf('SNACK--126'), placeOf('')]).toEqual([undefined, undefined]);
  });

  it('leaves machines where they are: what was counted by place is not counted anew', () => {
    const firsts = machinesByPlace.map(([place, ids]) => [place, ids[0], ids.length]);
    expect(firsts).toEqual([
      ['main station', 'SNACK--0', 14],
      ['airport', 'SNACK--14', 10],
      ['university', 'SNACK--24', 16],
      ['shopping mall', 'SNACK--40', 12],
      ['hospital', 'SNACK--52', 12],
      ['office park', 'SNACK--64', 14],
      ['school', 'SNACK--78', 14],
      ['gym', 'SNACK--92', 8],
      ['town hall', 'SNACK--100', 8],
      ['museum', 'SNACK--108', 8],
      ['trade fair', 'SNACK--116', 6],
      ['ferry pier', 'SNACK--122', 4],
    ]);
    for (const [place, ids] of machinesByPlace) for (const id of ids) expect(placeNameOf(id)).toBe(place);
    expect([placeNameOf('SNACK--126'), placeNameOf('')]).toEqual([elsewhere, elsewhere]);
  });

  it('has running costs in the order of their time', () => {
    for (const { runningCosts } of places) {
      const from = runningCosts.map(({ fromMs }) => fromMs);
      expect(from).toEqual([...new Set(from)].sort((a, b) => a - b));
      expect(runningCosts.every(({ centsPerHour }) => Number.isSafeInteger(centsPerHour) && centsPerHour > 0)).toBe(
        true,
      );
    }
  });

  it('charges each hour what held then', () => {
    expect(runningCents(station, raised - hourMs, raised)).toBe(9_000n);
    expect(runningCents(station, raised, raised + hourMs)).toBe(12_000n);
    expect(runningCents(station, raised - hourMs, raised + 2 * hourMs)).toBe(33_000n);
    // 12,000 cents an hour are a cent each 300 ms.
    expect(runningCents(station, raised, raised + 1_499)).toBe(4n);
  });

  it('charges nothing before the shop was opened, nor for no time', () => {
    const opened = Date.UTC(2026, 0, 1);
    expect(runningCents(station, 0, opened)).toBe(0n);
    expect(runningCents(station, 0, opened + hourMs)).toBe(9_000n);
    expect(runningCents(station, raised, raised)).toBe(0n);
  });

  it('is exact up to the greatest time that an event can carry', () => {
    const span = BigInt(Number.MAX_SAFE_INTEGER - raised);
    expect(runningCents(station, raised, Number.MAX_SAFE_INTEGER)).toBe((span * 12_000n) / BigInt(hourMs));
  });
});
