/**
 * Goal: the drill of the README runs as it is written: half a million events, a changed question, a replay, readers to and fro.
 * Method: each of its commands as it stands there, on a lab of its own; each must end with 0; of the judge a slow machine may
 * see too little pace, and nothing else.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import { type CliResult, hangMs, runCli } from '../lab/cli.js';
import { freshLabFlags, kappa } from '../lab/kappa.js';
import { isOnlySlow } from '../lab/only-slow.js';
import { patienceOf } from '../lab/patience.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The words of each command of the drill, without what is said of it. */
function drill(): readonly (readonly string[])[] {
  const section = readme.split('## A question changes')[1]!.split('\n\n')[1]!;
  return section.split('\n').map((line) => {
    const [command] = line.trim().split(/ {2,}/);
    expect(command).toMatch(/^npx snacklab kappa /);
    return command!.split(' ').slice(2);
  });
}

/** Only what a second lab on this machine needs is added: other ports, and no Grafana; and more patience than a user has. */
const added: Readonly<Record<string, readonly string[]>> = {
  up: freshLabFlags,
  verify: ['--at-most', '1200'],
};
const asHere = (args: readonly string[]) => [...args, ...(added[args[1]!] ?? patienceOf(args[1]!))];

async function run(args: readonly string[]): Promise<CliResult> {
  const result = await runCli([...args, '--json'], { timeoutMs: 2 * hangMs, show: true });
  if (args[1] === 'verify' && isOnlySlow(result)) return result;
  expect(result.exitCode, `${args.join(' ')}: ${result.stdout}\n${result.stderr}`).toBe(0);
  return result;
}

describe.runIf(inject('docker'))("the README's drill", () => {
  it('ends as it says', { timeout: 5 * hangMs }, async () => {
    if (process.env.SNACKLAB_KEEP_LAB !== undefined)
      throw new Error('the drill needs a lab of its own: leave this file out');
    for (const lab of ['kappa', 'lambda']) await run([lab, 'down', '--volumes']);
    const commands = drill();
    expect(commands.map(([, name]) => name)).toEqual([
      'up',
      'generator',
      'replay',
      'switch',
      'verify',
      'rollback',
      'verify',
      'drop',
      'down',
    ]);
    const timings: string[] = [];
    for (const args of commands.slice(0, -1)) {
      const startedMs = performance.now();
      const { stdout } = await run(asHere(args));
      timings.push(`${args.slice(1).join(' ')}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
      if (args[1] === 'replay') expect(JSON.parse(stdout).messages).toBeGreaterThanOrEqual(500_000);
    }
    console.log(timings.join('\n'));
    await using store = await kappa.openStore();
    const { live, heads, generation } = await store.readHeads();
    expect([live, [...heads.keys()], generation]).toEqual(['kappa-1', ['kappa-1'], 3]);
    await run(commands.at(-1)!);
  });
});
