/** Runs the built command line as a user does: a process of its own, its output and exit code. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.mjs');

/** How long a command or a condition may take: no measure of speed, only the end of what hangs. */
export const hangMs = 1_200_000;

/** From one batch cycle to the next: seldom, as the tests ask for the bases they need, and two cores are soon full. */
export const batchEverySeconds = 300;

/** A batch recomputes all that there is: after half an hour at 300 a second it took a minute and a half. */
export const ratePerSecond = 100;

/** How the shared lab is brought up: shifted ports, and some bad messages among the good. */
export const labSettings = [
  ...['--rate', String(ratePerSecond), '--seed', '7', '--batch-every', String(batchEverySeconds)],
  ...['--port-base', '20000', '--no-grafana', '--timeout', '1800'],
  ...['--malformed', '0.002', '--duplicate', '0.005', '--late', '0.01', '--questions', 'core'],
] as const;

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly timeoutMs?: number;
  /** Whether its progress is shown as it comes. */
  readonly show?: boolean;
  /** Variables beside this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs `snacklab ARGS`; hold points are on, so that tests can stop services where they choose. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { timeoutMs = hangMs, show = false, environment = {} } = options;
  const child = spawn('node', [cli, ...args], {
    env: { ...process.env, SNACKLAB_HOLDS: 'on', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
    if (show) process.stderr.write(data);
  });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code !== null) return resolve(code);
      const said = `${stdout.slice(-1_000)}\n${stderr.slice(-2_000)}`;
      reject(
        new Error(`${args.join(' ')}: ended by ${signal}, at most ${timeoutMs} ms were given; it had said: ${said}`),
      );
    });
  });
  return { exitCode, stdout, stderr };
}
