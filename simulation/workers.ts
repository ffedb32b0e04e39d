/** Runs jobs on threads, each of which loads the bundle that it is given: the sources as they are, or a mutated copy. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Job, JobResult } from './worker.js';

/** A bundle as a file, for as long as it is used. */
export class BundleFile implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'snacklab-simulation-'));
  readonly path = join(this.#folder, 'bundle.mjs');

  constructor(text: string) {
    writeFileSync(this.path, text);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Runs jobs in one thread until `take` says that it is enough, or all are done. Throws what the thread dies of. */
export async function runInThread(
  bundle: BundleFile,
  jobs: readonly Job[],
  take: (result: JobResult) => 'more' | 'enough',
): Promise<void> {
  const worker = new Worker(bundle.path, { workerData: jobs });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (result: JobResult) => {
        if (take(result) === 'enough') resolve();
      });
      worker.once('error', reject);
      worker.once('exit', () => resolve());
    });
  } finally {
    await worker.terminate();
  }
}

/** Runs jobs in so many threads. */
export async function runInThreads(
  bundle: BundleFile,
  jobs: readonly Job[],
  threads: number,
  take: (result: JobResult) => void,
): Promise<void> {
  const shares = Array.from({ length: threads }, (_, thread) => jobs.filter((_, i) => i % threads === thread));
  const takeAll = (result: JobResult) => {
    take(result);
    return 'more' as const;
  };
  await Promise.all(shares.map((share) => runInThread(bundle, share, takeAll)));
}

/** Does so many things at once, in their order. */
export async function inParallel<T>(things: readonly T[], atOnce: number, work: (thing: T) => Promise<void>) {
  const left = [...things];
  const one = async () => {
    for (let thing = left.shift(); thing !== undefined; thing = left.shift()) await work(thing);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}
