/**
 * Goal: Kappa answers exactly at every instant while versions are added, switched to, rolled back and dropped, and what
 * a dropped one leaves goes, whatever is killed, delayed, repeated or replaced.
 * Method: the real stream commit, compaction, sweeper, version commands and reader run in a simulated lab
 * (./simulated-lab.ts), where a seed decides what goes wrong and what the operators want.
 * `runKappa(7)` is the run of seed 7 again, effect by effect.
 */
import { type Compaction, compact } from '../../kappa/compaction.js';
import { createRandom, type Process } from '../../src/runtimes/memory/scheduler.js';
import { newHead } from '../../src/serving/head.js';
import { createSweeper } from '../../src/versions/sweep.js';
import { operate, questionSets } from './kappa-operator.js';
import { flawAtRest, isAtRest, stateOf } from './kappa-rest.js';
import {
  type FaultSettings,
  type Mutation,
  type RunResult,
  type Service,
  SimulatedLab,
  Violation,
} from './simulated-lab.js';
import { followHeads, readyOf } from './stream-runner.js';

/** What a run of Kappa may meet; rates are per step. */
export interface KappaSettings extends FaultSettings {
  readonly slicesPerBase: number;
  readonly operators: number;
  /** The share of switches that may go back. */
  readonly forcedRate: number;
  /** How many times faster the sweeper's clock runs: it may come before a job has ended. */
  readonly sweeperHaste: number;
}

export interface KappaResult extends RunResult {
  readonly bases: number;
  readonly added: number;
  readonly gone: number;
  readonly switches: number;
  readonly forced: number;
}

/** Settings that a seed stands for: some runs are calm, some full of faults. */
export function settingsOf(seed: number): KappaSettings {
  const random = createRandom(seed ^ 0x51ed270b);
  return {
    events: 6 + Math.floor(random() * 40),
    steps: 500 + Math.floor(random() * 1_100),
    killRate: random() < 0.2 ? 0 : 0.02 * random(),
    zombieRate: 0.008 * random(),
    inDoubt: random() < 0.4 ? 0 : 0.12 * random(),
    slicesPerBase: 1 + Math.floor(random() * 6),
    operators: random() < 0.5 ? 1 : 2,
    forcedRate: random() < 0.5 ? 0 : 0.4,
    sweeperHaste: 10 ** (1 + 3 * random()),
  };
}

export async function runKappa(
  seed: number,
  settings: KappaSettings = settingsOf(seed),
  mutation: Mutation = (store) => store,
): Promise<KappaResult> {
  const lab = new SimulatedLab(seed, settings, mutation, (origin) => newHead('kappa-1', 1, origin, questionSets[0]!));
  const { world } = lab;
  let bases = 0;
  const services: readonly Service[] = [
    { name: 'stream-runner', weight: 1, run: (process) => followHeads(lab, process) },
    { name: 'compactor', weight: 1.5, run: (process) => runCompactor(lab, process, settings, () => bases++) },
    ...Array.from({ length: settings.operators }, () => ({
      name: 'operator',
      weight: 1,
      run: (process: Process) => operate(lab, process, settings.forcedRate),
    })),
  ];
  const result = await lab.result(seed, async () => {
    await lab.withFaults(services);
    await lab.toRest(
      () => isAtRest(world, settings.slicesPerBase),
      () => stateOf(world),
      'operator',
    );
    const flaw = await flawAtRest(lab);
    if (flaw !== undefined) throw new Violation(flaw);
  });
  const { nextIncarnation, heads, generation, forced } = world.heads.value;
  const added = nextIncarnation - 2;
  return { ...result, bases, added, gone: added + 1 - heads.size, switches: generation - 1, forced };
}

/** As `kappa/compactor-service.ts`. */
async function runCompactor(lab: SimulatedLab, process: Process, settings: KappaSettings, published: () => void) {
  const { slicesPerBase, sweeperHaste } = settings;
  const store = lab.openStore(process);
  const compaction: Compaction = { store, slicesPerBase, hold: async () => {}, say: () => {} };
  const sweeper = createSweeper(store, { nowMs: () => lab.world.scheduler.nowMs * sweeperHaste }, () => {});
  for (;;) {
    for (const head of readyOf((await store.readHeads()).heads)) {
      if ((await compact(compaction, head)) === 'published') published();
    }
    await sweeper.sweep();
    await lab.clock(process).sleep(40);
  }
}
