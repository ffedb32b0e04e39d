/**
 * A lab in the memory runtime, as both architectures are simulated in: a seed decides the order of all effects, kills
 * processes between any two of them, leaves zombies running beside their replacements and lets conditional writes time
 * out, while readers judge every answer. Which services run, and what must hold at rest, is a run's own affair.
 */
import { type Position, startOfLog } from '../../src/positions/position.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { createRandom, type Process, Scheduler } from '../../src/runtimes/memory/scheduler.js';
import { openServingStore } from '../../src/runtimes/memory/serving-store.js';
import { createWorld, type World } from '../../src/runtimes/memory/world.js';
import type { Clock, ServingStore } from '../../src/runtimes/ports.js';
import type { Head } from '../../src/serving/head.js';
import { readAnswer } from '../../src/serving/read-answer.js';
import { createEvent, type Floor, flawOfAnswer, type KnownEvent, messageOf, raised } from './oracle.js';

/** What any run may meet; rates are per step. */
export interface FaultSettings {
  readonly events: number;
  readonly steps: number;
  readonly killRate: number;
  readonly zombieRate: number;
  readonly inDoubt: number;
}

/** What any run comes to. One without violations ends with `violation` undefined. */
export interface RunResult {
  readonly seed: number;
  readonly violation: string | undefined;
  readonly answers: number;
  readonly unknowns: number;
  readonly kills: number;
  readonly steps: number;
}

/** A process that is started again whenever it ends, unless another process started it: then that one sees to it. */
export interface Service {
  readonly name: string;
  readonly weight: number;
  readonly run: (process: Process) => Promise<void>;
}

export interface Running {
  readonly service: Service;
  readonly process: Process;
  readonly parent: Process | undefined;
  zombie: boolean;
}

/** Breaks a rule on purpose: what a process gets in place of the store. Only tests of the simulation itself do this. */
export type Mutation = (store: ServingStore, process: Process, world: World) => ServingStore;

/** Thrown when an invariant does not hold. */
export class Violation extends Error {}

const restStepsMax = 30_000;
const runningMax = 10;

export class SimulatedLab {
  readonly world: World;
  readonly known: KnownEvent[][];
  readonly #settings: FaultSettings;
  readonly #mutation: Mutation;
  #running: readonly Running[] = [];
  #answers = 0;
  #unknowns = 0;
  #kills = 0;
  /** The furthest that any reader has been. */
  #floor: Floor;
  #violation: Violation | undefined;

  constructor(seed: number, settings: FaultSettings, mutation: Mutation, firstHead: (origin: Position) => Head) {
    const scheduler = new Scheduler(createRandom(seed));
    const partitions = 2 + scheduler.integer(2);
    const origin = startOfLog(partitions);
    this.world = createWorld(scheduler, partitions, firstHead(origin));
    this.world.faults.inDoubt = settings.inDoubt;
    this.known = Array.from({ length: partitions }, () => []);
    this.#settings = settings;
    this.#mutation = mutation;
    this.#floor = { position: origin, forced: 0 };
  }

  get origin(): Position {
    return startOfLog(this.known.length);
  }

  openStore(process: Process): ServingStore {
    return this.#mutation(openServingStore(this.world, process), process, this.world);
  }

  clock(process: Process): Clock {
    const { scheduler } = this.world;
    return { nowMs: () => scheduler.nowMs, sleep: (ms) => scheduler.effect(process, () => {}, ms) };
  }

