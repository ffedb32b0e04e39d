/** What a seed makes a simulated lab go through: some runs are calm, some full of faults, some long with many zombies. */
import type { Random } from '../src/runtimes/memory/scheduler.js';

/** What any run may meet; rates are per step, or per write where that is said. */
export interface FaultSettings {
  readonly events: number;
  readonly steps: number;
  readonly killRate: number;
  readonly zombieRate: number;
  /** A process stands still for long, and nobody takes its place. */
  readonly pauseRate: number;
  /** Per conditional write: it times out. */
  readonly inDoubt: number;
  /** Per plain write. */
  readonly late: number;
  readonly twice: number;
  /** `mild` never takes what somebody still has to read. */
  readonly retention: 'none' | 'mild' | 'harsh';
  /** Whether views are published and truths folded too. */
  readonly views: boolean;
  /** The share of switches that may go back. */
  readonly forcedRate: number;
}

export function faultsOf(random: Random): FaultSettings {
  const below = (least: number, more: number) => least + Math.floor(random() * more);
  const sometimes = (share: number, rate: number) => (random() < share ? rate * random() : 0);
  // Some harm needs much to pass while one waits.
  const isLong = random() < 0.4;
  const usual = {
    events: below(6, 36),
    steps: below(450, 1_000),
    killRate: sometimes(0.8, 0.02),
    zombieRate: 0.008 * random(),
  };
  const long = { events: 60, steps: 2_500, killRate: 0.005, zombieRate: 0.02 };
  const retention = random();
  return {
    ...(isLong ? long : usual),
    pauseRate: sometimes(0.4, 0.01),
    inDoubt: sometimes(0.6, 0.12),
    late: sometimes(0.5, 0.8),
    twice: sometimes(0.5, 0.15),
    retention: retention < 0.1 ? 'harsh' : retention < 0.25 ? 'mild' : 'none',
    views: random() < 0.35,
    forcedRate: random() < 0.5 ? 0 : 0.4,
  };
}
