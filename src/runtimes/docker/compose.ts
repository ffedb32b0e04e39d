/**
 * Runs `docker compose` for building and starting; everything else about containers goes through ./containers.ts.
 * A run is bounded, can be interrupted, and when it fails the error holds its last lines.
 */
import { spawn } from 'node:child_process';
import { LabError } from '../../errors.js';
import type { LabName } from '../../resources.js';
import { projectOf } from './containers.js';

export interface ComposeProject {
  readonly lab: LabName;
  readonly file: string;
  readonly variables: Readonly<Record<string, string>>;
  /** The environment that docker gets beside the variables. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
}

export interface ComposeRun {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Each line that compose prints, as it comes. */
  readonly onLine?: (line: string) => void;
}

/** What compose makes of a project's files. */
export interface ComposeService {
  readonly name: string;
  readonly image: string;
  /** Whether this service says how its image is built. */
  readonly built: boolean;
}

const keptLines = 40;
const killAfterMs = 10_000;

/** The services of all profiles, with the names of their images. */
export async function composeServices(project: ComposeProject): Promise<readonly ComposeService[]> {
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line);
  await runCompose(project, ['--profile', '*', 'config', '--format', 'json'], { timeoutMs: 30_000, onLine });
  const { services } = JSON.parse(lines.join('\n')) as {
    services: Record<string, { image: string; build?: unknown }>;
  };
  return Object.entries(services).map(([name, { image, build }]) => ({ name, image, built: build !== undefined }));
}

/** Runs compose to its end. Throws `internal` with the last lines when it fails, or the signal's reason. */
export async function runCompose(project: ComposeProject, args: readonly string[], run: ComposeRun): Promise<void> {
  const flags = ['compose', '--progress', 'plain', '-p', projectOf(project.lab), '-f', project.file];
  const environment = { ...withoutCompose(project.inherited), ...project.variables, COMPOSE_DISABLE_ENV_FILE: '1' };
  const ended = await runDocker([...flags, ...args], environment, run);
  run.signal?.throwIfAborted();
  if (ended.code === 0) return;
  const what = `docker compose ${args.find((arg) => !arg.startsWith('-') && arg !== '*')}`;
  const how = ended.timedOut ? `did not end within ${run.timeoutMs} ms` : `failed with exit code ${ended.code}`;
  throw new LabError(`${what} ${how}:\n${ended.lines.map((line) => `  ${line}`).join('\n')}`, {
    kind: 'unavailable',
    detail: { args, code: ended.code, lines: ended.lines },
  });
}

/** What shapes another project of the user must not shape the lab: COMPOSE_PROFILES, or an .env file that lies around. */
function withoutCompose(environment: ComposeProject['inherited']): ComposeProject['inherited'] {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('COMPOSE_')));
}

interface Ended {
  readonly code: number;
  readonly timedOut: boolean;
  readonly lines: readonly string[];
}

function runDocker(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  run: ComposeRun,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // A process group of its own: a terminal's Ctrl-C must reach compose through us, once, and not on its own.
    const child = spawn('docker', args, { env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const last: string[] = [];
    let timedOut = false;
    const stop = interrupter(child.pid);
    const timer = setTimeout(() => {
      timedOut = true;
      stop();
    }, run.timeoutMs);
    run.signal?.addEventListener('abort', stop, { once: true });
    if (run.signal?.aborted) stop();

    const take = (line: string) => {
      last.push(line);
      if (last.length > keptLines) last.shift();
      run.onLine?.(line);
    };
    eachLine(child.stdout, take);
    eachLine(child.stderr, take);
    const cleared = () => {
      clearTimeout(timer);
      run.signal?.removeEventListener('abort', stop);
    };
    child.on('error', (error) => {
      cleared();
      const suggestion = 'install Docker with its compose plugin, version 2.20 or newer';
      reject(new LabError('docker cannot be run', { kind: 'unavailable', suggestion, cause: error }));
    });
    child.on('close', (code) => {
      cleared();
      resolve({ code: code ?? 1, timedOut, lines: last });
    });
  });
}

/** Asks a process group to end, and ends it when it does not. */
function interrupter(pid: number | undefined): () => void {
  const signalGroup = (name: NodeJS.Signals) => {
    try {
      if (pid !== undefined) process.kill(-pid, name);
    } catch {
      // It has ended by itself.
    }
  };
  return () => {
    signalGroup('SIGINT');
    setTimeout(() => signalGroup('SIGKILL'), killAfterMs).unref();
  };
}

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) take(line);
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
  });
}
