/** `status`: what the lab's parts, the serving store and the log say now. What cannot be asked is said to be unknown. */
import { type Cycle, cycleOf } from '../../../lambda/cycle.js';
import { LabError, suggestionFor } from '../../errors.js';
import { max, messagesBelow, messagesBetween, type Position } from '../../positions/position.js';
import type { LabName } from '../../resources.js';
import { type Head, mergedNumber } from '../../serving/head.js';
import type { StatusDocument } from '../documents.js';
import { type LogExtent, locateLab, logExtent, type RunningLab } from '../lab.js';
import { replayReach } from '../replay-reach.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { statusText } from './status-text.js';

type Pipelines = Pick<StatusDocument, 'pipelines' | 'wanted' | 'reports' | 'problem'>;
type PipelineStatus = StatusDocument['pipelines'][number];

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const { lab } = input;
  const found = await locateLab(input, context);
  const extent = found.absent === undefined ? await logExtent(found) : undefined;
  const parts = await found.parts();
  const asked = await askPipelines(found, extent?.ends, context);
  const document: StatusDocument = {
    schema: 'snacklab/status',
    version: 1,
    lab,
    runtime: found.runtime,
    ...parts,
    log: logStatus(extent, found.archiveSaid(asked.reports)),
    ...asked,
  };
  const { services } = parts;
  const allReady = services.length > 0 && services.every(({ ready }) => ready) && document.problem === null;
  return { document, text: statusText(document), verdict: allReady ? 'pass' : 'unavailable' };
}

async function askPipelines(
  found: RunningLab,
  ends: Position | undefined,
  context: CommandContext,
): Promise<Pipelines> {
  const nothing = { pipelines: [], wanted: null, reports: [] };
  if (found.absent !== undefined) return { ...nothing, problem: notUpText(found.absent, found.lab) };
  try {
    await using store = await found.openStore();
    const [heads, wanted, reports] = await Promise.all([store.readHeads(), store.readWanted(), store.readReports()]);
    const nowMs = context.clock.nowMs();
    const pipelines = await Promise.all(
      [...heads.heads.values()].map(async (head) => {
        const cycle = found.lab === 'lambda' ? cycleOf(head, await store.readState(head.pipeline)) : undefined;
        return pipelineStatus(head, cycle, heads.live, ends, nowMs);
      }),
    );
    const said = reports.map(({ service, atMs, report }) => ({ service, ageMs: nowMs - atMs, report: { ...report } }));
    return { pipelines, wanted, reports: said, problem: null };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    return { ...nothing, problem: error.message };
  }
}

function notUpText(absent: LabError, lab: LabName): string {
  return `the ${lab} lab is not up: ${suggestionFor(absent, lab)}`;
}

function logStatus(extent: LogExtent | undefined, archive: Parameters<typeof replayReach>[1]): StatusDocument['log'] {
  if (extent === undefined) return null;
  const { starts, ends } = extent;
  const missing = messagesBelow(starts);
  const { origin, ...reach } = replayReach(starts, archive);
  const replay = { origin: [...origin], ...reach };
  return { starts: [...starts], ends: [...ends], messages: messagesBetween(starts, ends), missing, replay };
}

function pipelineStatus(
  head: Head,
  cycle: Cycle | undefined,
  live: string,
  ends: Position | undefined,
  nowMs: number,
): PipelineStatus {
  const last = cycle?.history.lastPublished ?? null;
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
    cycle: cycle === undefined ? null : cycleStatus(cycle),
  };
}

function cycleStatus({ name, history }: Cycle): PipelineStatus['cycle'] {
  const { lastPublished: last, startedMs, failures, lastFailure } = history;
  return {
    state: name,
    startedMs: startedMs === 0 ? null : startedMs,
    failures,
    lastFailure,
    lastTookMs: last === null ? null : last.publishedMs - last.chosenMs,
  };
}
