/**
 * The steps of the Lambda batch cycle: does the one that the durable state calls for, and stores the next state by a
 * conditional write. It may be killed between any two effects and started again; of two coordinators the one whose
 * write is refused ends. It never decides by its own memory or clock what readers see.
 */
import { coverage, covered, filesUpTo } from '../src/archive/chain.js';
import { LabError } from '../src/errors.js';
import type { BatchOutput, Outcome } from '../src/runtimes/ports.js';
import { type Head, mergedNumber } from '../src/serving/head.js';
import { allocateBaseId, foldSlices, publishBase, retire } from '../src/serving/publish.js';
import { readParts } from '../src/serving/read-answer.js';
import { isWhole } from '../src/versions/versions.js';
import { type Cycle, chooseCut, flawOfOutput, legalSteps } from './cycle.js';
import type { FoundCycle } from './find-cycle.js';
import { type Coordinator, readHead, type Step } from './step.js';

const steps: { readonly [Name in Cycle['name']]: Step<Name> } = {
  idle: whenIdle,
  chosen: whenChosen,
  running: whenRunning,
  loaded: whenLoaded,
  published: whenPublished,
};

/** Does the one step that the found state calls for. Returns the state after it. */
export async function stepCycle(coordinator: Coordinator, found: FoundCycle): Promise<Cycle> {
  const { store, pipeline } = coordinator;
  let { version, cycle } = found;
  await coordinator.hold(cycle.name);
  const move = async (next: Cycle) => {
    if (!legalSteps[cycle.name].includes(next.name)) throw new Error(`no step from ${cycle.name} to ${next.name}`);
    const outcome = await store.changeState(pipeline, version, JSON.stringify(next));
    if (outcome !== 'applied') {
      throw new LabError(`another coordinator runs the cycle of ${pipeline}, or the write is in doubt (${outcome})`, {
        suggestion: 'none is needed: this one ends and the next one starts from the stored state',
      });
    }
    version++;
    cycle = next;
  };
  const step = steps[cycle.name] as Step<Cycle['name']>;
  await step(coordinator, cycle, move);
  return cycle;
}

async function whenIdle(
  c: Coordinator,
  { history }: Extract<Cycle, { name: 'idle' }>,
  move: (next: Cycle) => Promise<void>,
) {
  const head = await readHead(c);
  // First, and with nothing but the store: while no batch gets through, whatever keeps it away, reading stays bounded.
  // What cannot be folded, because a sum of it left 64 bits, is left to the batch.
  if (isLong(c, head) && (await fold(c, head)) !== 'missing') return;
  if (!c.turn.mayBegin) return;
  const nowMs = c.clock.nowMs();
  const { batchRequests } = await c.store.readWanted();
  const isWanted = batchRequests > history.requestsSeen || nowMs - history.startedMs >= c.limits.batchEveryMs;
  // A version without its first base has no answer: it is due at once. One that was given up is due as any other, so that
  // what never succeeds leaves room for the versions beside it.
  if (!isWanted && (isWhole(head) || history.failures > 0)) return;
  if (isWhole(head) && head.number === head.baseNumber) return;

  // The archive first: while it is away this is tried at each look, and the slices may be thousands.
  const archived = coverage(await c.archive.list(), head.origin);
  const parts = await readParts(c.store, head, c.questions[0]!);
  const best = chooseCut(head, parts.slices, parts.fold, archived);
  if (best === undefined) return;
  const baseId = await allocateBaseId(c.store, head);
  if (baseId === undefined) return;
  const { baseId: oldBaseId, foldId: oldFoldId } = head;
  await move({
    name: 'chosen',
    history: { ...history, startedMs: nowMs, requestsSeen: batchRequests },
    plan: { baseId, ...best, cut: [...best.cut], oldBaseId, oldFoldId, chosenMs: nowMs, attempts: 0 },
  });
  c.log(`cut chosen: base ${baseId} up to slice ${best.number} at ${JSON.stringify(best.cut)}`);
}

/** What is not whole is not folded: only its first base shortens it, and a fold of slices alone has no answer. */
function isLong(c: Coordinator, head: Head): boolean {
  return isWhole(head) && head.number - mergedNumber(head) > c.limits.slicesMax;
}

async function fold(c: Coordinator, head: Head): Promise<Outcome | 'missing'> {
  const outcome = await foldSlices(c.store, head, c.questions);
  c.log(`no batch got through for ${c.limits.slicesMax} slices: folded up to slice ${head.number}: ${outcome}`);
  if (outcome === 'applied') await retire(c.store, c.pipeline, c.questions);
  return outcome;
}

async function whenChosen(c: Coordinator, { history, plan }: Chosen, move: (next: Cycle) => Promise<void>) {
  if (plan.attempts >= c.limits.attemptsMax) {
    c.log(`base ${plan.baseId} is given up after ${plan.attempts} attempts: ${history.lastFailure}`);
    return move({ name: 'idle', history });
  }
  const waits = !c.turn.maySubmit;
  // While it waits the slices may have become too many: they are folded first, and a new cut is chosen.
  if ((waits || plan.attempts > 0) && isLong(c, await readHead(c))) return move({ name: 'idle', history });
  if (waits) return;
  const attempt = { pipeline: c.pipeline, baseId: plan.baseId, id: c.newId() };
  // The name first: whatever submits under it is the process that recorded it, so no output has two writers.
  await move({
    name: 'running',
    history,
    plan: { ...plan, attempts: plan.attempts + 1 },
    job: { attempt, jobStartedMs: c.clock.nowMs() },
  });
  await c.hold('before-submit');
  const head = await readHead(c);
  const inputs = filesUpTo(await c.archive.list(), head.origin, plan.cut);
  try {
    await c.engine.submit({ attempt, inputs, origin: head.origin, cut: plan.cut, questions: c.questions });
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    // Known to have failed here, so nobody has to wait whether it comes; should YARN have it all the same, it is ended.
    await c.engine.cancel(attempt).catch(() => {});
    await move(afterFailure(history, { ...plan, attempts: plan.attempts + 1 }, error.message));
    throw error;
  }
  c.log(`job submitted: attempt ${attempt.id} over ${inputs.length} files`);
}