  /** What the run came to, whether `run` held to its end or not. */
  async result(seed: number, run: () => Promise<void>): Promise<RunResult> {
    let violation: string | undefined;
    try {
      await run();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      violation = error.message;
    }
    const counts = { answers: this.#answers, unknowns: this.#unknowns, kills: this.#kills };
    return { seed, violation, ...counts, steps: this.world.scheduler.steps };
  }

  /** Lets everything run while things go wrong. */
  async withFaults(services: readonly Service[]): Promise<void> {
    const { scheduler } = this.world;
    scheduler.start('generator', (process) => this.#generate(process));
    for (const service of services) this.start(service);
    for (const name of ['reader-1', 'reader-2']) scheduler.start(name, (process) => this.#read(process));
    for (let i = 0; i < this.#settings.steps; i++) {
      if (scheduler.random() < this.#settings.killRate) this.#killOne();
      if (scheduler.random() < this.#settings.zombieRate) this.#makeZombie();
      await this.#step();
    }
  }

  /** Ends the faults and the services named so, and lets the others run until all messages are there and it is at rest. */
  async toRest(isAtRest: () => boolean, state: () => string, ending = 'none'): Promise<void> {
    const { faults } = this.world;
    faults.inDoubt = 0;
    faults.jobFails = 0;
    for (const entry of this.#running) if (entry.zombie || entry.service.name === ending) this.stop(entry);
    const isDone = () => this.known.flat().length === this.#settings.events && isAtRest();
    for (let i = 0; i < restStepsMax && !isDone(); i++) await this.#step();
    if (!isDone()) throw new Violation(`STUCK: ${state()}`);
  }

  start(service: Service, parent?: Process): Running {
    const process = this.world.scheduler.start(service.name, service.run, service.weight);
    const entry = { service, process, parent, zombie: false };
    this.#running = [...this.#running, entry];
    return entry;
  }

  /** Ends a process for good, and those that it started with it; its zombies have got away. */
  stop(entry: Running): void {
    this.world.scheduler.kill(entry.process);
    this.#forget(entry);
  }

  /** Runs something to its end while nothing else goes wrong. */
  async once(name: string, run: (process: Process) => Promise<void>): Promise<void> {
    const { scheduler } = this.world;
    const process = scheduler.start(name, run, 100);
    while (process.alive) await scheduler.step();
    if (process.ended?.error !== undefined) throw process.ended.error;
  }

  async #step(): Promise<void> {
    await this.world.scheduler.step();
    for (const entry of this.#running) {
      if (entry.process.alive || !this.#running.includes(entry)) continue;
      this.#forget(entry);
      const error = entry.process.ended?.error;
      if (error instanceof RangeError || error instanceof TypeError) throw new Violation(`BUG: ${error.stack}`);
      if (!entry.zombie && entry.parent === undefined) this.start(entry.service);
    }
    if (this.#violation !== undefined) throw this.#violation;
  }

  #forget(entry: Running): void {
    this.#running = this.#running.filter((other) => other !== entry);
    for (const child of this.#running.filter(({ parent, zombie }) => parent === entry.process && !zombie)) {
      this.stop(child);
    }
  }

  #killOne(): void {
    this.world.scheduler.kill(this.#oneOf().process);
    this.#kills++;
  }

  #makeZombie(): void {
    const entry = this.#oneOf();
    if (entry.zombie || this.#running.length > runningMax) return;
    entry.zombie = true;
    // Slow enough that the world may have moved on by much when it acts again.
    entry.process.weight = 0.02 + 0.3 * this.world.scheduler.random() ** 2;
    if (entry.parent === undefined) this.start(entry.service);
  }

  #oneOf(): Running {
    return this.#running[this.world.scheduler.integer(this.#running.length)]!;
  }

  async #generate(process: Process): Promise<void> {
    const { scheduler, log } = this.world;
    for (let i = 0; i < this.#settings.events; i++) {
      const partition = scheduler.integer(this.known.length);
      const event = createEvent(scheduler.random, i);
      await scheduler.effect(process, () => {
        this.known[partition]!.push(event);
        const messages = log.messages[partition]!;
        const value = messageOf(event);
        messages.push({ partition, offset: messages.length, timestampMs: scheduler.nowMs, value });
      });
    }
  }

  async #read(process: Process): Promise<void> {
    const store = this.openStore(process);
    for (;;) {
      const floor = this.#floor;
      const { name } = builtinQuestions[this.world.scheduler.integer(2)]!;
      const answer = await readAnswer(store, name, this.clock(process));
      if ('unknown' in answer) {
        this.#unknowns++;
        continue;
      }
      this.#answers++;
      const isAnother = answer.question.name !== name;
      const flaw = isAnother ? `ANOTHER: ${answer.question.name} for ${name}` : flawOfAnswer(this.known, answer, floor);
      if (flaw !== undefined) this.#violation ??= new Violation(flaw);
      this.#floor = raised(this.#floor, answer);
    }
  }
}
