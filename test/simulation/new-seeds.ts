/**
 * Runs new seeds of an architecture, and those that ever failed: new ones follow from the time, are printed with the
 * command that runs them again, and are given by SNACKLAB_FIRST_SEED and SNACKLAB_SEEDS (of both architectures together).
 */
import { expect } from 'vitest';
import failedSeeds from '../../simulation/failed-seeds.json' with { type: 'json' };
import { type Architecture, architectures, runs } from '../../simulation/runs.js';

const runsWanted = Number(process.env.SNACKLAB_SEEDS ?? 300);
const firstSeed = Number(process.env.SNACKLAB_FIRST_SEED ?? Date.now() >>> 0);

/** How many new seeds an architecture gets. */
export const newSeeds = Math.ceil(runsWanted / architectures.length);

/** A seed that failed, by what commit it was mended. */
interface FailedSeed {
  readonly architecture: string;
  readonly seed: number;
  readonly found: string;
  readonly mendedBy: string;
}

/** Those that failed once, whatever was mended since. */
export function oldSeedsOf(architecture: Architecture): readonly number[] {
  const failed: readonly FailedSeed[] = failedSeeds;
  return failed.filter((one) => one.architecture === architecture).map(({ seed }) => seed);
}

/** Runs new seeds; fails at the first violation. What happened in all of them, by its name. */
export async function runNewSeeds(architecture: Architecture): Promise<Readonly<Record<string, number>>> {
  const again = `npm run simulate -- --architecture ${architecture} --from ${firstSeed} --seeds ${newSeeds}`;
  console.log(`${newSeeds} new seeds of ${architecture}: ${again}`);
  const totals: Record<string, number> = {};
  for (let i = 0; i < newSeeds; i++) {
    const counts = await mustPass(architecture, (firstSeed + i) >>> 0);
    for (const [name, count] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + count;
  }
  return totals;
}

/** Runs one seed; the failure says how to run it again. */
export async function mustPass(architecture: Architecture, seed: number): Promise<Readonly<Record<string, number>>> {
  const { violation, counts } = await runs[architecture](seed);
  expect(violation, `npm run simulate -- --architecture ${architecture} --seed ${seed}`).toBeUndefined();
  return counts;
}

/** Names of what never happened: runs that judged, killed or switched nothing would prove nothing. */
export function missingOf(totals: Readonly<Record<string, number>>, leastARun: Readonly<Record<string, number>>) {
  // A few runs may well lack something.
  if (newSeeds < 100) return [];
  return Object.entries(leastARun).filter(([name, least]) => (totals[name] ?? 0) < least * newSeeds);
}
