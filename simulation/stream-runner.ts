/** The stream jobs of a simulated lab, one a version, and who starts and ends them. */
import type { Process } from '../src/runtimes/memory/scheduler.js';
import type { DeadLetterLog, Log } from '../src/runtimes/ports.js';
import { followLog } from '../src/serving/fold-stream.js';
import type { Head } from '../src/serving/head.js';
import type { Running, Service } from './processes.js';
import type { SimulatedLab } from './simulated-lab.js';

/** The log as a process reads it, and where it keeps what was rejected. */
export type OpenLog = (process: Process) => Log & DeadLetterLog;

/** As `stream/runner.py`: one stream job for each ready pipeline, none for any other. A job ends with its runner. */
export async function followHeads(lab: SimulatedLab, process: Process, openLog: OpenLog): Promise<void> {
  const store = lab.openStore(process);
  const jobs = new Map<string, Running>();
  for (;;) {
    const ready = readyOf((await store.readHeads()).heads);
    const wanted = new Set(ready.map(({ pipeline }) => pipeline));
    for (const [pipeline, job] of jobs) {
      if (wanted.has(pipeline)) continue;
      if (job.process.alive && !job.zombie) lab.processes.stop(job);
      jobs.delete(pipeline);
    }
    for (const pipeline of wanted) {
      const job = jobs.get(pipeline);
      if (job?.process.alive && !job.zombie) continue;
      jobs.set(pipeline, lab.processes.start(streamJob(lab, pipeline, openLog), process));
    }
    await lab.clock(process).sleep(20);
  }
}

/** As `stream/job.py`: it is given a pipeline's name, and the head says what to count. */
function streamJob(lab: SimulatedLab, pipeline: string, openLog: OpenLog): Service {
  const run = (process: Process) =>
    followLog(
      { store: lab.openStore(process), log: openLog(process), clock: lab.clock(process) },
      pipeline,
      () => false,
    );
  return { name: `stream ${pipeline}`, weight: 1.5, run, endsWhenReplaced: true };
}

export function readyOf(heads: ReadonlyMap<string, Head>): readonly Head[] {
  return [...heads.values()].filter(({ status }) => status === 'ready');
}
