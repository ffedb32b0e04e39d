/**
 * A lab in the memory runtime, as both architectures are simulated in: a seed decides the order of all effects, kills
 * processes between any two of them, lets them stand still, leaves zombies running beside their replacements, lets
 * conditional writes time out and plain ones come late or twice, while readers judge every answer. Which services run,
 * and what must hold at rest, is a run's own affair.
 */
import { type Position, startOfLog } from '../src/positions/position.js';
import { builtinQuestions } from '../src/questions/builtin.js';
import { openBatchEngine } from '../src/runtimes/memory/batch-engine.js';
import { openArchive, openLog } from '../src/runtimes/memory/log.js';
import { createRandom, type Process, Scheduler } from '../src/runtimes/memory/scheduler.js';
import { openServingStore } from '../src/runtimes/memory/serving-store.js';
import { createWorld, type World } from '../src/runtimes/memory/world.js';
import type { ArchiveStore, BatchEngine, Clock, DeadLetterLog, Log, ServingStore } from '../src/runtimes/ports.js';
import type { Head } from '../src/serving/head.js';
import { readAnswer } from '../src/serving/read-answer.js';
import { ArchiveJudge } from './archive-judge.js';
import { Judge } from './judge.js';
import { createEvent, type KnownEvent, messageOf } from './oracle.js';
import { Processes, type Service } from './processes.js';
import type { FaultSettings } from './settings.js';
import { type Trace, traced } from './trace.js';

/** What any run comes to. One without violations ends with `violation` undefined. */
export interface RunResult {
  readonly seed: number;
  readonly violation: string | undefined;
  /** How much of what happened, by its name. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Thrown when an invariant does not hold. */
export class Violation extends Error {}

const restStepsMax = 40_000;
const sentAgainRate = 0.06;

export class SimulatedLab {
  readonly world: World;
  readonly judge: Judge;
  readonly processes: Processes;
  readonly settings: FaultSettings;
  /** Whether nothing goes wrong any more. */
  isCalm = false;
  readonly #archiveJudge: ArchiveJudge;
  readonly #trace: Trace | undefined;

