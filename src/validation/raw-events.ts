/**
 * Decides whether raw events are kept: while no more than a sensible rate comes, averaged over a window, and again when
 * it has clearly fallen below. It says when it stops and why, so that a gap in `all_data_view` is never silent. Pure.
 */

import type { EventFields } from '../events/event.js';
import type { Message } from '../runtimes/ports.js';

/** A valid event with its place in the log. */
export interface RawEvent {
  readonly message: Message;
  readonly event: EventFields;
}

/** Where raw events are kept for panels and ad-hoc queries. */
export interface RawEventStore {
  keep(events: readonly RawEvent[]): Promise<void>;
  /** Says from when on events are kept, or not any more, and why. */
  say(state: RawEventsState): Promise<void>;
}

/** As many events a second as a serving store of this size takes on the side. */
export const rawEventsPerSecondMax = 200;
const windowMs = 5_000;
/** Below this part of the limit it begins again: a rate at the limit must not switch it on and off. */
const resumeBelow = 0.75;

export interface RawEventsState {
  readonly kept: boolean;
  readonly sinceMs: number;
  readonly reason: string;
}

export class RawEventGate {
  readonly #windowEventsMax: number;
  #state: RawEventsState;
  #windowStartMs: number;
  #windowEvents = 0;

  constructor(nowMs: number, perSecondMax: number = rawEventsPerSecondMax) {
    this.#windowEventsMax = (perSecondMax * windowMs) / 1000;
    this.#windowStartMs = nowMs;
    this.#state = { kept: true, sinceMs: nowMs, reason: `no more than ${perSecondMax} events/s` };
  }

  get state(): RawEventsState {
    return this.#state;
  }

  /** Whether these events, counted now, are to be kept. */
  admit(events: number, nowMs: number): boolean {
    this.#endWindow(nowMs);
    this.#windowEvents += events;
    if (this.#state.kept && this.#windowEvents > this.#windowEventsMax) {
      const reason = `${this.#windowEvents} events within ${windowMs} ms are more than ${this.#windowEventsMax}`;
      this.#state = { kept: false, sinceMs: nowMs, reason };
    }
    return this.#state.kept;
  }

  #endWindow(nowMs: number): void {
    const elapsedMs = nowMs - this.#windowStartMs;
    if (elapsedMs < windowMs) return;
    const events = (this.#windowEvents * windowMs) / elapsedMs;
    if (!this.#state.kept && events <= this.#windowEventsMax * resumeBelow) {
      const reason = `${Math.round(events)} events within ${windowMs} ms are few enough again`;
      this.#state = { kept: true, sinceMs: nowMs, reason };
    }
    this.#windowStartMs = nowMs;
    this.#windowEvents = 0;
  }
}
