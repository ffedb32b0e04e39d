import type { CommanderError } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { benchCommandLine } from '../../bench/command-line.js';

const known = { name: 'lambda', rows: ['ages', 'rate'], takes: ['hold', 'url'] as const };
const read = (...args: string[]) =>
  benchCommandLine(args, known, (error) => {
    throw error;
  });

let printed: string[];
beforeEach(() => {
  printed = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  }
});
afterEach(() => vi.restoreAllMocks());

test('all rows are measured where none is named, else those that are named, in their order', () => {
  expect(read()).toEqual({ only: ['ages', 'rate'] });
  expect(read('--only', 'rate,ages', '--hold', '15000')).toEqual({ only: ['rate', 'ages'], hold: 15_000 });
  expect(read('--url', 'http://127.0.0.1:9022')).toMatchObject({ url: 'http://127.0.0.1:9022' });
});

test('help names the rows, and is no mistake', () => {
  expect(() => read('--help')).toThrow(expect.objectContaining<Partial<CommanderError>>({ exitCode: 0 }));
  expect(printed.join('')).toContain('npm run bench:lambda -- [options]');
  expect(printed.join('')).toContain('rows to measure, of ages,rate (default: all)');
});

test.for([
  [['--only', 'ages,speed'], 'There is no row "speed": there are ages, rate.'],
  [['--hold', 'fast'], 'It must be a number of events a second.'],
  [['--hold', '-1'], 'It must be a number of events a second.'],
  [['--url', '9022'], 'It must be an address with its protocol.'],
  [['--rounds', '3'], "unknown option '--rounds'"],
] as const)('%j is refused: %s', ([args, said]) => {
  expect(() => read(...args)).toThrow(expect.objectContaining<Partial<CommanderError>>({ exitCode: 1 }));
  expect(printed.join('')).toContain(said);
});

test('a benchmark takes no option of another', () => {
  expect(() =>
    benchCommandLine(['--hold', '9'], { ...known, takes: [] }, (error) => {
      throw error;
    }),
  ).toThrow();
  expect(printed.join('')).toContain("unknown option '--hold'");
});
