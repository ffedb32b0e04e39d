/**
 * The batch engine of the memory runtime: a job is a process of its own that outlives whoever submitted it, reads the
 * archive file by file and writes its output in steps, so that it can be seen half done.
 */
import { judge } from '../../events/parse.js';
import { createFold } from '../../sums/fold.js';
import type { Attempt, BatchEngine, BatchJob } from '../ports.js';
import { stored } from './log.js';
import type { Process } from './scheduler.js';
import type { StoredJob, World } from './world.js';

export function openBatchEngine(world: World, process: Process): BatchEngine {
  const effect = <T>(perform: () => T) => world.scheduler.effect(process, perform);
  return {
    submit: (job) =>
      effect(() => {
        const name = nameOf(job.attempt);
        if (world.jobs.has(name)) throw new Error(`attempt ${name} was submitted twice`);
        const storedJob: StoredJob = { state: 'running', output: undefined };
        world.jobs.set(name, storedJob);
        world.scheduler.start(`job ${name}`, (own) => runJob(world, own, job, storedJob));
      }),
    state: (attempt) => effect(() => world.jobs.get(nameOf(attempt))?.state ?? 'absent'),
    readOutput: (attempt) => effect(() => world.jobs.get(nameOf(attempt))?.output),
    cancel: (attempt) =>
      effect(() => {
        const job = world.jobs.get(nameOf(attempt));
        if (job?.state === 'running') job.state = 'failed';
      }),
    discard: (pipeline, baseId) =>
      effect(() => {
        for (const name of world.jobs.keys()) {
          const [owner, base] = name.split('/');
          if (owner === pipeline && Number(base) <= baseId) world.jobs.delete(name);
        }
      }),
  };
}

async function runJob(world: World, process: Process, job: BatchJob, storedJob: StoredJob): Promise<void> {
  const folds = job.questions.map(createFold);
  let messages = 0;
  let rejected = 0;
  for (const file of job.inputs) {
    const found = await world.scheduler.effect(process, () => {
      if (world.scheduler.random() < world.faults.jobFails) return undefined;
      return world.archive.has(file.path) ? stored(world, file) : undefined;
    });
    if (found === undefined) {
      storedJob.state = 'failed';
      return;
    }
    for (const { partition, offset, value } of found.messages) {
      if (offset >= job.cut[partition]!) continue;
      messages++;
      const judged = judge(value);
      if ('reason' in judged) rejected++;
      else for (const fold of folds) fold.add(judged.event);
    }
  }
  await world.scheduler.effect(process, () => {
    storedJob.state = 'succeeded';
  });
  const sums = new Map(job.questions.map((question, i) => [question.name, folds[i]!.table()]));
  await world.scheduler.effect(process, () => {
    storedJob.output = { cut: job.cut, messages, rejected, sums };
  });
}

function nameOf({ pipeline, baseId, id }: Attempt): string {
  return `${pipeline}/${baseId}/${id}`;
}
