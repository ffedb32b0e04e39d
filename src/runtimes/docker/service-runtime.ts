/**
 * What every service process in a container shares: an orderly end on SIGTERM, one line a message on stdout, and an
 * exit code that makes Docker start it again after an error. What the service does is its own file's matter.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { labName } from '../../config/service.js';
import { describeError, LabError, suggestionFor } from '../../errors.js';
import type { Clock } from '../ports.js';

/** What a service is given to run with. */
export interface ServiceScope {
  /** Aborted when the service is to end. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
  /** Writes one line with the time before it. */
  readonly say: (line: string) => void;
}

const awayPauseMs = 5_000;

/** Real time. A sleep ends early, without an error, when `stop` is aborted. */
export function realClock(stop?: AbortSignal): Clock {
  return {
    nowMs: () => Date.now(),
    async sleep(ms) {
      await sleep(ms, undefined, stop === undefined ? {} : { signal: stop }).catch(() => {});
    },
  };
}

/** Runs a service to its end and leaves the process: 0 after SIGTERM or a fulfilled task, else the error's code. */
export async function runService(name: string, main: (scope: ServiceScope) => Promise<void>): Promise<never> {
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
  const say = (line: string) => process.stdout.write(`${new Date().toISOString()} ${name}: ${line}\n`);
  try {
    say('started');
    await main({ stop: stopping.signal, clock: realClock(stopping.signal), say });
    say('ended');
    process.exit(0);
  } catch (error) {
    say(`failed: ${describeError(error)}`);
    const suggestion = error instanceof LabError ? suggestionFor(error, labName()) : undefined;
    if (suggestion !== undefined) say(`try: ${suggestion}`);
    // An engine that is away comes back in seconds; starting again at once would only count up restarts.
    if (error instanceof LabError && error.kind === 'unavailable') await realClock(stopping.signal).sleep(awayPauseMs);
    process.exit(1);
  }
}
