/**
 * The batch engine of the memory runtime: a job is a process of its own that outlives whoever submitted it, reads the
 * archive file by file and writes its output in steps, so that it can be seen half done.
 */
import { judge } from '../../events/parse.js';
import { createFold } from '../../sums/fold.js';
import type { Attempt, BatchEngine, BatchJob, BatchOutput, JobState } from '../ports.js';
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
        world.jobs.set(name, { state: 'running', output: undefined });
        world.scheduler.start(`job ${name}`, (own) => runJob(world, own, job));
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

async function runJob(world: World, process: Process, job: BatchJob): Promise<void> {
  // By its name, as in a file system: what was discarded or has ended meanwhile is not written to any more.
  const write = (from: JobState, change: Partial<StoredJob>) => {
    const written = world.jobs.get(nameOf(job.attempt));
    if (written?.state === from) Object.assign(written, change);
  };
  try {
    const output = await count(world, process, job);
    if (output === undefined) return write('running', { state: 'failed' });
    await world.scheduler.effect(process, () => write('running', { state: 'succeeded' }));
    await world.scheduler.effect(process, () => write('succeeded', { output }));
  } catch (error) {
    // A sum left 64 bits: the same job fails in the same way however often it is tried.
    write('running', { state: 'failed' });
    throw error;
  }
}

/** Undefined where the job fails, by chance or for want of a file. */
async function count(world: World, process: Process, job: BatchJob): Promise<BatchOutput | undefined> {
  const folds = job.questions.map(createFold);
  let messages = 0;
  let rejected = 0;
  for (const file of job.inputs) {
    const found = await world.scheduler.effect(process, () => {
      if (world.scheduler.random() < world.faults.jobFails) return undefined;
      return world.archive.has(file.path) ? stored(world, file) : undefined;
    });
    if (found === undefined) return undefined;
    for (const { partition, offset, value } of found.messages) {
      if (offset >= job.cut[partition]!) continue;
      messages++;
      const judged = judge(value);
      if ('reason' in judged) rejected++;
      else for (const fold of folds) fold.add(judged.event);
    }
  }
  const sums = new Map(job.questions.map((question, i) => [question.name, folds[i]!.table()]));
  return { cut: job.cut, messages, rejected, sums };
}

function nameOf({ pipeline, baseId, id }: Attempt): string {
  return `${pipeline}/${baseId}/${id}`;
}
