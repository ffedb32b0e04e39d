/**
 * Measures one lab for `compare`: brings it up with the given events, watches it from outside for a while, changes a
 * question in it, and takes it down with all its data. It only touches a lab that it has brought up.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAges, type Sighting } from '../../checker/ages.js';
import { describeError, LabError, suggestionFor } from '../../errors.js';
import { messagesBetween } from '../../positions/position.js';
import { itemsSold } from '../../questions/builtin.js';
import type { LabName } from '../../resources.js';
import { openCheckerLog } from '../../runtimes/docker/checker-log.js';
import { publishedPort } from '../../runtimes/docker/compose-settings.js';
import { processesIn, together, type Usage, usageOf } from '../../runtimes/docker/container-usage.js';
import { connectEngine, type Engine, type LabContainer, listContainers } from '../../runtimes/docker/containers.js';
import { takeDown } from '../../runtimes/docker/lifecycle-down.js';
import type { ServingStore } from '../../runtimes/ports.js';
import { readAnswer } from '../../serving/read-answer.js';
import { rememberingStore } from '../../serving/remembering-store.js';
import * as change from '../commands/change.js';
import * as replay from '../commands/replay.js';
import * as switchCommand from '../commands/switch.js';
import { upDocker } from '../commands/up-docker.js';
import * as verify from '../commands/verify.js';
import { openStore } from '../docker-lab.js';
import type { VerifyDocument } from '../documents-verify.js';
import type { CommandContext } from '../report.js';
import { settled } from '../settled.js';
import { type Budget, bindTo } from './budget.js';
import { countNaive } from './count-naive.js';
import type { Measurements } from './measurements.js';

export interface Trial {
  readonly seconds: number;
  readonly budget: Budget;
  /** Also count what a naive merge would have said; it has a meaning in Lambda only. */
  readonly naive: boolean;
  /** Flags of `up` that both labs get. */
  readonly flags: Readonly<Record<string, string>>;
}

const askEveryMs = 40;
const sampleEveryMs = 500;
/** A batch cycle often enough that several bases are published while it is watched. */
const lambdaFlags = { batchEvery: '30' };
/** What is compared is the architectures: with few questions the machine is not what bounds them. */
const fewQuestions = { questions: 'core' };
const changedTo = 'v2';
/** Whatever else is up on this machine. */
const inDocker = { runtime: 'docker' };

export async function measureLab(lab: LabName, trial: Trial, context: CommandContext): Promise<Measurements> {
  const docker = await connectEngine(context.config);
  const own = lab === 'lambda' ? lambdaFlags : {};
  try {
    await upDocker(
      { lab, arguments: [], options: { ...trial.flags, ...own, ...fewQuestions, grafana: false } },
      context,
    );
    const containers = await listContainers(docker, lab);
    await bindTo(docker, running(containers), trial.budget);
    context.say(`watching the ${lab} lab for ${trial.seconds} s`);
    const watched = await watch(docker, lab, containers, trial, context);
    const processes = await processesIn(docker, containers);
    const changed = await changeQuestion(lab, context);
    const linesOfItsOwn = await ownLines(lab, context);
    return { ...watched, containers: running(containers).length, processes, linesOfItsOwn, change: changed };
  } catch (error) {
    throw error instanceof LabError ? inLab(error, lab) : error;
  } finally {
    // Also when it was interrupted: the lab is this command's own. The first error is the one that is told.
    const away = takeDown(docker, lab, { volumes: true, say: () => {} });
    await away.catch((error) => context.say(`the ${lab} lab could not be taken down: ${describeError(error)}`));
  }
}

/** The command is of no lab: which one met the error has to be said here. */
function inLab(error: LabError, lab: LabName): LabError {
  const { message, kind, detail, cause } = error;
  return new LabError(`${lab}: ${message}`, { kind, suggestion: suggestionFor(error, lab), detail, cause });
}

/** Throws `unavailable` when there is a lab of this name, up or down: a comparison begins with none. */
export async function refuseOthersLab(lab: LabName, context: CommandContext): Promise<void> {
  const docker = await connectEngine(context.config);
  const { Volumes } = await docker.listVolumes({ filters: { label: [`snacklab.lab=${lab}`] } });
  if ((await listContainers(docker, lab)).length === 0 && (Volumes ?? []).length === 0) return;
  throw new LabError(`a ${lab} lab is there, up or down; a comparison begins with none and forgets its own`, {
    kind: 'unavailable',
    suggestion: `snacklab ${lab} down --volumes`,
  });
}

const running = (containers: readonly LabContainer[]) => containers.filter(({ oneShot }) => !oneShot);

type Watched = Omit<Measurements, 'containers' | 'processes' | 'linesOfItsOwn' | 'change'>;

