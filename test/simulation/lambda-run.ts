/**
 * Goal: the Lambda protocol answers exactly at every instant, whatever is killed, delayed, repeated or replaced.
 * Method: the real stream commit, archive, coordinator and reader run on the memory runtime; a seed decides the order
 * of all effects, kills processes between any two of them, leaves zombies running beside their replacements, and lets
 * conditional writes time out. Readers judge every answer against a truth that shares no code with the fold.
 * Run one seed again: `npx vitest run test/simulation -t "seed 7"` or `runLambda(7)`.
 */
import { type Coordinator, stepCycle } from '../../lambda/coordinator.js';
import { parseCycle } from '../../lambda/cycle.js';
import { followLog as archiveLog, mergeOnce } from '../../src/archive/archiver.js';
import { covers, equal, type Position, startOfLog } from '../../src/positions/position.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { openBatchEngine } from '../../src/runtimes/memory/batch-engine.js';
import { openArchive, openLog } from '../../src/runtimes/memory/log.js';
import { createRandom, type Process, Scheduler } from '../../src/runtimes/memory/scheduler.js';
import { openServingStore } from '../../src/runtimes/memory/serving-store.js';
import { createWorld, endOfLog, type World } from '../../src/runtimes/memory/world.js';
import type { Clock, ServingStore } from '../../src/runtimes/ports.js';
import { followLog as streamLog } from '../../src/serving/fold-stream.js';
import { newHead } from '../../src/serving/head.js';
import type { Answer } from '../../src/serving/merge.js';
import { retire } from '../../src/serving/publish.js';
import { readAnswer } from '../../src/serving/read-answer.js';

const pipeline = 'lambda-1';

/** What one run came to. A run without violations ends with `violation` undefined. */
export interface RunResult {
  readonly seed: number;
  readonly violation: string | undefined;
  readonly answers: number;
  readonly unknowns: number;
  readonly bases: number;
  readonly kills: number;
  readonly steps: number;
}

/** What a run may meet; rates are per step. */
export interface RunSettings {
  readonly events: number;
  readonly steps: number;
  readonly killRate: number;
  readonly zombieRate: number;
  readonly inDoubt: number;
  readonly jobFails: number;
  readonly slicesMax: number;
}

interface Service {
  readonly name: string;
  readonly weight: number;
  readonly run: (process: Process) => Promise<void>;
}

/** A message as the truth knows it; the fold sees only its JSON. */
interface KnownEvent {
  readonly valid: boolean;
  readonly item: string;
  readonly machine: string;
  readonly cents: number;
}

class Violation extends Error {}

/** Settings that a seed stands for: some runs are calm, some full of faults. */
export function settingsOf(seed: number): RunSettings {
  const random = createRandom(seed ^ 0x9e3779b9);
  return {
    events: 6 + Math.floor(random() * 30),
    steps: 400 + Math.floor(random() * 900),
    killRate: random() < 0.2 ? 0 : 0.02 * random(),
    zombieRate: 0.008 * random(),
    inDoubt: random() < 0.4 ? 0 : 0.12 * random(),
    jobFails: random() < 0.5 ? 0 : 0.1 * random(),
    slicesMax: random() < 0.5 ? 4 : 1000,
  };
}

/** Breaks a rule on purpose: what a process gets in place of the store. Only tests of the simulation itself do this. */
export type Mutation = (store: ServingStore) => ServingStore;

export async function runLambda(
  seed: number,
  settings: RunSettings = settingsOf(seed),
  mutation: Mutation = (store) => store,
): Promise<RunResult> {
  const run = new Run(seed, settings, mutation);
  let violation: string | undefined;
  try {
    await run.withFaults();
    await run.toRest();
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violation = error.message;
  }
  const { answers, unknowns, kills, world } = run;
  const bases = world.heads.value.heads.get(pipeline)!.baseId;
  return { seed, violation, answers, unknowns, bases, kills, steps: world.scheduler.steps };
}

class Run {
  readonly world: World;
  readonly known: KnownEvent[][];
  answers = 0;
  unknowns = 0;
  kills = 0;
  readonly #settings: RunSettings;
  readonly #services: Service[];
  readonly #openStore: (process: Process) => ServingStore;
  #running: { service: Service; process: Process; zombie: boolean }[] = [];
  /** The furthest position that any reader has seen. */
  #floor: Position;
  #violation: Violation | undefined;

  constructor(seed: number, settings: RunSettings, mutation: Mutation) {
    this.#openStore = (process) => mutation(openServingStore(this.world, process));
    const scheduler = new Scheduler(createRandom(seed));
    const partitions = 2 + scheduler.integer(2);
    const origin = startOfLog(partitions);
    this.world = createWorld(scheduler, partitions, newHead(pipeline, 1, origin));
    this.world.faults.inDoubt = settings.inDoubt;
    this.world.faults.jobFails = settings.jobFails;
    this.known = Array.from({ length: partitions }, () => []);
    this.#settings = settings;
    this.#floor = origin;
    this.#services = this.#describeServices();
  }

