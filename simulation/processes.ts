/** The processes of a simulated lab: who runs, who is started again, and what the seed does to them. */
import type { Process, Scheduler } from '../src/runtimes/memory/scheduler.js';
import type { FaultSettings } from './settings.js';
import type { Trace } from './trace.js';

/** A process that is started again whenever it ends, unless another process started it: then that one sees to it. */
export interface Service {
  readonly name: string;
  readonly weight: number;
  readonly run: (process: Process) => Promise<void>;
  /** A zombie of it finds out by itself that it was replaced, also when there is nothing to do. */
  readonly endsWhenReplaced?: true;
}

export interface Running {
  readonly service: Service;
  readonly process: Process;
  readonly parent: Process | undefined;
  zombie: boolean;
}

/** A process that stands still, all but, up to a step. */
interface Pause {
  readonly process: Process;
  readonly untilStep: number;
  readonly weight: number;
}

const runningMax = 12;
const pausedWeight = 0.003;

export class Processes {
  readonly counts = { kills: 0, zombies: 0, pauses: 0 };
  readonly #scheduler: Scheduler;
  readonly #trace: Trace | undefined;
  #running: readonly Running[] = [];
  #pauses: readonly Pause[] = [];

  constructor(scheduler: Scheduler, trace: Trace | undefined) {
    this.#scheduler = scheduler;
    this.#trace = trace;
  }

  start(service: Service, parent?: Process): Running {
    const process = this.#scheduler.start(service.name, service.run, service.weight);
    const entry = { service, process, parent, zombie: false };
    this.#running = [...this.#running, entry];
    return entry;
  }

  /** Ends a process for good, and those that it started with it; its zombies have got away. */
  stop(entry: Running): void {
    this.#scheduler.kill(entry.process);
    this.#forget(entry);
  }

  /** Starts again what has ended. Says what is wrong where one ended by a mistake in its code. */
  tend(): string | undefined {
    for (const entry of this.#running) {
      if (entry.process.alive || !this.#running.includes(entry)) continue;
      this.#forget(entry);
      const error = entry.process.ended?.error;
      if (error !== undefined) this.#trace?.(`${entry.process.name} ends: ${String(error)}`);
      if (error instanceof RangeError || error instanceof TypeError) return `BUG: ${error.stack}`;
      if (!entry.zombie && entry.parent === undefined) this.start(entry.service);
    }
    return undefined;
  }

  /** What may go wrong before a step. */
  goWrong({ killRate, zombieRate, pauseRate }: FaultSettings): void {
    const { random } = this.#scheduler;
    if (random() < killRate) this.#killOne();
    if (random() < zombieRate) this.#makeZombie();
    if (random() < pauseRate) this.#pauseOne();
    this.#resume((pause) => pause.untilStep <= this.#scheduler.steps);
  }

  /** Nothing goes wrong any more: services named so end, and zombies that would not do so by themselves; others go on. */
  endFaults(ending: readonly string[]): void {
    this.#resume(() => true);
    for (const entry of this.#running) {
      const { endsWhenReplaced, name, weight } = entry.service;
      if (ending.includes(name) || (entry.zombie && !endsWhenReplaced)) this.stop(entry);
      else entry.process.weight = weight;
    }
  }

  /** Those that were replaced and are still there. */
  get zombies(): readonly string[] {
    return this.#running.filter(({ zombie }) => zombie).map(({ service }) => service.name);
  }

  #forget(entry: Running): void {
    this.#running = this.#running.filter((other) => other !== entry);
    for (const child of this.#running.filter(({ parent, zombie }) => parent === entry.process && !zombie)) {
      this.stop(child);
    }
  }

  #killOne(): void {
    const { process } = this.#oneOf();
    this.#scheduler.kill(process);
    this.counts.kills++;
    this.#trace?.(`KILLED ${process.name}`);
  }

  #makeZombie(): void {
    const entry = this.#oneOf();
    if (entry.zombie || this.#running.length > runningMax) return;
    entry.zombie = true;
    // Slow enough that the world may have moved on by much when it acts again.
    entry.process.weight = 0.02 + 0.3 * this.#scheduler.random() ** 2;
    this.counts.zombies++;
    this.#trace?.(`ZOMBIE ${entry.process.name}: another one starts beside it`);
    if (entry.parent === undefined) this.start(entry.service);
  }

  #pauseOne(): void {
    const { process } = this.#oneOf();
    if (this.#pauses.some((pause) => pause.process === process)) return;
    const untilStep = this.#scheduler.steps + 20 + this.#scheduler.integer(300);
    this.#pauses = [...this.#pauses, { process, untilStep, weight: process.weight }];
    process.weight = pausedWeight;
    this.counts.pauses++;
    this.#trace?.(`PAUSED ${process.name}`);
  }

  #resume(isOver: (pause: Pause) => boolean): void {
    for (const { process, weight } of this.#pauses.filter(isOver)) process.weight = weight;
    this.#pauses = this.#pauses.filter((pause) => !isOver(pause));
  }

  #oneOf(): Running {
    return this.#running[this.#scheduler.integer(this.#running.length)]!;
  }
}
