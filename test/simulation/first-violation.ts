import type { FaultSettings, RunResult } from './simulated-lab.js';

/** Every second run is long with many zombies: some harm needs much to pass while one of them waits. */
const long: Partial<FaultSettings> = { events: 60, steps: 2_500, killRate: 0.005, zombieRate: 0.02 };

/** The first of 500 seeds with a wrong or an unknown answer; undefined when there is none. */
export async function firstViolation(
  run: (seed: number, harder: Partial<FaultSettings>) => Promise<RunResult>,
): Promise<string | undefined> {
  for (let seed = 1; seed <= 500; seed++) {
    const { violation, unknowns } = await run(seed, seed % 2 === 0 ? long : {});
    if (violation !== undefined) return `seed ${seed}: ${violation}`;
    if (unknowns > 0) return `seed ${seed}: ${unknowns} answers stayed unknown`;
  }
  return undefined;
}
