/** How many bytes may be in memory at once for all requests together. What finds no room is told so and comes again. Pure. */

export interface Budget {
  /** A request's part, empty at first. */
  open(): Share;
  readonly inUse: () => number;
}

export interface Share {
  /** False where there is no room: then nothing was taken. */
  take(bytes: number): boolean;
  /** Gives all of it back; harmless when repeated. */
  release(): void;
}

export function newBudget(bytesMax: number): Budget {
  let inUse = 0;
  return {
    inUse: () => inUse,
    open() {
      let taken = 0;
      return {
        take(bytes) {
          if (inUse + bytes > bytesMax) return false;
          inUse += bytes;
          taken += bytes;
          return true;
        },
        release() {
          inUse -= taken;
          taken = 0;
        },
      };
    },
  };
}
