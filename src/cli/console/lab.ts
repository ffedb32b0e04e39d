/**
 * The console's lab, made of a lab's ports: looks and answers are read as `status` and `query` read them, and buttons run
 * the functions of the commands. It works on any runtime's ports; it decides nothing and keeps nothing but sizes.
 */
import { type Cycle, cycleOf } from '../../../lambda/cycle.js';
import type { Book } from '../../alerts/book.js';
import { readBook } from '../../alerts/kept-book.js';
import type { Action, Perform } from '../../console/actions.js';
import type { AnswerRead } from '../../console/answers.js';
import type { ConsoleLab } from '../../console/follow.js';
import type { CycleView, LabSeen } from '../../console/model.js';
import { LabError } from '../../errors.js';
import type { Question } from '../../questions/question.js';
import { parseQuestionFile } from '../../questions/question-file.js';
import type { LabName } from '../../resources.js';
import type { Clock, ServingStore } from '../../runtimes/ports.js';
import { rememberingStore } from '../../serving/remembering-store.js';
import { pipelineNamed, versionOf } from '../../versions/versions.js';
import { readQuery } from '../commands/answer-text.js';
import { batchNow } from '../commands/batch.js';
import { fromTheCut } from '../commands/change.js';
import { dropNow } from '../commands/drop.js';
import { changeGenerator } from '../commands/generator.js';
import { fromTheBeginning } from '../commands/replay.js';
import { startIn, type VersionLab } from '../commands/start-version.js';
import { switchTo } from '../commands/switch.js';
import { storedBytes } from '../commands/versions.js';
import type { LogExtent } from '../lab.js';

export interface ConsolePorts {
  readonly lab: LabName;
  readonly runtime: ConsoleLab['runtime'];
  readonly store: ServingStore;
  /** The log, and what a version's start needs. */
  readonly found: VersionLab;
  /** Where the log begins and ends; undefined where it does not answer. */
  readonly extent: () => Promise<LogExtent | undefined>;
  readonly clock: Clock;
  /** Aborted when the console ends: what waits for a base or a drop ends with it, the lab goes on. */
  readonly signal: AbortSignal;
}

/** A truth follows its answer within moments; without it the answer is shown and its error is not known. */
const truthWaitMs = 800;
/** Counting what is stored reads whole tables' keys. */
const sizesEveryMs = 20_000;
/** A serial read: dearer than others. */
const alertsEveryMs = 1_000;
const batchMsMax = 900_000;
const dropMsMax = 120_000;

export function consoleLab(ports: ConsolePorts): ConsoleLab {
  const { lab, runtime, clock } = ports;
  const store = rememberingStore(ports.store);
  return {
    lab,
    runtime,
    look: lookerOf(ports),
    async read(question: Question): Promise<AnswerRead> {
      const read = await readQuery(lab, store, question.name, clock, truthWaitMs);
      const { answer, unknown, atMs } = read.document;
      // As the version that answered means it: readers may have been switched since the heads were looked at.
      return { question: read.question ?? question, answer, unknown, atMs };
    },
    perform: performerOf(ports),
  };
}

function lookerOf({ lab, store, extent: askExtent, clock }: ConsolePorts): ConsoleLab['look'] {
  let sizes: { readonly atMs: number; readonly bytes: ReadonlyMap<number, number> } | undefined;
  let alerts: { readonly atMs: number; readonly book: Book | undefined } | undefined;
  return async (): Promise<LabSeen> => {
    const [heads, wanted, reports, extent] = await Promise.all([
      store.readHeads(),
      store.readWanted(),
      store.readReports(),
      askExtent(),
    ]);
    const nowMs = clock.nowMs();
    if (sizes === undefined || nowMs - sizes.atMs > sizesEveryMs)
      sizes = { atMs: nowMs, bytes: await storedBytes(store) };
    if (alerts === undefined || nowMs - alerts.atMs > alertsEveryMs)
      alerts = { atMs: nowMs, book: await readBook(store).catch(() => undefined) };
    const cycles = new Map<string, CycleView>();
    for (const head of lab === 'lambda' ? heads.heads.values() : []) {
      const cycle = cycleOf(head, await store.readState(head.pipeline));
      if (cycle !== undefined) cycles.set(head.pipeline, cycleView(cycle));
    }
    return { atMs: nowMs, heads, wanted, reports, extent, cycles, alerts: alerts.book, storedBytes: sizes.bytes };
  };
}

function cycleView(cycle: Cycle): CycleView {
  const { lastPublished: last, startedMs, failures, lastFailure } = cycle.history;
  return {
    state: cycle.name,
    startedMs: startedMs === 0 ? null : startedMs,
    failures,
    lastFailure,
    lastTookMs: last === null ? null : last.publishedMs - last.chosenMs,
    publishedMs: last?.publishedMs ?? null,
    plan: 'plan' in cycle ? { baseId: cycle.plan.baseId, oldBaseId: cycle.plan.oldBaseId, cut: cycle.plan.cut } : null,
  };
}

function performerOf(ports: ConsolePorts): Perform {
  return async (action, say) => {
    const { text, verdict } = await reportOf(action, { ...ports, say });
    if (verdict === undefined || verdict === 'pass') return text;
    throw new LabError(text, { kind: verdict });
  };
}

type Doing = ConsolePorts & { readonly say: (text: string) => void };
type Outcome = { readonly text: string; readonly verdict?: LabError['kind'] | 'pass' };

async function reportOf(action: Action, doing: Doing): Promise<Outcome> {
  const { lab, store } = doing;
  switch (action.action) {
    case 'rate':
      return changeGenerator(lab, store, { rate: action.rate });
    case 'pause':
      return changeGenerator(lab, store, { paused: true });
    case 'resume':
      return changeGenerator(lab, store, { paused: false });
    case 'batch':
      if (lab === 'kappa') throw new LabError('Kappa has no batch', { kind: 'usage', suggestion: 'replay instead' });
      return batchNow(lab, store, batchMsMax, doing);
    case 'start':
      return startVersion(action, doing);
    case 'switch':
      return switchTo(lab, store, doing, { named: pipelineNamed(lab, action.version), force: action.force });
    case 'rollback':
      return switchTo(lab, store, doing, { named: undefined });
    case 'drop':
      return dropNow(lab, store, pipelineNamed(lab, action.version), dropMsMax, doing);
  }
}

/** It is started and left to itself: the page shows how far it has come. */
async function startVersion(
  { as, questions: text }: Extract<Action, { action: 'start' }>,
  { lab, found, store, clock, say }: Doing,
): Promise<Outcome> {
  const pipeline = pipelineNamed(lab, as);
  const questions = text === undefined || text.trim() === '' ? undefined : parseQuestionFile(text, 'the questions');
  const planOf = lab === 'lambda' ? fromTheCut : fromTheBeginning;
  const { plan } = await startIn(found, store, { pipeline, questions }, planOf, { clock, say });
  return { text: `${versionOf(pipeline)} is started, ${plan.begins}` };
}
