/** `lambda batch`: wants a batch cycle now, and waits until the base of the cycle that heard it is published. */
import { type Cycle, cycleOf, firstCycle } from '../../../lambda/cycle.js';
import { batchFlags, parseFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import { messagesBetween } from '../../positions/position.js';
import type { LabName } from '../../resources.js';
import type { Clock, ServingStore } from '../../runtimes/ports.js';
import { type Head, mergedNumber } from '../../serving/head.js';
import { findLab } from '../lab.js';
import { liveHead } from '../live-version.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { duration, grouped } from '../text.js';

const pollEveryMs = 250;
/** So long without a new slice, and there is nothing to run a batch over. */
const nothingNewMs = 5000;

type Published = NonNullable<Cycle['history']['lastPublished']>;

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const { timeout } = parseFlags(batchFlags, input.options);
  await using store = await (await findLab(input, context)).openStore();
  // Awaited here: the store closes when this function is left.
  return await batchNow(input.lab, store, timeout, context);
}

/** Asks for a batch cycle and waits for its base. */
export async function batchNow(
  lab: LabName,
  store: BatchStore,
  timeoutMs: number,
  context: BatchContext,
): Promise<Report> {
  const head = liveHead(await store.readHeads());
  const { pipeline } = head;
  const request = (await store.readWanted()).batchRequests + 1;
  await store.changeWanted({ batchRequests: request });
  const base = await waitForBase(store, head, request, timeoutMs, context);
  return base === undefined ? nothingNew(lab, liveHead(await store.readHeads())) : newBase(lab, pipeline, base);
}

type BatchStore = Pick<ServingStore, 'readHeads' | 'readState' | 'readWanted' | 'changeWanted'>;
type BatchContext = Pick<CommandContext, 'clock' | 'signal' | 'say'>;

function newBase(lab: LabName, pipeline: string, base: Published): Report {
  const { baseId, cut, messages, chosenMs, jobStartedMs, jobEndedMs, publishedMs } = base;
  const tookMs = { total: publishedMs - chosenMs, job: jobEndedMs - jobStartedMs };
  const document = { ...common(lab, pipeline), published: true, baseId, cut, messages, tookMs };
  const took = `in ${duration(tookMs.total)} (the job ${duration(tookMs.job)})`;
  return {
    document,
    text: `base ${baseId} is published: ${grouped(messages)} messages up to ${JSON.stringify(cut)}, ${took}`,
  };
}

function nothingNew(lab: LabName, { pipeline, origin, baseId, baseCut }: Head): Report {
  const messages = messagesBetween(origin, baseCut);
  const document = { ...common(lab, pipeline), published: false, baseId, cut: [...baseCut], messages, tookMs: null };
  return { document, text: `no batch was run: base ${baseId} covers all ${grouped(messages)} messages` };
}

const common = (lab: LabName, pipeline: string) => ({ schema: 'snacklab/batch', version: 1, lab, pipeline }) as const;

/** The base of the first cycle that began after the request; undefined when there is nothing newer than the base. */
async function waitForBase(
  store: BatchStore,
  head: Head,
  request: number,
  timeoutMs: number,
  { clock, signal, say }: BatchContext,
): Promise<Published | undefined> {
  const deadlineMs = clock.nowMs() + timeoutMs;
  const idle = idleWatch(clock);
  let shown = '';
  for (;;) {
    signal.throwIfAborted();
    // The coordinator makes it, at its first look at a version.
    const cycle = cycleOf(head, await store.readState(head.pipeline)) ?? firstCycle;
    const heard = cycle.history.requestsSeen >= request;
    const state = heard ? cycle.name : `waiting for the coordinator (cycle: ${cycle.name})`;
    if (state !== shown) say(`  ${state}`);
    shown = state;
    const { lastPublished, startedMs, lastFailure } = cycle.history;
    if (heard && lastPublished !== null && lastPublished.chosenMs >= startedMs) return lastPublished;
    if (heard && cycle.name === 'idle') throw givenUp(lastFailure);
    if (!heard && cycle.name === 'idle' && idle(liveHead(await store.readHeads()))) return undefined;
    if (clock.nowMs() > deadlineMs) throw tooLate(timeoutMs, state);
    await clock.sleep(pollEveryMs);
  }
}

/** Whether the base has covered all slices for a while. */
function idleWatch(clock: Clock): (head: Head) => boolean {
  let sinceMs: number | undefined;
  return (head) => {
    if (head.number !== mergedNumber(head)) sinceMs = undefined;
    else sinceMs ??= clock.nowMs();
    return sinceMs !== undefined && clock.nowMs() - sinceMs >= nothingNewMs;
  };
}

function givenUp(lastFailure: string | null): LabError {
  return new LabError(`the batch cycle was given up: ${lastFailure ?? 'another base came first'}`, {
    kind: 'unavailable',
    suggestion: 'snacklab lambda logs coordinator',
    detail: { lastFailure },
  });
}

function tooLate(timeoutMs: number, state: string): LabError {
  return new LabError(`no base was published within ${timeoutMs} ms (last state: ${state}); the cycle goes on`, {
    kind: 'unavailable',
    suggestion: 'snacklab lambda status, snacklab lambda logs coordinator, or a longer --timeout SECONDS',
    detail: { state },
  });
}
