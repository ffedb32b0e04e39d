/** The status as a reader sees it. Pure. */
import type { StatusDocument } from '../documents.js';
import { duration, grouped, size, table } from '../text.js';

export function statusText(document: StatusDocument): string {
  const { services, log, pipelines, wanted, reports, problem, pages, memoryBytes } = document;
  const parts = [
    services.length === 0 ? [] : [servicesText(services), `memory in all: ${size(memoryBytes)}`],
    log === null ? [] : [logText(log)],
    ...pipelines.map((pipeline) => [pipelineText(pipeline)]),
    wanted === null ? [] : [wantedText(wanted)],
    reports.map(({ service, ageMs, report }) => `${service} (${duration(ageMs)} ago): ${reportText(report)}`),
    pages.map(({ title, url }) => `${title.padEnd(22)} ${url}`),
    problem === null ? [] : [`unknown: ${problem}`],
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}

function logText({ messages, replay }: NonNullable<StatusDocument['log']>): string {
  const { origin, archived, missing, note } = replay;
  const reach =
    missing === 0
      ? 'a replay reaches its beginning'
      : `a replay reaches back to ${JSON.stringify(origin)}: ${grouped(missing)} messages before that are gone`;
  const archive = archived === 0 ? '' : `; ${grouped(archived)} messages before the log’s first are in the archive`;
  return `log: ${grouped(messages)} messages; ${reach}${archive}${note === null ? '' : ` (${note})`}`;
}

function servicesText(services: StatusDocument['services']): string {
  const rows = services.map(({ name, state, restarts, memoryBytes }) => [
    name,
    state,
    String(restarts),
    memoryBytes === null ? '' : size(memoryBytes),
  ]);
  return table(['container', 'state', 'restarts', 'memory'], rows);
}

function pipelineText(pipeline: StatusDocument['pipelines'][number]): string {
  const { base, cycle, lag, logEnds } = pipeline;
  const age = base.ageMs === null ? '' : `, published ${duration(base.ageMs)} ago`;
  return [
    `${pipeline.name}${pipeline.live ? ' (live)' : ''}: ${pipeline.status}`,
    `  position  ${JSON.stringify(pipeline.position)}, slice ${pipeline.number}, epoch ${pipeline.epoch}`,
    `  log ends  ${logEnds === null ? 'not known' : JSON.stringify(logEnds)}, lag ${lag === null ? 'not known' : `${grouped(lag)} messages`}`,
    `  base      ${base.id === 0 ? 'none yet' : `${base.id} up to ${JSON.stringify(base.cut)}${age}`}, ${pipeline.slices} slices after it`,
    ...(cycle === null ? [] : [`  cycle     ${cycleText(cycle)}`]),
  ].join('\n');
}

function cycleText(cycle: NonNullable<StatusDocument['pipelines'][number]['cycle']>): string {
  const took = cycle.lastTookMs === null ? '' : `, the last one took ${duration(cycle.lastTookMs)}`;
  const failed = cycle.failures === 0 ? '' : `, ${cycle.failures} failed attempts (${cycle.lastFailure})`;
  return `${cycle.state}${took}${failed}`;
}

function wantedText({ rate, paused }: NonNullable<StatusDocument['wanted']>): string {
  const events = rate === null ? 'the rate it was started with' : `${grouped(rate)} events/s`;
  return `generator wanted: ${paused ? `paused (${events})` : events}`;
}

/** What a service said of itself, in one line. */
function reportText(report: Readonly<Record<string, unknown>>): string {
  const value = (one: unknown) => (typeof one === 'object' ? JSON.stringify(one) : String(one));
  return Object.entries(report)
    .map(([name, one]) => `${name} ${value(one)}`)
    .join(', ');
}
