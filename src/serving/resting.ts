/**
 * Lets work that is done again and again take a small part of the time: each piece rests for many times as long as it last
 * took. What is cheap is not slowed by it, and what is dear, on this machine and at this moment, is done less often.
 */
import type { Clock } from '../runtimes/ports.js';

const restPerWork = 40;
/**
 * Nothing waits longer for its turn, however long it took. Views that panels show are small and usually rest about a
 * second; the others are there for whoever asks by hand, and say as of when they are.
 */
export const restMsMax = 10_000;

/** Does a piece of work, or resolves with undefined while the piece of that name rests. */
export type Resting = <T>(name: string, work: () => Promise<T>) => Promise<T | undefined>;

export function restingWork({ nowMs }: Pick<Clock, 'nowMs'>): Resting {
  const untilMs = new Map<string, number>();
  return async (name, work) => {
    const beganMs = nowMs();
    const leftMs = (untilMs.get(name) ?? beganMs) - beganMs;
    // A clock that was set back must not keep anything waiting.
    if (leftMs > 0 && leftMs <= restMsMax) return undefined;
    const done = await work();
    const endedMs = nowMs();
    untilMs.set(name, endedMs + Math.min(restMsMax, restPerWork * (endedMs - beganMs)));
    return done;
  };
}
