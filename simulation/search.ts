/** What the simulator is asked for: many seeds as the code is, or the first seed that finds a rule switched off. */
import { bundled } from './bundle.js';
import type { Mutation } from './mutations/mutation.js';
import type { Architecture } from './runs.js';
import type { Job, JobResult } from './worker.js';
import { BundleFile, inParallel, runInThread, runInThreads } from './workers.js';

/** What many runs came to. */
export interface Totals {
  readonly runs: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly failures: readonly JobResult[];
}

/** What became of a mutation; `found` is undefined where no seed found it. */
export interface MutationFound {
  readonly mutation: Mutation;
  readonly found: JobResult | undefined;
}

/** So many runs, in turn of each architecture, with consecutive 32-bit seeds. */
export function jobsFrom(from: number, runs: number, architectures: readonly Architecture[]): readonly Job[] {
  return Array.from({ length: runs }, (_, i) => ({
    architecture: architectures[i % architectures.length]!,
    seed: (from + Math.floor(i / architectures.length)) >>> 0,
    traceLines: 0,
  }));
}

/** Runs all jobs; `progress` is told of each. */
export async function runAll(
  jobs: readonly Job[],
  threads: number,
  progress: (result: JobResult) => void,
  mutation?: Mutation,
): Promise<Totals> {
  using bundle = new BundleFile(await bundled('worker.ts', mutation));
  const counts: Record<string, number> = {};
  const failures: JobResult[] = [];
  await runInThreads(bundle, jobs, Math.min(threads, jobs.length), (result) => {
    for (const [name, count] of Object.entries(result.counts)) counts[name] = (counts[name] ?? 0) + count;
    if (result.violation !== undefined) failures.push(result);
    progress(result);
  });
  return { runs: jobs.length, counts, failures };
}

/** Looks for each mutation in so many seeds, and stops at the first that finds it; `progress` is told of each. */
export async function searchMutations(
  mutations: readonly Mutation[],
  { from, seeds, threads }: { readonly from: number; readonly seeds: number; readonly threads: number },
  progress: (outcome: MutationFound) => void,
): Promise<readonly MutationFound[]> {
  const outcomes = new Map<Mutation, MutationFound>();
  await inParallel(mutations, threads, async (mutation) => {
    const outcome = { mutation, found: await firstFinding(mutation, from, seeds) };
    outcomes.set(mutation, outcome);
    progress(outcome);
  });
  return mutations.map((mutation) => outcomes.get(mutation)!);
}

async function firstFinding(mutation: Mutation, from: number, seeds: number): Promise<JobResult | undefined> {
  using bundle = new BundleFile(await bundled('worker.ts', mutation));
  let found: JobResult | undefined;
  await runInThread(bundle, jobsFrom(from, seeds * mutation.in.length, mutation.in), (result) => {
    if (result.violation !== undefined) found = result;
    return found === undefined ? 'more' : 'enough';
  });
  return found;
}
