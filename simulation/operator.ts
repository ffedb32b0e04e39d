/**
 * Somebody who starts, switches, rolls back and drops versions of a simulated lab at seeded times, by the same functions
 * as the commands. What a command refuses is an answer like any other; being killed in its midst is usual.
 */
import { LabError } from '../src/errors.js';
import { builtinQuestions, itemsSold, revenueByMachine } from '../src/questions/builtin.js';
import type { Question } from '../src/questions/question.js';
import type { Process } from '../src/runtimes/memory/scheduler.js';
import type { Log, ServingStore } from '../src/runtimes/ports.js';
import type { Head, Heads } from '../src/serving/head.js';
import { addVersion, dropVersion } from '../src/versions/change-versions.js';
import { previousVersion, switchLive } from '../src/versions/switch-live.js';
import type { SimulatedLab } from './simulated-lab.js';

/** What versions may answer: the same names, but other filters and keys. */
export const questionSets: readonly (readonly Question[])[] = [
  builtinQuestions,
  [{ ...itemsSold, where: { kind: 'sale', healthy: true } }, revenueByMachine],
  [itemsSold, { ...revenueByMachine, key: ['snack_automat_id', 'item'] }],
];

/** What versions are called, and where a new one begins. */
export interface VersionKind {
  readonly names: readonly string[];
  readonly headOf: (
    log: Log,
    heads: Heads,
    pipeline: string,
    questions: readonly Question[],
  ) => Promise<Omit<Head, 'incarnation'>>;
}

/** As many as Spark would have room for. */
const versionsMax = 3;
const pauseMsMax = 150;

interface Operator {
  readonly lab: SimulatedLab;
  readonly process: Process;
  readonly store: ServingStore;
  readonly log: Log;
  readonly kind: VersionKind;
}

type Command = (operator: Operator) => Promise<unknown>;

const commands: readonly Command[] = [add, add, switchToAny, switchToAny, switchToAny, rollBack, drop, drop];

/** Gives one command after the other; `log` is the log as far back as it can be read. */
export async function operate(lab: SimulatedLab, process: Process, log: Log, kind: VersionKind): Promise<void> {
  const { scheduler } = lab.world;
  const operator = { lab, process, store: lab.openStore(process), log, kind };
  for (;;) {
    await lab.clock(process).sleep(scheduler.integer(pauseMsMax));
    try {
      await commands[scheduler.integer(commands.length)]!(operator);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
    }
  }
}

async function add({ lab, process, store, log, kind }: Operator): Promise<void> {
  const heads = await store.readHeads();
  if (heads.heads.size >= versionsMax) return;
  const head = await kind.headOf(log, heads, oneOf(lab, kind.names), oneOf(lab, questionSets));
  await addVersion(store, lab.clock(process), head);
}

async function switchToAny(operator: Operator): Promise<void> {
  const { heads } = await operator.store.readHeads();
  await switchTo(operator, oneOf(operator.lab, [...heads.keys()]));
}

async function rollBack(operator: Operator): Promise<void> {
  await switchTo(operator, previousVersion(await operator.store.readHeads()));
}

async function switchTo({ lab, process, store }: Operator, to: string): Promise<void> {
  const force = lab.world.scheduler.random() < lab.settings.forcedRate;
  await switchLive(store, lab.clock(process), { to, force, patienceMs: force ? 30 : 300 });
}

async function drop({ lab, process, store }: Operator): Promise<void> {
  const { heads } = await store.readHeads();
  await dropVersion(store, lab.clock(process), oneOf(lab, [...heads.keys()]));
}

function oneOf<T>(lab: SimulatedLab, list: readonly T[]): T {
  return list[lab.world.scheduler.integer(list.length)]!;
}
