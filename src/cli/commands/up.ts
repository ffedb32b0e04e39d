/**
 * `up`: checks the machine, builds what is missing, starts what does not run, and ends with the first answer that
 * equals the truth. When it fails or is interrupted, what it started is stopped, and what ran before goes on.
 */
import { parseFlags, type UpFlags, upFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import { readContext, stageContext } from '../../runtimes/docker/build-context.js';
import type { ComposeProject } from '../../runtimes/docker/compose.js';
import { buildArguments, buildImages, type GrafanaState, imageNames } from '../../runtimes/docker/compose-build.js';
import {
  composeScales,
  composeVariables,
  defaultSettings,
  type LabSettings,
  settingsOf,
  webPages,
  withoutUndefined,
} from '../../runtimes/docker/compose-settings.js';
import { connectEngine, type Engine, hasVolume, listContainers } from '../../runtimes/docker/containers.js';
import { judgeMachine } from '../../runtimes/docker/doctor.js';
import { gatherFacts } from '../../runtimes/docker/doctor-facts.js';
import { namesRunning, removeService, startContainers, stopStarted } from '../../runtimes/docker/lifecycle.js';
import { answerDocument, type CheckedAnswer } from '../answers.js';
import type { UpDocument } from '../documents.js';
import { firstExactAnswer } from '../first-answer.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { duration, size } from '../text.js';
import { answerText } from './query.js';

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const flags = parseFlags(upFlags, input.options);
  const docker = await connectEngine(context.config);
  const settings = await wantedSettings(docker, input, flags);
  const project = await prepare(docker, input, context, flags, settings);

  const startedMs = performance.now();
  const grafana = await buildImages(docker, project, {
    force: flags.build,
    grafana: flags.grafana,
    grafanaImage: context.config.grafanaImage,
    signal: context.signal,
    say: context.say,
  });
  if (!grafana.built && flags.grafana) context.say(`without Grafana: ${grafana.reason}`);
  const builtMs = performance.now();

  const ranBefore = await namesRunning(docker, input.lab);
  try {
    await start(docker, project, context, flags, settings, grafana);
    const readyMs = performance.now();
    const timeoutMs = Math.max(1000, flags.timeout - (readyMs - builtMs));
    const answer = await firstExactAnswer(docker, input.lab, flags, timeoutMs, context);
    const answeredMs = performance.now();
    const tookMs = { images: builtMs - startedMs, containers: readyMs - builtMs, answer: answeredMs - readyMs };
    return upReport(await upDocument(docker, input, settings, grafana, answer, tookMs));
  } catch (error) {
    context.say('stopping what was started');
    // The first error is the one that is told; what hinders the clean-up is only mentioned.
    await stopStarted(docker, input.lab, ranBefore).catch((second) => context.say(`could not stop all: ${second}`));
    throw error;
  }
}

