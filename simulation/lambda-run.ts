/**
 * Goal: the Lambda protocol answers exactly at every instant, whatever is killed, delayed, repeated or replaced.
 * Method: the real stream commit, archive, batch cycles, sweeper, version commands, reader, and in some runs views and
 * validation, run in a simulated lab (./simulated-lab.ts), where a seed decides what goes wrong and whether somebody
 * changes versions. At rest everything must be counted, in a base, with nothing left over.
 * `runLambda(7)` is the run of seed 7 again, effect by effect.
 */
import { cycleOf } from '../lambda/cycle.js';
import { runCycles } from '../lambda/cycles.js';
import { planFromCut } from '../src/cli/commands/change.js';
import { createRandom, type Process } from '../src/runtimes/memory/scheduler.js';
import type { World } from '../src/runtimes/memory/world.js';
import { type Head, newHead } from '../src/serving/head.js';
import { archiveSide, openArchivedLog } from './archive-side.js';
import { versionCounts } from './kappa-run.js';
import { operate, questionSets, type VersionKind } from './operator.js';
import type { Service } from './processes.js';
import { readSide } from './read-side.js';
import { flawAtRest, headsOf, isCaughtUp, isServed, orphans, stateOf } from './rest.js';
import { archived, isLost, retention } from './retention.js';
import { type FaultSettings, faultsOf } from './settings.js';
import { type RunResult, SimulatedLab, Violation } from './simulated-lab.js';
import { followHeads } from './stream-runner.js';
import type { Trace } from './trace.js';

/** What a run of Lambda may meet. */
export interface LambdaSettings extends FaultSettings {
  readonly jobFails: number;
  readonly slicesMax: number;
  /** A job that takes longer is given up, while it runs on. As long as nothing goes wrong any more it has all its time. */
  readonly jobMsMax: number;
  /** Who start, switch and drop versions. */
  readonly operators: number;
  /** How many times faster the coordinator's clock runs: what it waits for in seconds comes within a run. */
  readonly haste: number;
}

const jobMsEnough = 5_000;

const versions: VersionKind = {
  names: ['lambda-1', 'lambda-2', 'lambda-3'],
  headOf: async (log, { heads, live }, pipeline, questions) =>
    planFromCut({ live: heads.get(live)!, pipeline, questions }, await log.starts()).head,
};

/** What a seed stands for. */
export function lambdaSettings(seed: number): LambdaSettings {
  const random = createRandom(seed ^ 0x9e3779b9);
  return {
    ...faultsOf(random),
    jobFails: random() < 0.5 ? 0 : 0.1 * random(),
    slicesMax: random() < 0.5 ? 4 : 1000,
    operators: random() < 0.4 ? 0 : 1,
    haste: 10 ** (1 + 2 * random()),
    jobMsMax: random() < 0.7 ? jobMsEnough : 40 + 150 * random(),
  };
}

export async function runLambda(seed: number, trace?: Trace): Promise<RunResult> {
  const settings = lambdaSettings(seed);
  const first = (origin: readonly number[]) => newHead('lambda-1', 1, origin, questionSets[0]!);
  const lab = new SimulatedLab(seed, settings, first, trace);
  const { world } = lab;
  world.faults.jobFails = settings.jobFails;
  const result = await lab.result(seed, async () => {
    await lab.withFaults(servicesOf(lab, settings));
    const state = () => stateOf(lab, (head) => `, ${cycleNameOf(world, head)}`);
    await lab.toRest(() => isAtRest(lab), state, ['operator', 'retention']);
    const flaw = await flawAtRest(lab);
    if (flaw !== undefined) throw new Violation(flaw);
  });
  const bases = headsOf(world).reduce((sum, { baseId }) => sum + baseId, 0);
  return { ...result, counts: { ...result.counts, bases, ...versionCounts(lab) } };
}

function servicesOf(lab: SimulatedLab, settings: LambdaSettings): readonly Service[] {
  const openLog = (process: Process) => lab.openLog(process);
  const operator: Service = {
    name: 'operator',
    weight: 1,
    run: (process) => operate(lab, process, lab.openLog(process), versions),
  };
  return [
    { name: 'stream-runner', weight: 1, run: (process) => followHeads(lab, process, openLog) },
    ...archiveSide(lab, false),
    { name: 'coordinator', weight: 2, run: (process) => coordinate(lab, process, settings) },
    ...retention(lab, false),
    ...readSide(lab, (process) => openArchivedLog(lab, process)),
    ...Array.from({ length: settings.operators }, () => operator),
  ];
}

/** As `lambda/coordinator-service.ts`. */
function coordinate(lab: SimulatedLab, process: Process, settings: LambdaSettings): Promise<void> {
  const { slicesMax, haste } = settings;
  const shared = {
    store: lab.openStore(process),
    archive: lab.openArchive(process),
    engine: lab.openEngine(process),
    clock: lab.clock(process, haste),
    limits: {
      ...{ batchEveryMs: 200 * haste, jobLookMs: 250, submissionMsMax: 0, attemptsMax: 3, slicesMax },
      get jobMsMax() {
        return (lab.isCalm ? jobMsEnough : settings.jobMsMax) * haste;
      },
    },
    hold: async () => {},
    newId: () => `${lab.world.nextName++}`,
  };
  return runCycles(shared, { stop: { aborted: false }, say: () => {} });
}

/** Where the archive has lost messages for good no batch reaches further, and nobody waits for it. */
function isAtRest(lab: SimulatedLab): boolean {
  const { world } = lab;
  const isArchiveLost = world.log.starts.some((start, partition) => archived(world, partition).until < start);
  const isSettled = (head: Head) =>
    isCaughtUp(world, head, isLost(world, head, false)) && (isArchiveLost || head.baseNumber === head.number);
  const areIdle = headsOf(world).every((head) => cycleNameOf(world, head) === 'idle');
  return headsOf(world).every(isSettled) && areIdle && orphans(world).length === 0 && isServed(lab);
}

function cycleNameOf(world: World, head: Head): string | undefined {
  return cycleOf(head, world.states.get(head.pipeline)?.value)?.name;
}
