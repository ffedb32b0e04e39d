/**
 * Goal: the Lambda protocol answers exactly at every instant, whatever is killed, delayed, repeated or replaced.
 * Method: the real stream commit, archive, batch cycles, sweeper, version commands and reader run in a simulated lab
 * (./simulated-lab.ts), where a seed decides what goes wrong and whether somebody changes versions. At rest everything
 * must be counted, in a base, with nothing left over.
 * `runLambda(7)` is the run of seed 7 again, effect by effect.
 */
import { cycleOf } from '../../lambda/cycle.js';
import { runCycles } from '../../lambda/cycles.js';
import { followLog as archiveLog, mergeOnce } from '../../src/archive/archiver.js';
import { planFromCut } from '../../src/cli/commands/change.js';
import { equal } from '../../src/positions/position.js';
import { openBatchEngine } from '../../src/runtimes/memory/batch-engine.js';
import { openArchive, openLog } from '../../src/runtimes/memory/log.js';
import { createRandom, type Process } from '../../src/runtimes/memory/scheduler.js';
import { endOfLog, type World } from '../../src/runtimes/memory/world.js';
import type { Clock } from '../../src/runtimes/ports.js';
import { type Head, newHead } from '../../src/serving/head.js';
import { retire } from '../../src/serving/publish.js';
import { isWhole } from '../../src/versions/versions.js';
import { operate, questionSets, type VersionKind } from './kappa-operator.js';
import { flawOfVersions, orphans } from './kappa-rest.js';
import { flawOfDeadLetters } from './oracle.js';
import {
  type FaultSettings,
  type Mutation,
  type RunResult,
  type Service,
  SimulatedLab,
  Violation,
} from './simulated-lab.js';
import { followHeads } from './stream-runner.js';

const lambdaVersions: VersionKind = {
  names: ['lambda-1', 'lambda-2', 'lambda-3'],
  headOf: (lab, { heads, live }, pipeline, questions) =>
    planFromCut({ live: heads.get(live)!, pipeline, questions }, lab.origin).head,
};

/** What a run of Lambda may meet; rates are per step. */
export interface LambdaSettings extends FaultSettings {
  readonly jobFails: number;
  readonly slicesMax: number;
  /** Who start, switch and drop versions. */
  readonly operators: number;
  readonly forcedRate: number;
  /** How many times faster the coordinator's clock runs: what it waits for in seconds comes within a run. */
  readonly haste: number;
}

export interface LambdaResult extends RunResult {
  readonly bases: number;
  readonly added: number;
  readonly gone: number;
  readonly switches: number;
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
    operators: random() < 0.5 ? 0 : 1,
    forcedRate: random() < 0.5 ? 0 : 0.4,
    haste: 10 ** (1 + 2 * random()),
  };
}

export async function runLambda(
  seed: number,
  settings: LambdaSettings = settingsOf(seed),
  mutation: Mutation = (store) => store,
): Promise<LambdaResult> {
  const lab = new SimulatedLab(seed, settings, mutation, (origin) => newHead('lambda-1', 1, origin, questionSets[0]!));
  const { world } = lab;
  world.faults.jobFails = settings.jobFails;
  const result = await lab.result(seed, async () => {
    await lab.withFaults(servicesOf(lab, settings));
    await lab.toRest(
      () => isAtRest(world),
      () => stateOf(world),
      'operator',
    );
    // A zombie may have left a base behind that was overtaken; the next cycle's retiring removes it, here as well.
    for (const { pipeline, questions } of headsOf(world)) {
      await lab.once('retire', (process) => retire(lab.openStore(process), pipeline, questions));
    }
    for (const head of headsOf(world)) mustBeBounded(world, head);
    const flaw = (await flawOfVersions(lab)) ?? flawOfDeadLetters(lab.known, world.deadLetters);
    if (flaw !== undefined) throw new Violation(flaw);
  });
  const { nextIncarnation, heads, generation } = world.heads.value;
  const added = nextIncarnation - 2;
  const bases = headsOf(world).reduce((sum, { baseId }) => sum + baseId, 0);
  return { ...result, bases, added, gone: added + 1 - heads.size, switches: generation - 1 };
}

function servicesOf(lab: SimulatedLab, settings: LambdaSettings): readonly Service[] {
  const { world, origin } = lab;
  const never = () => false;
  const limits = { fileBytesMax: 1_000, fileAgeMsMax: 60, filesPerMerge: 3, bytesMax: 1_000, levelMax: 3 };
  return [
    { name: 'stream-runner', weight: 1, run: (process) => followHeads(lab, process) },
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
    { name: 'coordinator', weight: 2, run: (process) => coordinate(lab, process, settings) },
    ...Array.from({ length: settings.operators }, () => ({
      name: 'operator',
      weight: 1,
      run: (process: Process) => operate(lab, process, settings.forcedRate, lambdaVersions),
    })),
  ];
}

function coordinate(lab: SimulatedLab, process: Process, { slicesMax, haste }: LambdaSettings): Promise<void> {
  const { world } = lab;
  const clock = hastened(lab.clock(process), haste);
  const shared = {
    store: lab.openStore(process),
    archive: openArchive(world, process),
    engine: openBatchEngine(world, process),
    clock,
    limits: { batchEveryMs: 200 * haste, jobMsMax: 5_000 * haste, attemptsMax: 3, slicesMax },
    hold: async () => {},
    newId: () => `${world.nextName++}`,
  };
  return runCycles(shared, { stop: { aborted: false }, say: () => {} });
}

function hastened(clock: Clock, haste: number): Clock {
  return { nowMs: () => clock.nowMs() * haste, sleep: (ms) => clock.sleep(ms / haste) };
}

function isAtRest(world: World): boolean {
  const end = endOfLog(world);
  const isSettled = (head: Head) =>
    head.status === 'ready' && isWhole(head) && equal(head.position, end) && head.baseNumber === head.number;
  const areIdle = headsOf(world).every((head) => cycleNameOf(world, head) === 'idle');
  return headsOf(world).every(isSettled) && areIdle && orphans(world).length === 0;
}

function stateOf(world: World): string {
  const states = headsOf(world).map((head) => {
    const { pipeline, incarnation, status, position, number, baseCut } = head;
    const cycle = cycleNameOf(world, head);
    return `${pipeline} (${incarnation}, ${status}, ${cycle}) at ${position}, slice ${number}, base at ${baseCut}`;
  });
  return `${states.join('; ')}; log at ${endOfLog(world)}; orphans ${[...new Set(orphans(world))]}`;
}

function mustBeBounded(world: World, { incarnation, pipeline, baseId, baseNumber }: Head): void {
  const slice = [...world.slices.values()].find((one) => one.incarnation === incarnation && one.number <= baseNumber);
  if (slice !== undefined) throw new Violation(`UNBOUNDED: slice ${slice.number} of ${pipeline} is in base ${baseId}`);
  const base = [...world.bases.values()].find(
    (one) => one.incarnation === incarnation && one.kind === 'base' && one.id < baseId,
  );
  if (base !== undefined) throw new Violation(`UNBOUNDED: base ${base.id} of ${pipeline} is older than ${baseId}`);
}

function headsOf(world: World): readonly Head[] {
  return [...world.heads.value.heads.values()];
}

function cycleNameOf(world: World, head: Head): string | undefined {
  return cycleOf(head, world.cycles.get(head.pipeline)?.value)?.name;
}
