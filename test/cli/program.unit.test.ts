/** Goal: whatever is typed ends in help, a command, or exit code 64 with the nearest thing that would have worked. */
import { describe, expect, it } from 'vitest';
import { commandTable } from '../../src/cli/command-table.js';
import { runCommandLine } from '../../src/cli/program.js';
import { recordedStreams } from './streams.js';

async function typed(...args: string[]) {
  const { written, streams } = recordedStreams();
  const exitCode = await runCommandLine(args, streams, new AbortController().signal);
  return { exitCode, ...written };
}

describe('the command line', () => {
  it.each(commandTable.map(({ path }) => path.join(' ')))('%s has help with an example of itself', async (path) => {
    const { exitCode, stdout, stderr } = await typed(...path.split(' '), '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`$ snacklab ${path}`);
    expect(stdout).toMatch('--json');
    expect(stderr).toBe('');
  });

  it('lists every command in the help of its group', async () => {
    const { stdout } = await typed('lambda', '--help');
    for (const name of ['up', 'status', 'query', 'watch', 'batch', 'generator', 'logs', 'down']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
  });

  it('prints its version', async () => {
    expect((await typed('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [['lamda', 'up'], "unknown command 'lamda'", 'Try: snacklab lambda'],
    [['lambda', 'stauts'], "unknown command 'stauts'", 'Try: snacklab lambda status'],
    [['lambda', 'up', '--rat', '5'], "unknown option '--rat'", 'Try: --rate; snacklab lambda up --help'],
    [['lambda', 'up', '--rate'], "option '--rate <events>' argument missing", 'Try: snacklab lambda up --help'],
    [['lambda', 'down', 'now'], 'too many arguments', 'Try: snacklab lambda down --help'],
    [['lambda', 'query'], "missing required argument 'question'", 'Try: snacklab lambda query --help'],
    [['lambda', 'generator', 'rat', '5'], "unknown command 'rat'", 'Try: snacklab lambda generator rate'],
    [['lambda', 'up', '--rate', 'fast'], '--rate is "fast"', 'Try: '],
    [['lambda', 'generator', 'rate', 'fast'], 'the rate is "fast"', 'Try: '],
    [['lambda'], 'snacklab lambda needs a command', 'Try: snacklab lambda --help'],
    [[], 'snacklab needs a command', 'Try: snacklab --help'],
  ])('%j ends with 64', async (args, what, suggestion) => {
    const { exitCode, stdout, stderr } = await typed(...args);
    expect(exitCode).toBe(64);
    expect(stdout).toBe('');
    expect(stderr).toContain(what);
    expect(stderr).toContain(suggestion);
  });

  it('tells a wrong flag as one JSON document too', async () => {
    const { exitCode, stdout } = await typed('lambda', 'up', '--rat', '5', '--json');
    expect(exitCode).toBe(64);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'snacklab/error', version: 1, kind: 'usage', exitCode: 64 });
  });
});
