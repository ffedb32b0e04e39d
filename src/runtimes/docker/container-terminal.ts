/**
 * Gives this process's terminal to a command in a container. Docker's own client does it: of a terminal it passes on keys,
 * size and signals, of anything else what comes in and goes out.
 */
import { type SpawnOptions, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { LabError } from '../../errors.js';

export interface TerminalCommand {
  readonly container: string;
  readonly command: readonly string[];
  /** Whether there is a terminal; without one, standard input is passed on as it is. */
  readonly isTerminal: boolean;
}

type Environment = NodeJS.ProcessEnv;

/** The command line that does it; `mark` is a variable that everything started by it has in its environment. */
export function terminalCommand({ container, command, isTerminal }: TerminalCommand, mark?: string): readonly string[] {
  const variables = mark === undefined ? [] : ['-e', mark];
  return ['docker', 'exec', '-i', ...(isTerminal ? ['-t'] : []), ...variables, container, ...command];
}

/**
 * Resolves with the command's exit code once it has ended, or with `stop` once nothing of it is left in the container.
 * Throws `unavailable` where docker cannot be run.
 */
export async function runInTerminal(
  order: TerminalCommand,
  environment: Environment,
  stop: AbortSignal,
): Promise<number> {
  const mark = `SNACKLAB_SHELL=${randomUUID()}`;
  const code = await run(terminalCommand(order, mark), { env: environment, stdio: 'inherit', signal: stop });
  // Without a terminal docker passes no signal on: what reads an endless log would do so for ever when nobody listens.
  if (code !== 0 && !order.isTerminal) await endMarked(order.container, mark, environment);
  return code ?? 1;
}

/** Ends what still runs in the container with this variable. What cannot be ended, or has ended, is nothing to say. */
async function endMarked(container: string, mark: string, environment: Environment): Promise<void> {
  const command = ['docker', 'exec', container, 'sh', '-c', endScript, 'sh', mark];
  await run(command, { env: environment, stdio: 'ignore', timeout: endMsMax }).catch(() => {});
}

const endMsMax = 10_000;
/** An image need not have more than a shell and the core tools. */
const endScript = `for process in /proc/[0-9]*; do
  { tr '\\0' '\\n' < "$process/environ" | grep -qx "$1" && kill "\${process#/proc/}"; } 2>/dev/null
done`;

/** The exit code; null where a signal ended it, as `signal` and `timeout` do. */
function run(command: readonly string[], options: SpawnOptions): Promise<number | null> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, options);
    child.on('error', (cause) => {
      if (cause.name === 'AbortError') return;
      const suggestion = 'install the docker command, or use the same engine with another client';
      reject(new LabError('docker cannot be run', { kind: 'unavailable', suggestion, cause }));
    });
    child.on('close', resolve);
  });
}
