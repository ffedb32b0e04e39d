/** What a test forgives `verify`: that a slow machine answered seldom. No answer may be wrong. */
import { expect } from 'vitest';
import type { CliResult } from './cli.js';

/** Longer than this nothing is slow, but away: when nothing was killed, and when something was. */
const silenceMsMax = { quiet: 60_000, afterKill: 240_000 };

/**
 * Whether a verdict lacks nothing but pace: every answer was right, and there were fewer of them in a second, or a longer
 * silence, than a quiet lab shows. A test says nothing of speed, which is the benchmarks' to measure.
 */
export function isOnlySlow({ exitCode, stdout }: CliResult, afterKill = false): boolean {
  if (exitCode !== 2) return false;
  const { schema, wrong, ok, shortcomings, ledger } = JSON.parse(stdout || '{}');
  if (schema !== 'snacklab/verify' || wrong > 0 || ok === 0 || shortcomings.length === 0) return false;
  if (ledger !== null && ledger.verdict !== 'pass') return false;
  const silenceMax = afterKill ? silenceMsMax.afterKill : silenceMsMax.quiet;
  const isPace = (one: string) => {
    const [, silenceMs] = /: no answer for (\d+) ms/.exec(one) ?? [];
    return silenceMs === undefined ? / answers a second, at least/.test(one) : Number(silenceMs) <= silenceMax;
  };
  if (!shortcomings.every(isPace)) return false;
  console.warn(`a slow machine: ${shortcomings.join('; ')}`);
  return true;
}

/** Fails the test with all that the judge said, unless every answer was right. */
export function expectRight(result: CliResult, afterKill = false): void {
  if (result.exitCode === 0 || isOnlySlow(result, afterKill)) return;
  expect.fail(`verify said:\n${result.stdout}\n${result.stderr}`);
}
