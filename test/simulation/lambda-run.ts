/**
 * Goal: the Lambda protocol answers exactly at every instant, whatever is killed, delayed, repeated or replaced.
 * Method: the real stream commit, archive, coordinator and reader run in a simulated lab (./simulated-lab.ts), where a
 * seed decides what goes wrong. At rest everything must be counted, in a base, with nothing left over.
 * `runLambda(7)` is the run of seed 7 again, effect by effect.
 */
import { type Coordinator, stepCycle } from '../../lambda/coordinator.js';
import { parseCycle } from '../../lambda/cycle.js';
import { followLog as archiveLog, mergeOnce } from '../../src/archive/archiver.js';
import { equal } from '../../src/positions/position.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { openBatchEngine } from '../../src/runtimes/memory/batch-engine.js';
import { openArchive, openLog } from '../../src/runtimes/memory/log.js';
import { createRandom, type Process } from '../../src/runtimes/memory/scheduler.js';
import { endOfLog, type World } from '../../src/runtimes/memory/world.js';
import { followLog as streamLog } from '../../src/serving/fold-stream.js';
import { newHead } from '../../src/serving/head.js';
import { retire } from '../../src/serving/publish.js';
import { flawOfDeadLetters } from './oracle.js';
import {
  type FaultSettings,
  type Mutation,
  type RunResult,
  type Service,
  SimulatedLab,
  Violation,
} from './simulated-lab.js';

const pipeline = 'lambda-1';

/** What a run of Lambda may meet; rates are per step. */
export interface LambdaSettings extends FaultSettings {
  readonly jobFails: number;
  readonly slicesMax: number;
}

export interface LambdaResult extends RunResult {
  readonly bases: number;
}

/** Settings that a seed stands for: some runs are calm, some full of faults. */
export function settingsOf(seed: number): LambdaSettings {
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

export async function runLambda(
  seed: number,
  settings: LambdaSettings = settingsOf(seed),
  mutation: Mutation = (store) => store,
): Promise<LambdaResult> {
  const lab = new SimulatedLab(seed, settings, mutation, (origin) => newHead(pipeline, 1, origin, builtinQuestions));
  const { world } = lab;
  world.faults.jobFails = settings.jobFails;
  const result = await lab.result(seed, async () => {
    await lab.withFaults(servicesOf(lab, settings));
    await lab.toRest(
      () => isAtRest(world),
      () => stateOf(world),
    );
    // A zombie may have left a base behind that was overtaken; the next cycle's retiring removes it, here as well.
    await lab.once('sweep', (process) => retire(lab.openStore(process), pipeline, builtinQuestions));
    mustBeBounded(world);
    const flaw = flawOfDeadLetters(lab.known, world.deadLetters);
    if (flaw !== undefined) throw new Violation(flaw);
  });
  return { ...result, bases: headOf(world).baseId };
}

function servicesOf(lab: SimulatedLab, settings: LambdaSettings): readonly Service[] {
  const { world, origin } = lab;
  const never = () => false;
  const limits = { fileBytesMax: 1_000, fileAgeMsMax: 60, filesPerMerge: 3, bytesMax: 1_000, levelMax: 3 };
  return [
    {
      name: 'stream',
      weight: 1.5,
      run: (process) =>
        streamLog(
          { store: lab.openStore(process), log: openLog(world, process), clock: lab.clock(process) },
          pipeline,
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
          await lab.clock(process).sleep(50);
        }
      },
    },
    { name: 'coordinator', weight: 2, run: (process) => coordinate(lab, process, settings.slicesMax) },
  ];
}

async function coordinate(lab: SimulatedLab, process: Process, slicesMax: number): Promise<void> {
  const { world } = lab;
  const coordinator: Coordinator = {
    pipeline,
    questions: builtinQuestions,
    store: lab.openStore(process),
    archive: openArchive(world, process),
    engine: openBatchEngine(world, process),
    clock: lab.clock(process),
    limits: { batchEveryMs: 200, jobMsMax: 5_000, attemptsMax: 3, slicesMax },
    mayBegin: true,
    hold: async () => {},
    newId: () => `${world.nextName++}`,
    log: () => {},
  };
  for (;;) await stepCycle(coordinator);
}

function isAtRest(world: World): boolean {
  const head = headOf(world);
  return equal(head.position, endOfLog(world)) && head.baseNumber === head.number && cycleOf(world) === 'idle';
}

function stateOf(world: World): string {
  const { position, baseCut } = headOf(world);
  return `head at ${position}, base at ${baseCut}, log at ${endOfLog(world)}, ${cycleOf(world)}`;
}

function mustBeBounded(world: World): void {
  const head = headOf(world);
  const slice = [...world.slices.values()].find(({ number }) => number <= head.baseNumber);
  if (slice !== undefined) throw new Violation(`UNBOUNDED: slice ${slice.number} is in base ${head.baseId}`);
  const base = [...world.bases.values()].find(({ kind, id }) => kind === 'base' && id < head.baseId);
  if (base !== undefined) throw new Violation(`UNBOUNDED: base ${base.id} is older than ${head.baseId}`);
}

function headOf(world: World) {
  return world.heads.value.heads.get(pipeline)!;
}

function cycleOf(world: World): string {
  return parseCycle(world.cycles.get(pipeline)!.value.state).name;
}