  constructor(seed: number, settings: FaultSettings, firstHead: (origin: Position) => Head, trace?: Trace) {
    const scheduler = new Scheduler(createRandom(seed));
    const partitions = 2 + scheduler.integer(2);
    const origin = startOfLog(partitions);
    this.world = createWorld(scheduler, partitions, firstHead(origin));
    this.judge = new Judge(partitions, origin, settings.retention === 'none');
    this.settings = settings;
    const [live] = this.world.heads.value.heads.keys();
    this.#archiveJudge = new ArchiveJudge(this.world, origin, !live!.startsWith('lambda'));
    this.#trace = trace && ((line) => trace(`${scheduler.steps} at ${scheduler.nowMs - 1_000_000} ms, ${line}`));
    this.processes = new Processes(scheduler, this.#trace);
  }

  get origin(): Position {
    return startOfLog(this.judge.known.length);
  }

  /** The store as a process sees it; truths are judged as they are written. */
  openStore(process: Process): ServingStore {
    const store = traced(openServingStore(this.world, process), process, this.#trace);
    const writeTruth: ServingStore['writeTruth'] = (truth) => {
      this.judge.observe(this.world.heads.value);
      this.judge.truth(truth);
      return store.writeTruth(truth);
    };
    return { ...store, writeTruth };
  }

  openLog(process: Process): Log & DeadLetterLog {
    return traced(openLog(this.world, process), process, this.#trace);
  }

  openArchive(process: Process): ArchiveStore {
    return traced(openArchive(this.world, process), process, this.#trace);
  }

  openEngine(process: Process): BatchEngine {
    return traced(openBatchEngine(this.world, process), process, this.#trace);
  }

  /** A process's clock; with haste it runs so many times faster, and what waits in seconds comes within a run. */
  clock(process: Process, haste = 1): Clock {
    const { scheduler } = this.world;
    const sleep = (ms: number) => scheduler.effect(process, () => {}, ms / haste);
    return { nowMs: () => scheduler.nowMs * haste, sleep };
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
    const { steps, redelivered } = this.world.scheduler;
    return { seed, violation, counts: { ...this.judge.counts, ...this.processes.counts, steps, redelivered } };
  }

  /** Lets everything run while things go wrong. */
  async withFaults(services: readonly Service[]): Promise<void> {
    const { scheduler, faults } = this.world;
    const { steps, inDoubt, late, twice } = this.settings;
    faults.inDoubt = inDoubt;
    Object.assign(scheduler.network, { late, twice });
    scheduler.start('generator', (process) => this.#generate(process));
    for (const service of services) this.processes.start(service);
    for (const name of ['reader-1', 'reader-2']) scheduler.start(name, (process) => this.#read(process));
    for (let i = 0; i < steps; i++) {
      this.processes.goWrong(this.settings);
      await this.#step();
    }
  }

  /** Ends the faults and the services named so, and lets the others run until all messages are there and it is at rest. */
  async toRest(isAtRest: () => boolean, state: () => string, ending: readonly string[]): Promise<void> {
    const { faults, scheduler } = this.world;
    this.isCalm = true;
    faults.inDoubt = 0;
    faults.jobFails = 0;
    Object.assign(scheduler.network, { late: 0, twice: 0 });
    this.processes.endFaults(ending);
    const isProduced = () => this.judge.known.flat().length === this.settings.events;
    const isQuiet = () => scheduler.inFlight === 0 && this.processes.zombies.length === 0;
    const isDone = () => isProduced() && isQuiet() && isAtRest();
    for (let i = 0; i < restStepsMax && !isDone(); i++) await this.#step();
    const { zombies } = this.processes;
    if (zombies.length > 0) throw new Violation(`LEFT RUNNING: ${zombies} were replaced and do not end`);
    if (!isDone()) throw new Violation(`STUCK: ${state()}`);
  }

  /** Runs something to its end while nothing else goes wrong. */
  async once(name: string, run: (process: Process) => Promise<void>): Promise<void> {
    const { scheduler } = this.world;
    const process = scheduler.start(name, run, 100);
    while (process.alive) await scheduler.step();
    if (process.ended?.error !== undefined) throw process.ended.error;
  }

  async #step(): Promise<void> {
    const { world, judge, processes } = this;
    await world.scheduler.step();
    judge.observe(world.heads.value);
    judge.found(this.#archiveJudge.flaw());
    judge.found(processes.tend());
    if (judge.violation !== undefined) throw new Violation(judge.violation);
  }

  async #generate(process: Process): Promise<void> {
    const { scheduler, log } = this.world;
    const { known } = this.judge;
    let sent: { readonly partition: number; readonly event: KnownEvent } | undefined;
    for (let i = 0; i < this.settings.events; i++) {
      // What is sent again has the same key, so it comes to the same partition, and counts again.
      const isAgain = sent !== undefined && scheduler.random() < sentAgainRate;
      if (!isAgain) sent = { partition: scheduler.integer(known.length), event: createEvent(scheduler.random, i) };
      const { partition, event } = sent!;
      await scheduler.effect(process, () => {
        known[partition]!.push(event);
        const messages = log.messages[partition]!;
        const value = messageOf(event);
        messages.push({ partition, offset: messages.length, timestampMs: scheduler.nowMs, value });
      });
    }
  }

  async #read(process: Process): Promise<void> {
    const store = this.openStore(process);
    for (;;) {
      const { floor } = this.judge;
      const { name } = builtinQuestions[this.world.scheduler.integer(2)]!;
      const answer = await readAnswer(store, name, this.clock(process));
      // Whatever a head names while it is read may be retired meanwhile; reading it again always finds the answer.
      if ('unknown' in answer) this.judge.found(`UNKNOWN: ${answer.unknown}`);
      else this.judge.answer(name, answer, floor);
    }
  }
}
