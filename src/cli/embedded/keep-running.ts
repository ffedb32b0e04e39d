/**
 * Services in one process, each started again when it throws, as Docker does it with containers. One that can never go
 * on ends them all with its error; what it takes with it is in their stores, as after a kill.
 */
import { setMaxListeners } from 'node:events';
import { describeError, LabError } from '../../errors.js';
import type { Clock } from '../../runtimes/ports.js';
import type { ServiceScope } from '../../runtimes/service-scope.js';

/** What runs until it is stopped. */
export interface LabService {
  readonly name: string;
  readonly run: (scope: ServiceScope) => Promise<void>;
}

/** How a service is, for `status`. */
export interface ServiceState {
  readonly name: string;
  state: 'running' | 'restarting' | 'ended';
  /** How often it was started again. */
  restarts: number;
  /** What it threw last. */
  lastError: string | null;
}

const pauseMs = { least: 250, most: 10_000 };
/** What ran for so long did not fail for the reason of the time before. */
const wentWellMs = 60_000;

/** Runs all until `stop`, or until one cannot go on: then the others are stopped, and its error is thrown. */
export async function runServices(
  services: readonly LabService[],
  { stop, clock, say }: ServiceScope,
  states: ServiceState[] = [],
): Promise<void> {
  const ending = new AbortController();
  const all = AbortSignal.any([stop, ending.signal]);
  // Each sleep of each service listens to it.
  setMaxListeners(0, all);
  const scope = { stop: all, clock: endingEarly(clock, all), say };
  const running = services.map(async (service) => {
    const state = newState(service.name);
    states.push(state);
    try {
      await keepRunning(service, scope, state, canNeverGoOn);
    } catch (error) {
      ending.abort();
      throw error;
    }
  });
  const ended = await Promise.allSettled(running);
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

export function newState(name: string): ServiceState {
  return { name, state: 'running', restarts: 0, lastError: null };
}

/** Runs one service until `stop`, again and again after a growing pause. Throws where `isFinal` says so of its error. */
export async function keepRunning(
  { name, run }: LabService,
  { stop, clock, say }: ServiceScope,
  state: ServiceState,
  isFinal: (error: unknown) => boolean,
): Promise<void> {
  const ownSay = (line: string) => say(`${name}: ${line}`);
  let pause = pauseMs.least;
  while (!stop.aborted) {
    const startedMs = clock.nowMs();
    try {
      state.state = 'running';
      // A signal of its own: what a service leaves listening to it goes with the run.
      await run({ stop: AbortSignal.any([stop]), clock, say: ownSay });
      if (!stop.aborted) ownSay('ended, and is started again');
    } catch (error) {
      state.lastError = describeError(error);
      ownSay(`failed: ${state.lastError}`);
      if (isFinal(error)) {
        state.state = 'ended';
        throw error;
      }
    }
    if (stop.aborted) break;
    if (clock.nowMs() - startedMs > wentWellMs) pause = pauseMs.least;
    state.state = 'restarting';
    state.restarts++;
    await clock.sleep(pause);
    pause = Math.min(pause * 2, pauseMs.most);
  }
  state.state = 'ended';
}

/** A log that has lost what comes next, a ledger that is another's: trying again changes nothing. */
function canNeverGoOn(error: unknown): boolean {
  return error instanceof LabError && (error.kind === 'fail' || error.kind === 'usage');
}

/** The clock, with sleeps that end early, without an error, when `stop` is aborted. */
export function endingEarly(clock: Clock, stop: AbortSignal): Clock {
  return {
    nowMs: () => clock.nowMs(),
    sleep: (ms) =>
      new Promise((resolve) => {
        if (stop.aborted) return resolve();
        const end = () => {
          stop.removeEventListener('abort', end);
          resolve();
        };
        stop.addEventListener('abort', end);
        clock.sleep(ms).then(end, end);
      }),
  };
}
