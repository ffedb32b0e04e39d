/** A worker's thread: runs the seeds that it was given, one after the other, and posts what each came to. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Architecture, runs } from './runs.js';
import type { RunResult } from './simulated-lab.js';

/** One run. */
export interface Job {
  readonly architecture: Architecture;
  readonly seed: number;
  /** So many of the last lines of its trace come with the result. */
  readonly traceLines: number;
}

/** What a job came to. */
export interface JobResult extends RunResult {
  readonly architecture: Architecture;
  readonly trace: readonly string[];
}

for (const job of workerData as readonly Job[]) parentPort?.postMessage(await run(job));

async function run({ architecture, seed, traceLines }: Job): Promise<JobResult> {
  let trace: string[] = [];
  const listen = (line: string) => {
    trace = [...trace.slice(-2 * traceLines), line];
  };
  const result = await runs[architecture](seed, traceLines === 0 ? undefined : listen);
  return { ...result, architecture, trace: trace.slice(-traceLines) };
}
