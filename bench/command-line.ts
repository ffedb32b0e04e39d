/** What a benchmark was asked to do: its command line, with help, and a clear error for what it does not take. */
import { Command, type CommanderError, InvalidArgumentError, Option } from 'commander';

/** What was asked of the rows on the command line. */
export interface BenchOptions {
  /** Hold this rate, events a second, without looking for the highest. */
  readonly hold?: number;
  /** Measure what answers at this address. */
  readonly url?: string;
}

/** The rows to measure, in the order they were named, and what was asked of them. */
export interface BenchWanted extends BenchOptions {
  readonly only: readonly string[];
}

const options = {
  hold: new Option('--hold <rate>', 'hold this rate, events a second, without looking for the highest').argParser(rate),
  url: new Option('--url <address>', 'measure what answers there, such as http://127.0.0.1:9022').argParser(address),
};

/** Reads `args`, the words after the script. `onEnd` is given help that was asked for, and mistakes; it does not return. */
export function benchCommandLine(
  args: readonly string[],
  { name, rows, takes }: { name: string; rows: readonly string[]; takes: readonly (keyof BenchOptions)[] },
  onEnd: (error: CommanderError) => never,
): BenchWanted {
  const only = new Option('--only <rows>', `rows to measure, of ${rows.join(',')}`)
    .argParser((text) => rowNames(text, rows))
    .default(rows, 'all');
  const program = new Command(`npm run bench:${name} --`)
    .exitOverride(onEnd)
    .showHelpAfterError('--help says what it takes')
    .addOption(only);
  for (const one of takes) program.addOption(options[one]);
  return program.parse(args, { from: 'user' }).opts<BenchWanted>();
}

function rowNames(text: string, rows: readonly string[]): readonly string[] {
  const names = text.split(',');
  const unknown = names.filter((name) => !rows.includes(name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`There is no row "${unknown.join(', ')}": there are ${rows.join(', ')}.`);
  }
  return names;
}

function rate(text: string): number {
  if (!(Number(text) > 0)) throw new InvalidArgumentError('It must be a number of events a second.');
  return Number(text);
}

function address(text: string): string {
  if (!URL.canParse(text)) throw new InvalidArgumentError('It must be an address with its protocol.');
  return text;
}
