/**
 * Goal: Kappa answers exactly at every instant while versions are added, switched to, rolled back and dropped, and what
 * a dropped one leaves goes, whatever is killed, delayed, repeated or replaced.
 * Method: the real stream commit, compaction, sweeper, version commands, reader, and in some runs archive, views and
 * validation, run in a simulated lab (./simulated-lab.ts), where a seed decides what goes wrong and what operators want.
 * `runKappa(7)` is the run of seed 7 again, effect by effect.
 */
import { type Compaction, compact } from '../kappa/compaction.js';
import { createRandom, type Process } from '../src/runtimes/memory/scheduler.js';
import { mergedNumber, newHead } from '../src/serving/head.js';
import { createSweeper } from '../src/versions/sweep.js';
import { archiveSide, openArchivedLog } from './archive-side.js';
import { operate, questionSets, type VersionKind } from './operator.js';
import type { Service } from './processes.js';
import { readSide } from './read-side.js';
import { flawAtRest, headsOf, isCaughtUp, isServed, orphans, stateOf } from './rest.js';
import { isLost, retention } from './retention.js';
import { type FaultSettings, faultsOf } from './settings.js';
import { type RunResult, SimulatedLab, Violation } from './simulated-lab.js';
import { followHeads, readyOf } from './stream-runner.js';
import type { Trace } from './trace.js';

/** What a run of Kappa may meet. */
export interface KappaSettings extends FaultSettings {
  readonly slicesPerBase: number;
  readonly operators: number;
  /** How many times faster the sweeper's clock runs: it may come before a job has ended. */
  readonly sweeperHaste: number;
  readonly archive: boolean;
}

const versions: VersionKind = {
  names: ['kappa-1', 'kappa-2', 'kappa-3', 'kappa-4'],
  headOf: async (log, _, pipeline, questions) => newHead(pipeline, 0, await log.starts(), questions),
};

/** What a seed stands for. */
export function kappaSettings(seed: number): KappaSettings {
  const random = createRandom(seed ^ 0x51ed270b);
  return {
    ...faultsOf(random),
    slicesPerBase: 1 + Math.floor(random() * 6),
    operators: random() < 0.5 ? 1 : 2,
    sweeperHaste: 10 ** (1 + 3 * random()),
    archive: random() < 0.25,
  };
}

export async function runKappa(seed: number, trace?: Trace): Promise<RunResult> {
  const settings = kappaSettings(seed);
  const first = (origin: readonly number[]) => newHead('kappa-1', 1, origin, questionSets[0]!);
  const lab = new SimulatedLab(seed, settings, first, trace);
  let bases = 0;
  const result = await lab.result(seed, async () => {
    await lab.withFaults(servicesOf(lab, settings, () => bases++));
    const state = () => stateOf(lab);
    await lab.toRest(() => isAtRest(lab, settings), state, ['operator', 'retention']);
    const flaw = await flawAtRest(lab);
    if (flaw !== undefined) throw new Violation(flaw);
  });
  return { ...result, counts: { ...result.counts, bases, ...versionCounts(lab) } };
}

/** How often versions were added, removed and switched between. */
export function versionCounts({ world }: SimulatedLab): Readonly<Record<string, number>> {
  const { nextIncarnation, heads, generation, forced } = world.heads.value;
  const added = nextIncarnation - 2;
  return { added, gone: added + 1 - heads.size, switches: generation - 1, forced };
}

function servicesOf(lab: SimulatedLab, settings: KappaSettings, published: () => void): readonly Service[] {
  const { archive, operators } = settings;
  const openLog = (process: Process) => (archive ? openArchivedLog(lab, process) : lab.openLog(process));
  const operator: Service = {
    name: 'operator',
    weight: 1,
    run: (process) => operate(lab, process, openLog(process), versions),
  };
  return [
    { name: 'stream-runner', weight: 1, run: (process) => followHeads(lab, process, openLog) },
    { name: 'compactor', weight: 1.5, run: (process) => runCompactor(lab, process, settings, published) },
    ...(archive ? archiveSide(lab, true) : []),
    ...retention(lab, archive),
    ...readSide(lab, openLog),
    ...Array.from({ length: operators }, () => operator),
  ];
}

/** As `kappa/compactor-service.ts`. */
async function runCompactor(lab: SimulatedLab, process: Process, settings: KappaSettings, published: () => void) {
  const { slicesPerBase, sweeperHaste } = settings;
  const store = lab.openStore(process);
  const compaction: Compaction = { store, slicesPerBase, hold: async () => {}, say: () => {} };
  const sweeper = createSweeper(store, lab.clock(process, sweeperHaste), () => {});
  for (;;) {
    for (const head of readyOf((await store.readHeads()).heads)) {
      if ((await compact(compaction, head)) === 'published') published();
    }
    await sweeper.sweep();
    await lab.clock(process).sleep(40);
  }
}

function isAtRest(lab: SimulatedLab, { slicesPerBase, archive }: KappaSettings): boolean {
  const { world } = lab;
  const areSettled = headsOf(world).every(
    (head) => isCaughtUp(world, head, isLost(world, head, archive)) && head.number - mergedNumber(head) < slicesPerBase,
  );
  return areSettled && orphans(world).length === 0 && isServed(lab);
}