type Chosen = Extract<Cycle, { name: 'chosen' }>;

/** The same cut is tried again. */
function afterFailure(history: Chosen['history'], plan: Chosen['plan'], why: string): Chosen {
  return { name: 'chosen', history: { ...history, failures: history.failures + 1, lastFailure: why }, plan };
}

async function whenRunning(
  c: Coordinator,
  cycle: Extract<Cycle, { name: 'running' }>,
  move: (next: Cycle) => Promise<void>,
) {
  const { history, plan, job } = cycle;
  const fail = async (why: string) => {
    c.log(`attempt ${job.attempt.id} failed: ${why}`);
    // Its place is the next attempt's; an engine that is away has no place to free.
    await c.engine.cancel(job.attempt).catch(() => {});
    return move(afterFailure(history, plan, why));
  };
  const isOverdue = c.clock.nowMs() - job.jobStartedMs > c.limits.jobMsMax;
  const state = await c.engine.state(job.attempt).catch((error: unknown) => {
    // An engine that does not answer is waited for as long as a job may take, and no longer.
    if (isOverdue) return 'running' as const;
    throw error;
  });
  if (state === 'running')
    return isOverdue ? fail(`not finished after ${c.limits.jobMsMax} ms`) : c.clock.sleep(c.limits.jobLookMs);
  const sinceMs = c.clock.nowMs() - job.jobStartedMs;
  // A clock that was set back says nothing.
  const mayBeOnItsWay = sinceMs >= 0 && sinceMs < c.limits.submissionMsMax;
  if (state === 'absent' && mayBeOnItsWay) return c.clock.sleep(c.limits.jobLookMs);
  if (state !== 'succeeded') return fail(state === 'absent' ? 'the job was never taken over' : 'the job failed');
  const output = await c.engine.readOutput(job.attempt, c.questions);
  if (output === undefined) return fail('the output is not whole');
  const head = await readHead(c);
  const flaw = flawOfOutput(output, head, plan.cut);
  if (flaw !== undefined) return fail(flaw);
  await loadBase(c, head, cycle, output);
  await move({ name: 'loaded', history, plan, job, ended: { jobEndedMs: c.clock.nowMs() } });
  c.log(`base ${plan.baseId} loaded: ${output.messages} messages, ${output.rejected} rejected`);
}

async function loadBase(c: Coordinator, head: Head, cycle: Extract<Cycle, { name: 'running' }>, output: BatchOutput) {
  const { plan } = cycle;
  for (const question of c.questions) {
    await c.store.writeBase({
      kind: 'base',
      incarnation: head.incarnation,
      id: plan.baseId,
      question: question.name,
      number: plan.number,
      from: head.origin,
      until: plan.cut,
      messages: output.messages,
      rejected: output.rejected,
      sums: output.sums.get(question.name) ?? new Map(),
    });
  }
}

async function whenLoaded(
  c: Coordinator,
  cycle: Extract<Cycle, { name: 'loaded' }>,
  move: (next: Cycle) => Promise<void>,
) {
  const { plan, history } = cycle;
  const head = await readHead(c);
  const outcome = await publishBase(c.store, {
    pipeline: c.pipeline,
    incarnation: head.incarnation,
    baseId: plan.baseId,
    baseNumber: plan.number,
    baseCut: plan.cut,
    oldBaseId: plan.oldBaseId,
    oldFoldId: plan.oldFoldId,
  });
  if (outcome === 'in-doubt') {
    throw new LabError(`publishing base ${plan.baseId} of ${c.pipeline} is in doubt`, {
      suggestion: 'none is needed: this process ends and the next one starts from the stored state',
    });
  }
  const isOurs = outcome === 'applied' || (await readHead(c)).baseId === plan.baseId;
  if (!isOurs) {
    c.log(`base ${plan.baseId} was overtaken by another one`);
    return move({ name: 'idle', history });
  }
  await move({
    ...cycle,
    name: 'published',
    history: { ...history, lastPublished: published(cycle, head, c.clock.nowMs()) },
  });
  c.log(`base ${plan.baseId} published: slices up to ${plan.number} are in it`);
}

function published({ plan, job, ended }: Extract<Cycle, { name: 'loaded' }>, head: Head, publishedMs: number) {
  return {
    baseId: plan.baseId,
    number: plan.number,
    cut: plan.cut,
    messages: plan.cut.reduce((sum, offset, partition) => sum + offset - head.origin[partition]!, 0),
    chosenMs: plan.chosenMs,
    jobStartedMs: job.jobStartedMs,
    jobEndedMs: ended.jobEndedMs,
    publishedMs,
  };
}

async function whenPublished(
  c: Coordinator,
  { history, plan }: Extract<Cycle, { name: 'published' }>,
  move: (next: Cycle) => Promise<void>,
) {
  await retire(c.store, c.pipeline, c.questions);
  await c.engine.discard(c.pipeline, plan.baseId);
  // Here, because no job of this cycle reads them any more, and while no job of another version's can.
  if (c.turn.mayRemoveFiles) for (const file of covered(await c.archive.list())) await c.archive.remove(file.path);
  await move({ name: 'idle', history: { ...history, failures: 0, lastFailure: null } });
}
