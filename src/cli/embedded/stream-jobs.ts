/** As `stream/runner.py`: one stream job for each ready version, none for any other, each started again when it ends. */
import type { ServiceScope } from '../../runtimes/service-scope.js';
import { followLog, type StreamPorts } from '../../serving/fold-stream.js';
import { type Pace, pacedLog } from '../../serving/paced-log.js';
import { endingEarly, keepRunning, newState } from './keep-running.js';

const lookEveryMs = 100;

interface Job {
  readonly stopping: AbortController;
  readonly ended: Promise<void>;
}

/** Runs until it is stopped, and then until all jobs have ended. Throws what the store throws. */
export async function runStreamJobs(ports: StreamPorts, pace: Pace, scope: ServiceScope): Promise<void> {
  const paced = { ...ports, log: pacedLog(ports.log, pace, scope.clock) };
  const jobs = new Map<number, Job>();
  try {
    while (!scope.stop.aborted) {
      const ready = [...(await ports.store.readHeads()).heads.values()].filter(({ status }) => status === 'ready');
      const wanted = new Set(ready.map(({ incarnation }) => incarnation));
      for (const [incarnation, job] of jobs) {
        if (wanted.has(incarnation)) continue;
        job.stopping.abort();
        await job.ended;
        jobs.delete(incarnation);
      }
      // By incarnation: a version that was dropped and made anew under the same name gets a job of its own.
      for (const { incarnation, pipeline } of ready) {
        if (!jobs.has(incarnation)) jobs.set(incarnation, start(paced, pipeline, scope));
      }
      await scope.clock.sleep(lookEveryMs);
    }
  } finally {
    for (const { stopping } of jobs.values()) stopping.abort();
    await Promise.all([...jobs.values()].map(({ ended }) => ended));
  }
}

/** A job says why it ended and is tried again whatever that was: another version's job goes on beside it. */
function start(ports: StreamPorts, pipeline: string, scope: ServiceScope): Job {
  const stopping = new AbortController();
  const stop = AbortSignal.any([scope.stop, stopping.signal]);
  const job = { name: pipeline, run: () => followLog(ports, pipeline, () => stop.aborted) };
  const ended = keepRunning(
    job,
    { ...scope, stop, clock: endingEarly(scope.clock, stop) },
    newState(pipeline),
    () => false,
  );
  return { stopping, ended };
}
