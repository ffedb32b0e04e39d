/**
 * A deterministic scheduler for simulation: every effect of every process waits here until a seeded choice lets it
 * happen, so one seed replays everything. A killed process never hears of its effects again; a zombie goes on slowly
 * beside its replacement. Time is virtual. Nothing here knows the protocol.
 */

/** A seeded source of numbers in [0, 1) (mulberry32). */
export type Random = () => number;

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One simulated process. */
export interface Process {
  readonly name: string;
  alive: boolean;
  /** How often it gets its turn, 1 is usual. */
  weight: number;
  /** What it ended with, once it has. */
  ended?: { readonly error?: unknown };
}

interface PendingEffect {
  readonly process: Process;
  readonly dueMs: number;
  readonly perform: () => void;
}

export class Scheduler {
  readonly random: Random;
  nowMs = 1_000_000;
  steps = 0;
  #pending: PendingEffect[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  integer(below: number): number {
    return Math.floor(this.random() * below);
  }

  /** Starts a process; what it throws is kept in `ended`, for the world to act on. */
  start(name: string, run: (process: Process) => Promise<void>, weight = 1): Process {
    const process: Process = { name, alive: true, weight };
    const end = (ended: { error?: unknown }) => {
      process.ended = ended;
      process.alive = false;
    };
    run(process).then(
      () => end({}),
      (error: unknown) => end({ error }),
    );
    return process;
  }

  /** An effect of a process: performed later, at one instant, or never if the process is killed before. */
  effect<T>(process: Process, perform: () => T, delayMs = 0): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({
        process,
        dueMs: this.nowMs + delayMs,
        perform: () => {
          try {
            resolve(perform());
          } catch (error) {
            reject(error);
          }
        },
      });
    });
  }

  kill(process: Process): void {
    process.alive = false;
    this.#pending = this.#pending.filter((effect) => effect.process !== process);
  }

  /** Performs one effect of a living process, chosen by seed, and lets the code behind it run. False when none is left. */
  async step(): Promise<boolean> {
    let ready = this.#ready();
    if (ready.length === 0 && this.#pending.length > 0) {
      this.nowMs = Math.min(...this.#pending.map((effect) => effect.dueMs));
      ready = this.#ready();
    }
    if (ready.length === 0) return false;
    const chosen = this.#choose(ready);
    this.#pending.splice(this.#pending.indexOf(chosen), 1);
    this.nowMs += this.integer(8);
    this.steps++;
    chosen.perform();
    await settled();
    return true;
  }

  #ready(): PendingEffect[] {
    return this.#pending.filter((effect) => effect.dueMs <= this.nowMs && effect.process.alive);
  }

  #choose(ready: readonly PendingEffect[]): PendingEffect {
    let left = this.random() * ready.reduce((sum, effect) => sum + effect.process.weight, 0);
    for (const effect of ready) {
      left -= effect.process.weight;
      if (left < 0) return effect;
    }
    return ready.at(-1)!;
  }
}

/** Resolves when all code that could run without a further effect has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
