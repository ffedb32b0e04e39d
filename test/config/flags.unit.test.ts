/** Goal: every flag is parsed once; a wrong one is named as the user wrote it, with its value and the rule. */
import { describe, expect, it } from 'vitest';
import { logsFlags, parseArgument, parseFlags, rateArgument, upFlags, watchFlags } from '../../src/config/flags.js';
import { exitCodes, LabError } from '../../src/errors.js';

function refusal(parse: () => unknown): LabError {
  try {
    parse();
  } catch (error) {
    if (error instanceof LabError) return error;
  }
  throw new Error('it was accepted');
}

describe('flags', () => {
  it('leaves what was not given open, so that a lab keeps what it has', () => {
    const flags = parseFlags(upFlags, {});
    expect(flags).toEqual({ build: false, grafana: true, console: true, timeout: 600_000 });
  });

  it('reads texts as values', () => {
    const flags = parseFlags(upFlags, { rate: '2.5', seed: '9', late: '0.1', portBase: '10000', timeout: '30' });
    expect(flags).toMatchObject({ rate: 2.5, seed: 9, late: 0.1, portBase: 10_000, timeout: 30_000 });
    expect(parseFlags(watchFlags, { interval: '0.5' }).interval).toBe(500);
    expect(parseFlags(logsFlags, {})).toEqual({ follow: false, tail: 100 });
  });

  it('reads a start time as epoch milliseconds or as a date with its time zone', () => {
    expect(parseFlags(upFlags, { startTime: '1767225600000' }).startTime).toBe(1_767_225_600_000);
    expect(parseFlags(upFlags, { startTime: '2026-01-01T00:00:00Z' }).startTime).toBe(1_767_225_600_000);
    expect(parseFlags(upFlags, { startTime: '2026-01-01T01:00:00+01:00' }).startTime).toBe(1_767_225_600_000);
  });

  it('reads how long a day lasts as a time, or that no hour differs', () => {
    const dayOf = (day: string) => parseFlags(upFlags, { day }).day;
    expect(dayOf('24h')).toBe(86_400_000);
    expect(dayOf('60s')).toBe(60_000);
    expect(dayOf('even')).toBeNull();
    expect(parseFlags(upFlags, {}).day).toBeUndefined();
  });

  it('reads how much of the log is kept as a time, as a size, or for ever', () => {
    const kept = (retention: string) => parseFlags(upFlags, { retention }).retention;
    expect(kept('12h')).toEqual({ ms: 43_200_000, bytes: undefined });
    expect(kept('10GB')).toEqual({ ms: undefined, bytes: 10_000_000_000 });
    expect(kept('forever')).toEqual({ ms: undefined, bytes: undefined });
  });

  it.each([
    ['day', '--day', '59s'],
    ['day', '--day', '25h'],
    ['day', '--day', '1d'],
    ['day', '--day', '10'],
    ['retention', '--retention', '30s'],
    ['retention', '--retention', '5MB'],
    ['retention', '--retention', '12'],
    ['rate', '--rate', '-1'],
    ['rate', '--rate', '1e3'],
    ['rate', '--rate', ''],
    ['seed', '--seed', '1.5'],
    ['events', '--events', 'many'],
    ['late', '--late', '1.1'],
    ['batchEvery', '--batch-every', '0'],
    ['sparkWorkers', '--spark-workers', '0'],
    ['datanodes', '--datanodes', '17'],
    ['portBase', '--port-base', '60000'],
    ['startTime', '--start-time', '2026-01-01T00:00:00'],
    ['startTime', '--start-time', 'yesterday'],
    ['timeout', '--timeout', '0'],
  ])('refuses %s: %s %s', (option, flag, value) => {
    const error = refusal(() => parseFlags(upFlags, { [option]: value }));
    expect(error.message).toMatch(`${flag} is "${value}": must be`);
    expect(exitCodes[error.kind]).toBe(64);
    expect(error.suggestion).toBeDefined();
  });

  it('names a wrong argument as the help does', () => {
    expect(refusal(() => parseArgument(rateArgument, 'the rate', 'fast')).message).toMatch('the rate is "fast"');
  });
});
