/**
 * A deterministic scheduler for simulation: every effect of every process waits here until a seeded choice lets it
 * happen, so one seed replays everything. A killed process never hears of its effects again; a zombie goes on slowly
 * beside its replacement; a plain write may come late or twice. Time is virtual. Nothing here knows the protocol.
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
  /** Of a plain write only: what may still come when its process has gone, or come again. */
  readonly again?: () => void;
}

/** How often the network does more than to carry a plain write once; both are probabilities per write. */
export interface NetworkFaults {
  /** A write that was on its way when its process was killed is applied later. */
  late: number;
  /** A write is applied, and once more later, as a client sends it again that has heard nothing. */
  twice: number;
}

const lateMsMax = 400;

export class Scheduler {
  readonly random: Random;
  readonly network: NetworkFaults = { late: 0, twice: 0 };
  nowMs = 1_000_000;
  steps = 0;
  /** Plain writes that came late or twice. */
  redelivered = 0;
  readonly #wire: Process = { name: 'network', alive: true, weight: 0.5 };
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
      this.#pending.push({ process, dueMs: this.nowMs + delayMs, perform: settling(perform, resolve, reject) });
    });
  }

  /** An effect that says nothing of what was there before: the network may deliver it late, or twice. */
  plainWrite<T>(process: Process, perform: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({
        process,
        dueMs: this.nowMs,
        perform: settling(perform, resolve, reject),
        again: () => void perform(),
      });
    });
  }

  kill(process: Process): void {
    process.alive = false;
    const own = this.#pending.filter((effect) => effect.process === process);
    this.#pending = this.#pending.filter((effect) => effect.process !== process);
    for (const effect of own) this.#deliverAgain(effect, this.network.late);
  }

  /** Plain writes that nobody waits for any more and that still come. */
  get inFlight(): number {
    return this.#pending.filter(({ process }) => process === this.#wire).length;
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
    this.#deliverAgain(chosen, this.network.twice);
    await settled();
    return true;
  }

  #deliverAgain({ again }: PendingEffect, rate: number): void {
    if (again === undefined || this.random() >= rate) return;
    this.redelivered++;
    this.#pending.push({ process: this.#wire, dueMs: this.nowMs + this.integer(lateMsMax), perform: again });
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

/** Performs, and lets whoever waits for it know what came of it. */
function settling<T>(perform: () => T, resolve: (value: T) => void, reject: (error: unknown) => void): () => void {
  return () => {
    try {
      resolve(perform());
    } catch (error) {
      reject(error);
    }
  };
}

/** Resolves when all code that could run without a further effect has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
