/**
 * When events arrive: evenly spaced at a rate, or as days go, handed out in small portions. A producer that was held up
 * catches up by a bounded amount; what it missed beyond that is forgone and counted, never sent as one flood. Pure.
 */
import { evenPace, type Pace } from './days.js';

export interface Arrivals {
  /** A day's mean, where they come as days go. */
  readonly ratePerSecond: number;
  readonly pace: Pace;
  /** From here on arrivals are counted. */
  readonly sinceMs: number;
  /** Events handed out since then, forgone ones included. */
  readonly taken: number;
}

/** So much of the past is caught up with at most. */
export const catchUpMs = 1000;
/** A portion every so often at most: small against any age that matters, large enough to be cheap. */
export const portionEveryMs = 10;

export function startArrivals(ratePerSecond: number, nowMs: number, pace: Pace = evenPace): Arrivals {
  return { ratePerSecond, pace, sinceMs: nowMs, taken: 0 };
}

export interface Due {
  readonly events: number;
  /** Arrivals that lie too far back; `arrivals` counts them as taken. */
  readonly forgone: number;
  readonly arrivals: Arrivals;
}

/** How many events are due. Taking them is said with `take`, for a portion may turn out smaller. */
export function due(arrivals: Arrivals, nowMs: number): Due {
  const { ratePerSecond, pace, sinceMs, taken } = arrivals;
  const evenedMs = pace.evened(nowMs);
  const arrivedSince = (ms: number) => Math.floor(((evenedMs - pace.evened(ms)) * ratePerSecond) / 1000);
  const waiting = arrivedSince(sinceMs) - taken;
  // A clock that was set back would otherwise stop the arrivals until it is there again.
  if (waiting < 0) return { events: 0, forgone: 0, arrivals: startArrivals(ratePerSecond, nowMs, pace) };
  const most = Math.max(1, arrivedSince(nowMs - catchUpMs));
  const forgone = Math.max(0, waiting - most);
  return { events: waiting - forgone, forgone, arrivals: take(arrivals, forgone) };
}

export function take(arrivals: Arrivals, events: number): Arrivals {
  return { ...arrivals, taken: arrivals.taken + events };
}

/** Until the next portion: at least `portionEveryMs`, and long enough for one event to be due. */
export function nextPortionInMs(arrivals: Arrivals, nowMs: number): number {
  const { ratePerSecond, pace, sinceMs, taken } = arrivals;
  if (ratePerSecond <= 0) return Number.POSITIVE_INFINITY;
  const nextAtMs = sinceMs + pace.clockAfter(sinceMs, ((taken + 1) * 1000) / ratePerSecond);
  return Math.max(portionEveryMs, Math.ceil(nextAtMs - nowMs));
}
