/** What a service is given to run with, in a container as in a process that runs them all, and its clock. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './ports.js';

export interface ServiceScope {
  /** Aborted when the service is to end. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
  /** Writes one line with the time before it. */
  readonly say: (line: string) => void;
}

/** Resolves when the service is to end. */
export function untilStopped(stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve();
  return new Promise((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
}

/** Real time. A sleep ends early, without an error, when `stop` is aborted. */
export function realClock(stop?: AbortSignal): Clock {
  return {
    nowMs: () => Date.now(),
    async sleep(ms) {
      await sleep(ms, undefined, stop === undefined ? {} : { signal: stop }).catch(() => {});
    },
  };
}
