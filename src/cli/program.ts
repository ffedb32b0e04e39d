/** Turns the command table into commander's commands, runs the one that was asked for, and prints what it gives back. */
import { Command as Commander, CommanderError } from 'commander';
import { LabError } from '../errors.js';
import { findResources, type LabName } from '../resources.js';
import { type CommandEntry, commandTable, groups } from './command-table.js';
import { printError, printProgress, printReports, type Streams } from './output.js';
import type { CommandContext, CommandInput } from './report.js';

/** Runs one command line to its end. Answers with the exit code; never throws. */
export async function runCommandLine(args: readonly string[], streams: Streams, signal: AbortSignal): Promise<number> {
  // Known before parsing, since a wrong flag is also told as JSON.
  const json = ownArguments(args).includes('--json');
  let exitCode = 0;
  const act: Act = async (entry, input) => {
    const { run } = await entry.load();
    const context = await commandContext(streams, signal);
    exitCode = await printReports(run(input, context), json, streams);
  };
  try {
    await program(act, streams).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return printError(
      error instanceof CommanderError ? usageError(error, args) : error,
      json,
      streams,
      labOf(args.find((arg) => !arg.startsWith('-'))),
    );
  }
}

/** What follows `--` is another program's. */
function ownArguments(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end < 0 ? args : args.slice(0, end);
}

/** The lab that a command line's first word names; commands of none speak of Lambda's. */
const labOf = (word: string | undefined): LabName => (word === 'kappa' ? 'kappa' : 'lambda');

type Act = (entry: CommandEntry, input: CommandInput) => Promise<void>;

function program(act: Act, streams: Streams): Commander {
  const { version } = findResources();
  const root = configured(new Commander('snacklab'), streams)
    .description('The Lambda and the Kappa architecture on the real engines, exact at every instant, and measured.')
    .version(version, '-V, --version', 'print the version');
  const commanders = new Map<string, Commander>([['', root]]);
  for (const { path, summary } of groups) addTo(commanders, path, streams).description(summary);
  for (const entry of commandTable) addCommand(addTo(commanders, entry.path, streams), entry, act);
  return root;
}

function addTo(commanders: Map<string, Commander>, path: readonly string[], streams: Streams): Commander {
  const parent = commanders.get(path.slice(0, -1).join(' '));
  if (parent === undefined) throw new Error(`the command table names no group for ${path.join(' ')}`);
  const commander = configured(new Commander(path.at(-1)), streams);
  parent.addCommand(commander);
  commanders.set(path.join(' '), commander);
  return commander;
}

function addCommand(commander: Commander, entry: CommandEntry, act: Act): void {
  commander.description(entry.summary);
  for (const [name, text] of entry.arguments ?? []) commander.argument(name, text);
  for (const [flags, text] of entry.flags ?? []) commander.option(flags, text);
  commander.option('--json', 'print one JSON document');
  commander.addHelpText('after', `\nExample:\n${entry.examples.map((example) => `  $ ${example}`).join('\n')}`);
  const lab = labOf(entry.path[0]);
  commander.action((...given: unknown[]) => {
    const args = given
      .slice(0, -2)
      .flat()
      .filter((value): value is string => typeof value === 'string');
    return act(entry, { lab, arguments: args, options: commander.opts() });
  });
}

function configured(commander: Commander, streams: Streams): Commander {
  return commander
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .configureOutput({ writeOut: (text) => void streams.stdout.write(text), writeErr: () => {} });
}

async function commandContext(streams: Streams, signal: AbortSignal): Promise<CommandContext> {
  const { commandLineConfig } = await import('../config/command-line.js');
  const { setTimeout: sleep } = await import('node:timers/promises');
  return {
    config: commandLineConfig(),
    resources: findResources(),
    clock: {
      nowMs: () => Date.now(),
      sleep: (ms) => sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted()),
    },
    signal,
    say: (text) => printProgress(text, streams),
  };
}

/** Commander's complaint in the house's form. */
function usageError(error: CommanderError, args: readonly string[]): LabError {
  const known = ['snacklab', ...knownPath(args)].join(' ');
  const [, meant] = /Did you mean (?:one of )?(.+?)\?/.exec(error.message) ?? [];
  const help = `${known} --help`;
  const better = error.code === 'commander.unknownCommand' ? `${known} ${meant}` : `${meant}; ${help} lists all`;
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\s*\(Did you mean[^)]*\)/, '')
    .trim();
  return new LabError(error.code === 'commander.help' ? `${known} needs a command` : message, {
    kind: 'usage',
    suggestion: meant === undefined ? help : better,
    detail: { arguments: args },
  });
}

/** How far the words that were typed name groups and a command. */
function knownPath(args: readonly string[]): readonly string[] {
  const paths = [...groups, ...commandTable].map(({ path }) => path.join(' '));
  const words = args.filter((arg) => !arg.startsWith('-'));
  const lengths = words.map((_, i) => i + 1).filter((length) => paths.includes(words.slice(0, length).join(' ')));
  return words.slice(0, lengths.at(-1) ?? 0);
}
