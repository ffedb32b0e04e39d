/** `shell`: one of the engines' own tools, in the container that has it, at this terminal. */
import { parseArgument, parseFlags, shellFlags, toolArgument } from '../../config/flags.js';
import { runInTerminal, terminalCommand } from '../../runtimes/docker/container-terminal.js';
import { engineTools } from '../../runtimes/docker/engine-tools.js';
import type { ShellDocument } from '../documents-shell.js';
import { findLab } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const [name, ...args] = input.arguments;
  const tool = parseArgument(toolArgument, 'the tool', name);
  const { print, json } = parseFlags(shellFlags, input.options);
  const container = (await findLab(input, context)).toolContainer(tool);
  const { command, hint } = engineTools[tool];
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const order = { container, command: command(args), isTerminal };
  const shown = [...terminalCommand(order)];
  const document: ShellDocument = {
    schema: 'snacklab/shell',
    version: 1,
    lab: input.lab,
    tool,
    container,
    command: shown,
  };
  // What the tool prints is the tool's: beside it there is no document.
  if (print || json) return { document, text: shown.map(quoted).join(' ') };
  if (args.length === 0) context.say(hint);
  const exitCode = await runInTerminal(order, { ...context.config.inherited }, context.signal);
  context.signal.throwIfAborted();
  return { document, text: '', verdict: exitCode === 0 ? 'pass' : 'fail' };
}

/** As a POSIX shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
