/** Gives this process's terminal to a command in a container. Docker's own client does it: it passes on keys, size and signals. */
import { spawn } from 'node:child_process';
import { LabError } from '../../errors.js';

export interface TerminalCommand {
  readonly container: string;
  readonly command: readonly string[];
  /** Whether there is a terminal; without one, standard input is passed on as it is. */
  readonly isTerminal: boolean;
}

/** The command line that does it: for `spawn`, and for who wants to see it. */
export function terminalCommand({ container, command, isTerminal }: TerminalCommand): readonly string[] {
  return ['docker', 'exec', '-i', ...(isTerminal ? ['-t'] : []), container, ...command];
}

/** Resolves with the command's exit code. Throws `unavailable` where docker cannot be run. */
export function runInTerminal(
  order: TerminalCommand,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const [program, ...args] = terminalCommand(order);
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, { env: environment, stdio: 'inherit' });
    child.on('error', (cause) => {
      const suggestion = 'install the docker command, or use the same engine with another client';
      reject(new LabError('docker cannot be run', { kind: 'unavailable', suggestion, cause }));
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}
