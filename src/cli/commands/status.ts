/** `lambda status`: what the containers, the serving store and the log say now. What cannot be asked is said to be unknown. */
import { parseCycle } from '../../../lambda/cycle.js';
import { LabError } from '../../errors.js';
import { max, messagesBetween, type Position } from '../../positions/position.js';
import type { LabName } from '../../resources.js';
import { publishedPort, webPages } from '../../runtimes/docker/compose-settings.js';
import { connectEngine, type LabContainer, listContainers, memoryInUse } from '../../runtimes/docker/containers.js';
import { kafkaLog } from '../../runtimes/docker/kafka-log.js';
import { isReady, stateText } from '../../runtimes/docker/lifecycle-state.js';
import type { ServingStore } from '../../runtimes/ports.js';
import { type Head, mergedNumber } from '../../serving/head.js';
import type { StatusDocument } from '../documents.js';
import { openStore } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { statusText } from './status-text.js';

type Pipelines = Pick<StatusDocument, 'pipelines' | 'wanted' | 'reports' | 'problem'>;
type PipelineStatus = StatusDocument['pipelines'][number];

export async function run({ lab }: CommandInput, context: CommandContext): Promise<Report> {
  const docker = await connectEngine(context.config);
  const containers = await listContainers(docker, lab);
  const memory = await Promise.all(containers.map(({ id }) => memoryInUse(docker, id)));
  const services = containers.map((container, i) => ({
    name: container.name,
    service: container.service,
    state: stateText(container),
    ready: isReady(container),
    restarts: container.restarts,
    memoryBytes: memory[i] ?? null,
  }));
  const document: StatusDocument = {
    schema: 'snacklab/status',
    version: 1,
    lab,
    running: containers.some(({ state }) => state === 'running'),
    services,
    memoryBytes: memory.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0),
    ...(await askPipelines(lab, containers, context)),
    pages: [...webPages(containers)],
  };
  const allReady = services.length > 0 && services.every(({ ready }) => ready) && document.problem === null;
  return { document, text: statusText(document), verdict: allReady ? 'pass' : 'unavailable' };
}

async function askPipelines(
  lab: LabName,
  containers: readonly LabContainer[],
  context: CommandContext,
): Promise<Pipelines> {
  const nothing = { pipelines: [], wanted: null, reports: [] };
  if (containers.length === 0) return { ...nothing, problem: `the ${lab} lab is not up: snacklab ${lab} up` };
  try {
    await using store = await openStore(lab, containers);
    const [heads, wanted, reports, ends] = await Promise.all([
      store.readHeads(),
      store.readWanted(),
      store.readReports(),
      logEnds(containers),
    ]);
    const nowMs = context.clock.nowMs();
    const pipelines = await Promise.all(
      [...heads.heads.values()].map((head) => pipelineStatus(store, head, heads.live, ends, nowMs)),
    );
    const said = reports.map(({ service, atMs, report }) => ({ service, ageMs: nowMs - atMs, report: { ...report } }));
    return { pipelines, wanted, reports: said, problem: null };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    return { ...nothing, problem: error.message };
  }
}

/** Undefined where the log cannot be asked: the rest of the status is worth having without it. */
async function logEnds(containers: readonly LabContainer[]): Promise<Position | undefined> {
  const port = publishedPort(containers, 'kafka');
  if (port === undefined || !containers.some(({ service, state }) => service === 'kafka' && state === 'running')) {
    return undefined;
  }
  return kafkaLog({ broker: `127.0.0.1:${port}`, patienceMs: 5000 })
    .ends()
    .catch(() => undefined);
}

async function pipelineStatus(
  store: ServingStore,
  head: Head,
  live: string,
  ends: Position | undefined,
  nowMs: number,
): Promise<PipelineStatus> {
  const cycle = parseCycle((await store.readCycle(head.pipeline)).state);
  const { lastPublished: last, startedMs, failures, lastFailure } = cycle.history;
  return {
    name: head.pipeline,
    live: head.pipeline === live,
    status: head.status,
    origin: [...head.origin],
    position: [...head.position],
    logEnds: ends === undefined ? null : [...ends],
    // The ends were read a moment before or after the head: it may be ahead of them.
    lag: ends === undefined ? null : messagesBetween(head.position, max(ends, head.position)),
    number: head.number,
    slices: head.number - mergedNumber(head),
    epoch: head.epoch,
    base: {
      id: head.baseId,
      number: head.baseNumber,
      cut: [...head.baseCut],
      ageMs: last === null ? null : nowMs - last.publishedMs,
    },
    cycle: {
      state: cycle.name,
      startedMs: startedMs === 0 ? null : startedMs,
      failures,
      lastFailure,
      lastTookMs: last === null ? null : last.publishedMs - last.chosenMs,
    },
  };
}