/** What the lab has, changed by the flags that were given. */
async function wantedSettings(docker: Engine, { lab }: CommandInput, flags: UpFlags): Promise<LabSettings> {
  // By its volume, which outlives its containers: what the archive alone still has is not left behind unnoticed.
  const archive = await hasVolume(docker, lab, 'namenode');
  const there = { ...settingsOf(await listContainers(docker, lab)), archive };
  const given = Object.fromEntries(
    Object.keys(defaultSettings).flatMap((name) => {
      const value = flags[name as keyof LabSettings];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { ...defaultSettings, ...there, ...given };
}

/** Checks the machine before anything is built or started, and stages the build context. */
async function prepare(
  docker: Engine,
  { lab }: CommandInput,
  { config, resources, say }: CommandContext,
  flags: UpFlags,
  settings: LabSettings,
): Promise<ComposeProject> {
  const content = await readContext(resources, {
    caFile: flags.ca ?? config.caFile,
    buildArguments: buildArguments(config),
  });
  const { portBase, archive } = settings;
  const ownImages = imageNames(lab, config.imagePrefix, content.tag, archive);
  say('checking this machine');
  const needs = { lab, portBase, archive, grafana: flags.grafana, ownImages };
  // Whether Grafana's image can be had is found out when it is built: here it would only cost time.
  const facts = await gatherFacts(docker, config, { ...needs, optionalImages: false });
  const missing = judgeMachine(facts, lab, settings).filter(({ verdict }) => verdict === 'missing');
  if (missing.length > 0) throw notReady(missing);
  const context = await stageContext(content, config.cacheFolder);
  return {
    lab,
    file: resources.composeFile(lab, archive),
    variables: composeVariables(lab, settings, { context, tag: content.tag }, config),
    inherited: config.inherited,
  };
}

function notReady(missing: readonly { name: string; finding: string; remedy?: string }[]): LabError {
  const what = missing.map(({ name, finding }) => `${name}: ${finding}`).join('\n');
  return new LabError(`this machine cannot run the lab; nothing was started\n${what}`, {
    kind: 'unavailable',
    suggestion: [...new Set(missing.map(({ remedy }) => remedy))].join('\n     '),
    detail: { missing },
  });
}

async function start(
  docker: Engine,
  project: ComposeProject,
  { signal, say }: CommandContext,
  flags: UpFlags,
  settings: LabSettings,
  grafana: GrafanaState,
): Promise<void> {
  say('starting the containers');
  if (!flags.grafana) await removeService(docker, project.lab, 'grafana');
  const startedMs = performance.now();
  await startContainers(docker, project, {
    scales: composeScales(project.lab, settings),
    grafana: grafana.built,
    timeoutMs: flags.timeout,
    signal,
    onState: (container, state) =>
      say(`${container.padEnd(34)} ${state.padEnd(10)} ${duration(performance.now() - startedMs)}`),
    onNote: say,
  });
}

async function upDocument(
  docker: Engine,
  { lab }: CommandInput,
  settings: LabSettings,
  grafana: GrafanaState,
  answer: CheckedAnswer,
  tookMs: UpDocument['tookMs'],
): Promise<UpDocument> {
  const { events, startTime, batchEvery, datanodes, nodemanagers, retention, archive, ...shared } = settings;
  const own = lab === 'lambda' ? { batchEverySeconds: batchEvery, datanodes, nodemanagers } : { archive };
  return {
    schema: 'snacklab/up',
    version: 1,
    lab,
    answer: answerDocument(answer),
    pages: [...webPages(await listContainers(docker, lab))],
    grafana: { runs: grafana.built, reason: grafana.built ? null : grafana.reason },
    settings: {
      ...shared,
      ...own,
      retention: withoutUndefined(retention),
      events: events ?? null,
      startTimeMs: startTime ?? null,
    },
    tookMs,
  };
}

/** How far back a replay can reach, in words. */
function keeps({ retention: { ms, bytes }, archive }: UpDocument['settings']): string {
  const kept = ms !== undefined ? duration(ms) : bytes !== undefined ? size(bytes) : undefined;
  if (kept === undefined) return 'all events, so a replay reaches its beginning';
  if (archive) return `${kept} of events, the archive all since it is there; a replay reaches back to its beginning`;
  return `${kept} of events; a replay reaches no further back`;
}

function upReport(document: UpDocument): Report {
  const { tookMs, pages, grafana } = document;
  const lines = [
    answerText(document.answer),
    '',
    ...pages.map(({ title, url }) => `${title.padEnd(22)} ${url}`),
    ...(grafana.runs ? [] : [`${'Grafana'.padEnd(22)} not there: ${grafana.reason}`]),
    '',
    `The log keeps ${keeps(document.settings)}.`,
    `The ${document.lab} lab is up: images ${duration(tookMs.images)}, containers ${duration(tookMs.containers)}, first exact answer ${duration(tookMs.answer)} later.`,
  ];
  return { document, text: lines.join('\n') };
}