async function watch(
  docker: Engine,
  lab: LabName,
  containers: readonly LabContainer[],
  { seconds, naive }: Trial,
  context: CommandContext,
): Promise<Watched> {
  const untilMs = context.clock.nowMs() + seconds * 1000;
  await using store = await openStore(lab, containers);
  // Its history is of a log that is about to be forgotten: how to judge it again need not be said.
  const judge = { ...context, say: () => {} };
  const [{ document }, usage, seen, naively] = await settled([
    verify.run({ lab, arguments: [], options: { ...inDocker, seconds: String(seconds) } }, judge),
    sampleUsage(docker, containers, untilMs, context),
    lookAtAnswers(lab, store, untilMs, context),
    naive && lab === 'lambda' ? countNaive(store, untilMs, context) : Promise.resolve(null),
  ]);
  const { ok, wrong, unknown, verdict, shortcomings } = document as VerifyDocument;
  if (verdict === 'unknown') context.say(`  the judge does not know: ${shortcomings.join('; ')}`);
  const judged = ok + wrong + unknown;
  const ageMs = await agesOf(containers, seen.answers);
  const [first, last] = [usage[0]!, usage.at(-1)!];
  const messages = messagesBetween(seen.answers[0]!.position, seen.answers.at(-1)!.position);
  const spentMs = seen.answers.at(-1)!.seenMs - seen.answers[0]!.seenMs;
  const millions = ((messages / spentMs) * (last.atMs - first.atMs)) / 1e6;
  return {
    verdict,
    answers: { ok, wrong, unknown },
    naive: naively,
    exactShare: judged === 0 ? null : ok / judged,
    ageMs,
    forGoodMs: lab === 'lambda' ? await agesOf(containers, seen.forGood) : ageMs,
    eventsPerSecond: (messages * 1000) / spentMs,
    cpuSecondsPerMillion: (last.cpuSeconds - first.cpuSeconds) / millions,
    writtenBytesPerMillion:
      first.writtenBytes === null || last.writtenBytes === null
        ? null
        : (last.writtenBytes - first.writtenBytes) / millions,
    memoryBytesMax: Math.max(...usage.map(({ memoryBytes }) => memoryBytes)),
  };
}

async function sampleUsage(
  docker: Engine,
  containers: readonly LabContainer[],
  untilMs: number,
  { clock, signal }: CommandContext,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const sample = async () => {
    const atMs = clock.nowMs();
    const usages = await Promise.all(running(containers).map((container) => usageOf(docker, container)));
    samples.push({ atMs, ...together(usages) });
  };
  do {
    signal.throwIfAborted();
    await sample();
    await clock.sleep(sampleEveryMs);
  } while (clock.nowMs() < untilMs);
  await sample();
  return samples;
}

type Sample = Usage & { readonly atMs: number };

interface Looks {
  readonly answers: readonly Sighting[];
  /** The same moments with the position up to which events are in a base. */
  readonly forGood: readonly Sighting[];
}

async function lookAtAnswers(
  lab: LabName,
  store: ServingStore,
  untilMs: number,
  { clock, signal }: CommandContext,
): Promise<Looks> {
  const remembering = rememberingStore(store);
  const looks = { answers: [] as Sighting[], forGood: [] as Sighting[] };
  while (clock.nowMs() < untilMs) {
    signal.throwIfAborted();
    const askedMs = clock.nowMs();
    const answer = await readAnswer(remembering, itemsSold.name, clock);
    const seenMs = clock.nowMs();
    if (!('unknown' in answer)) {
      looks.answers.push({ seenMs, position: answer.position, whileBatch: false });
      looks.forGood.push({ seenMs, position: answer.baseCut, whileBatch: false });
    }
    await clock.sleep(Math.max(0, askEveryMs - (clock.nowMs() - askedMs)));
  }
  if (looks.answers.length > 1) return looks;
  throw new LabError(`the ${lab} lab gave no answers while it was watched`, {
    kind: 'unknown',
    suggestion: `snacklab ${lab} up, snacklab ${lab} status`,
  });
}

async function agesOf(
  containers: readonly LabContainer[],
  sightings: readonly Sighting[],
): Promise<{ p50: number | null; p95: number | null; p99: number | null }> {
  await using log = await openCheckerLog(`127.0.0.1:${publishedPort(containers, 'kafka')}`);
  const { p50Ms, p95Ms, p99Ms } = (await readAges(log, sightings)).between;
  const known = (value: number) => (Number.isNaN(value) ? null : value);
  return { p50: known(p50Ms), p95: known(p95Ms), p99: known(p99Ms) };
}

/** The same questions in a new version: what changes is only who counts them, so both labs do the same work. */
async function changeQuestion(lab: LabName, context: CommandContext): Promise<Measurements['change']> {
  const [name, start] = lab === 'lambda' ? (['change', change.run] as const) : (['replay', replay.run] as const);
  const startedMs = performance.now();
  await start({ lab, arguments: [], options: { ...inDocker, as: changedTo } }, context);
  await switchCommand.run({ lab, arguments: [changedTo], options: inDocker }, context);
  return { steps: [name, 'switch'], tookMs: performance.now() - startedMs };
}

/** Counted when the package is built. */
async function ownLines(lab: LabName, { resources }: CommandContext): Promise<number> {
  const counted = JSON.parse(await readFile(join(resources.root, 'dist', 'own-lines.json'), 'utf8'));
  return counted[lab] as number;
}