  /** Lets everything run while things go wrong. */
  async withFaults(): Promise<void> {
    const { scheduler } = this.world;
    scheduler.start('generator', (process) => this.#generate(process));
    for (const service of this.#services) this.#start(service);
    for (const name of ['reader-1', 'reader-2']) scheduler.start(name, (process) => this.#read(process));
    for (let i = 0; i < this.#settings.steps; i++) {
      if (scheduler.random() < this.#settings.killRate) this.#killOne();
      if (scheduler.random() < this.#settings.zombieRate) this.#makeZombie();
      await this.#step();
    }
  }

  /** Ends the faults; then all messages must come to be counted, in a base, with nothing left over. */
  async toRest(): Promise<void> {
    const { world } = this;
    world.faults.inDoubt = 0;
    world.faults.jobFails = 0;
    for (const { process } of this.#running.filter((entry) => entry.zombie)) world.scheduler.kill(process);
    for (let i = 0; i < 30_000 && !this.#isAtRest(); i++) await this.#step();
    const head = world.heads.value.heads.get(pipeline)!;
    if (!this.#isAtRest()) {
      const cycle = world.cycles.get(pipeline)!.value.state;
      throw new Violation(
        `STUCK: head at ${head.position}, base at ${head.baseCut}, log at ${endOfLog(world)}, ${cycle}`,
      );
    }
    await this.#retireOnce();
    this.#checkBounded();
    this.#checkDeadLetters(head.position);
  }

  async #step(): Promise<void> {
    await this.world.scheduler.step();
    for (const entry of [...this.#running]) {
      if (entry.process.alive) continue;
      this.#running.splice(this.#running.indexOf(entry), 1);
      const error = entry.process.ended?.error;
      if (error instanceof RangeError || error instanceof TypeError) throw error;
      if (!entry.zombie) this.#start(entry.service);
    }
    if (this.#violation !== undefined) throw this.#violation;
  }

  #start(service: Service): void {
    const process = this.world.scheduler.start(service.name, service.run, service.weight);
    this.#running.push({ service, process, zombie: false });
  }

  #killOne(): void {
    const entry = this.#running[this.world.scheduler.integer(this.#running.length)]!;
    this.world.scheduler.kill(entry.process);
    this.kills++;
  }

  #makeZombie(): void {
    const entry = this.#running[this.world.scheduler.integer(this.#running.length)]!;
    if (entry.zombie || this.#running.length > 10) return;
    entry.zombie = true;
    // Slow enough that the world may have moved on by much when it acts again.
    entry.process.weight = 0.02 + 0.3 * this.world.scheduler.random() ** 2;
    this.#start(entry.service);
  }

  #describeServices(): Service[] {
    const { world } = this;
    const never = () => false;
    const origin = startOfLog(this.known.length);
    const limits = { fileBytesMax: 1_000, fileAgeMsMax: 60, filesPerMerge: 3, bytesMax: 1_000, levelMax: 3 };
    return [
      {
        name: 'stream',
        weight: 1.5,
        run: (process) =>
          streamLog(
            { store: this.#openStore(process), log: openLog(world, process) },
            pipeline,
            builtinQuestions,
            never,
          ),
      },
      {
        name: 'archive',
        weight: 1.5,
        run: (process) =>
          archiveLog(
            {
              log: openLog(world, process),
              archive: openArchive(world, process),
              origin,
              limits,
              nowMs: () => world.scheduler.nowMs,
              hold: async () => {},
            },
            never,
          ),
      },
      {
        name: 'archive-merge',
        weight: 0.5,
        run: async (process) => {
          const archive = openArchive(world, process);
          for (;;) {
            for (const partition of origin.keys()) await mergeOnce({ archive, origin, limits }, partition);
            await world.scheduler.effect(process, () => {}, 50);
          }
        },
      },
      { name: 'coordinator', weight: 2, run: (process) => this.#coordinate(process) },
    ];
  }

  async #coordinate(process: Process): Promise<void> {
    const { world } = this;
    const coordinator: Coordinator = {
      pipeline,
      questions: builtinQuestions,
      store: this.#openStore(process),
      archive: openArchive(world, process),
      engine: openBatchEngine(world, process),
      clock: this.#clock(process),
      limits: { batchEveryMs: 200, jobMsMax: 5_000, attemptsMax: 3, slicesMax: this.#settings.slicesMax },
      hold: async () => {},
      newId: () => `${world.nextName++}`,
      log: () => {},
    };
    for (;;) await stepCycle(coordinator);
  }

  #clock(process: Process): Clock {
    const { scheduler } = this.world;
    return { nowMs: () => scheduler.nowMs, sleep: (ms) => scheduler.effect(process, () => {}, ms) };
  }

  async #generate(process: Process): Promise<void> {
    const { scheduler, log } = this.world;
    for (let i = 0; i < this.#settings.events; i++) {
      const partition = scheduler.integer(this.known.length);
      const event: KnownEvent = {
        valid: scheduler.random() > 0.15,
        item: ['apple', 'mars'][scheduler.integer(2)]!,
        machine: `SNACK--${scheduler.integer(2)}`,
        cents: 1 + scheduler.integer(5),
      };
      await scheduler.effect(process, () => {
        this.known[partition]!.push(event);
        const messages = log.messages[partition]!;
        const value = Buffer.from(event.valid ? messageOf(event, i) : `{"broken": ${i}`);
        messages.push({ partition, offset: messages.length, timestampMs: scheduler.nowMs, value });
      });
    }
  }

  async #read(process: Process): Promise<void> {
    const store = openServingStore(this.world, process);
    for (;;) {
      const floor = this.#floor;
      const question = builtinQuestions[this.world.scheduler.integer(2)]!;
      const answer = await readAnswer(store, question, this.#clock(process));
      if ('unknown' in answer) {
        this.unknowns++;
        continue;
      }
      this.answers++;
      this.#violation ??= this.#judge(answer, question.name, floor);
      if (covers(answer.position, this.#floor)) this.#floor = answer.position;
    }
  }

  /** The oracle: plain loops over what the generator knows. */
  #judge(answer: Answer, question: string, floor: Position): Violation | undefined {
    const expected = new Map<string, { sold: bigint; cents: bigint }>();
    let messages = 0;
    let rejected = 0;
    for (const [partition, events] of this.known.entries()) {
      for (const event of events.slice(0, answer.position[partition])) {
        messages++;
        if (!event.valid) {
          rejected++;
          continue;
        }
        const key = JSON.stringify([question === 'items-sold' ? event.item : event.machine]);
        const before = expected.get(key) ?? { sold: 0n, cents: 0n };
        expected.set(key, { sold: before.sold + 1n, cents: before.cents + BigInt(event.cents) });
      }
    }
    const said = [...answer.merged].map(([key, sums]) => `${key}=${sums}`).sort();
    const truth = [...expected].map(([key, { sold, cents }]) => `${key}=${sold},${cents}`).sort();
    if (said.join() !== truth.join()) return new Violation(`PREFIX at ${answer.position}: ${said}, truth ${truth}`);
    if (answer.messages !== messages || answer.rejected !== rejected) {
      return new Violation(
        `SILENT: ${answer.messages}/${answer.rejected} of ${messages}/${rejected} at ${answer.position}`,
      );
    }
    if (!covers(answer.position, floor)) return new Violation(`FORWARD: ${answer.position} after ${floor}`);
    return undefined;
  }

  #isAtRest(): boolean {
    const head = this.world.heads.value.heads.get(pipeline)!;
    const generated = this.known.reduce((sum, events) => sum + events.length, 0);
    return (
      generated === this.#settings.events &&
      equal(head.position, endOfLog(this.world)) &&
      head.baseNumber === head.number &&
      parseCycle(this.world.cycles.get(pipeline)!.value.state).name === 'idle'
    );
  }

  /** A zombie may have left a base behind that was overtaken; the next cycle's retiring removes it, here as well. */
  async #retireOnce(): Promise<void> {
    const { scheduler } = this.world;
    const sweep = scheduler.start(
      'sweep',
      (process) => retire(this.#openStore(process), pipeline, builtinQuestions),
      100,
    );
    while (sweep.alive) await scheduler.step();
  }

  #checkBounded(): void {
    const { world } = this;
    const head = world.heads.value.heads.get(pipeline)!;
    const slices = [...world.slices.values()].filter((slice) => slice.number <= head.baseNumber);
    if (slices.length > 0) throw new Violation(`UNBOUNDED: slice ${slices[0]!.number} is in base ${head.baseId}`);
    const bases = [...world.bases.values()].filter((base) => base.kind === 'base' && base.id < head.baseId);
    if (bases.length > 0) throw new Violation(`UNBOUNDED: base ${bases[0]!.id} is older than ${head.baseId}`);
  }

  #checkDeadLetters(position: Position): void {
    const kept = new Set(this.world.deadLetters.map((letter) => `${letter.partition}:${letter.offset}`));
    const broken = this.known.flatMap((events, partition) =>
      events.flatMap((event, offset) => (event.valid ? [] : [`${partition}:${offset}`])),
    );
    if (kept.size !== broken.length || broken.some((name) => !kept.has(name))) {
      throw new Violation(`SILENT: dead letters ${[...kept]}, rejected ${broken} at ${position}`);
    }
  }
}

function messageOf(event: KnownEvent, index: number): string {
  return JSON.stringify({
    event_id: `e${index}`,
    kind: 'sale',
    purchase_id: `p${index}`,
    purchase_index: 1,
    snack_automat_id: event.machine,
    item: event.item,
    slot: 1,
    customer_id: 1,
    healthy: true,
    price_cents: event.cents,
    cost_cents: 1,
    timestamp: 1_700_000_000_000 + index,
  });
}
