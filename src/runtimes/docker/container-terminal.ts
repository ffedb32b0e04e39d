/** Gives this process's terminal to a command in a container. Docker's own client does it: it passes on keys, size and signals. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { LabError } from '../../errors.js';

export interface TerminalCommand {
  readonly container: string;
  readonly command: readonly string[];
  /** Whether there is a terminal; without one, standard input is passed on as it is. */
  readonly isTerminal: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The command line that does it: for `spawn`, and for who wants to see it. */
export function terminalCommand({ container, command, isTerminal }: TerminalCommand): readonly string[] {
  return ['docker', 'exec', '-i', ...(isTerminal ? ['-t'] : []), container, ...command];
}

/** Resolves with the command's exit code. Throws `unavailable` where docker cannot be run. */
export async function runInTerminal(order: TerminalCommand, environment: Environment): Promise<number> {
  const [program, exec, ...args] = terminalCommand(order);
  const mark = `SNACKLAB_SHELL=${randomUUID()}`;
  const code = await run([program!, exec!, '-e', mark, ...args], environment, 'inherit');
  // Without a terminal docker passes no signal on: what reads an endless log would do so for ever when nobody listens.
  if (code !== 0 && !order.isTerminal) await endMarked(order.container, mark, environment);
  return code ?? 1;
}

/** Ends what still runs in the container with this variable. What cannot be ended, or has ended, is nothing to say. */
async function endMarked(container: string, mark: string, environment: Environment): Promise<void> {
  await run(['docker', 'exec', container, 'sh', '-c', endScript, 'sh', mark], environment, 'ignore').catch(() => {});
}

/** An image need not have more than a shell and the core tools. */
const endScript = `for process in /proc/[0-9]*; do
  { tr '\\0' '\\n' < "$process/environ" | grep -qx "$1" && kill "\${process#/proc/}"; } 2>/dev/null
done`;

/** The exit code; null where a signal ended it. */
function run(
  command: readonly string[],
  environment: Environment,
  stdio: 'inherit' | 'ignore',
): Promise<number | null> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, { env: environment, stdio });
    child.on('error', (cause) => {
      const suggestion = 'install the docker command, or use the same engine with another client';
      reject(new LabError('docker cannot be run', { kind: 'unavailable', suggestion, cause }));
    });
    child.on('close', resolve);
  });
}
