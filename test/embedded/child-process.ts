/** Starts the lab of lab-child.ts as a process, and has the lines that it prints. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** A test's program as one file, beside the packages that it loads. */
export interface Program extends AsyncDisposable {
  readonly path: string;
}

/** Bundles a program of this folder. */
export async function bundled(name: string): Promise<Program> {
  // Packages are found from where a module lies.
  const folder = await mkdtemp(join(root, 'node_modules/.snacklab-test-'));
  const path = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    ...{
      outfile: path,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      logLevel: 'warning',
    },
  });
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

export interface Running {
  readonly process: ChildProcess;
  /** Whole lines of stdout so far. */
  readonly lines: string[];
  /** Lines of stderr so far. */
  readonly said: string[];
  /** Resolves with how it ended, once all that it printed is in `lines`. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

export function start(command: readonly string[]): Running {
  const [file, ...args] = command;
  const child = spawn(file!, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  return { process: child, lines, said, ended };
}
