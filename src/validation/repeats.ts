/**
 * Knows which event ids came before, within a bounded window per partition: a message that is sent again has the same
 * key, so it comes to the same partition. What is older than the window is not recognised, and the report says so. Pure.
 */

/** How many of a partition's latest events are remembered at least; at most twice as many. */
export const repeatWindowEvents = 50_000;

export class RepeatWindow {
  readonly #windowEvents: number;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(windowEvents: number = repeatWindowEvents) {
    this.#windowEvents = windowEvents;
  }

  /** Remembers an id; true when it was here before. */
  isRepeat(eventId: string): boolean {
    if (this.#young.has(eventId)) return true;
    const repeated = this.#old.has(eventId);
    this.#young.add(eventId);
    if (this.#young.size >= this.#windowEvents) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    return repeated;
  }
}
