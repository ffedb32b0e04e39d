/** The stream jobs of a simulated lab, one a version, and who starts and ends them. */
import { openLog } from '../../src/runtimes/memory/log.js';
import type { Process } from '../../src/runtimes/memory/scheduler.js';
import { followLog } from '../../src/serving/fold-stream.js';
import type { Head } from '../../src/serving/head.js';
import type { Running, Service, SimulatedLab } from './simulated-lab.js';

/** As `stream/runner.py`: one stream job for each ready pipeline, none for any other. A job ends with its runner. */
export async function followHeads(lab: SimulatedLab, process: Process): Promise<void> {
  const store = lab.openStore(process);
  const jobs = new Map<string, Running>();
  for (;;) {
    const ready = readyOf((await store.readHeads()).heads);
    const wanted = new Set(ready.map(({ pipeline }) => pipeline));
    for (const [pipeline, job] of jobs) {
      if (wanted.has(pipeline)) continue;
      if (job.process.alive && !job.zombie) lab.stop(job);
      jobs.delete(pipeline);
    }
    for (const pipeline of wanted) {
      const job = jobs.get(pipeline);
      if (job?.process.alive && !job.zombie) continue;
      jobs.set(pipeline, lab.start(streamJob(lab, pipeline), process));
    }
    await lab.clock(process).sleep(20);
  }
}

/** As `stream/job.py`: it is given a pipeline's name, and the head says what to count. */
function streamJob(lab: SimulatedLab, pipeline: string): Service {
  const run = (process: Process) =>
    followLog(
      { store: lab.openStore(process), log: openLog(lab.world, process), clock: lab.clock(process) },
      pipeline,
      () => false,
    );
  return { name: `stream ${pipeline}`, weight: 1.5, run };
}

export function readyOf(heads: ReadonlyMap<string, Head>): readonly Head[] {
  return [...heads.values()].filter(({ status }) => status === 'ready');
}
