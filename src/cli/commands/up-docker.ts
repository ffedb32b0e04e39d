/**
 * `up` in Docker: checks the machine, builds what is missing, starts what does not run, and ends with the first answer that
 * equals the truth. When it fails or is interrupted, what it started is stopped, and what ran before goes on.
 */
import { parseFlags, type UpFlags, upFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import type { LabName } from '../../resources.js';
import { readContext, stageContext } from '../../runtimes/docker/build-context.js';
import type { ComposeProject } from '../../runtimes/docker/compose.js';
import { buildArguments, buildImages, type GrafanaState, imageNames } from '../../runtimes/docker/compose-build.js';
import {
  composeScales,
  composeVariables,
  defaultSettings,
  type LabSettings,
  publishedPort,
  settingsOf,
  webPages,
  withoutUndefined,
} from '../../runtimes/docker/compose-settings.js';
import { type Engine, hasVolume, listContainers } from '../../runtimes/docker/containers.js';
import { judgeMachine } from '../../runtimes/docker/doctor.js';
import { gatherFacts } from '../../runtimes/docker/doctor-facts.js';
import {
  assertAlive,
  namesRunning,
  removeService,
  startContainers,
  stopStarted,
} from '../../runtimes/docker/lifecycle.js';
import { answerDocument, type CheckedAnswer } from '../answers.js';
import { dockerLab, engineOrHint } from '../docker-lab.js';
import type { UpDocument } from '../documents.js';
import { firstExactAnswer } from '../first-answer.js';
import { questionsIfNamed, questionsOfNewLab, refuseOtherQuestions } from '../questions-file.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { duration, size } from '../text.js';
import { answerText } from './answer-text.js';

export async function upDocker(input: CommandInput, context: CommandContext): Promise<Report> {
  const flags = parseFlags(upFlags, input.options);
  refuseEmbeddedFlags(flags);
  const docker = await engineOrHint(context.config, 'up');
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
    const answer = await answered(docker, input.lab, flags, timeoutMs, context);
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

/** In Docker console and ingestion are containers like the others, published on this machine alone. */
function refuseEmbeddedFlags({ console, consoleListen, ingestPort, ingestHost }: UpFlags): void {
  const given: Readonly<Record<string, boolean>> = {
    '--console-listen': consoleListen !== undefined,
    '--no-console': !console,
    '--ingest-port': ingestPort !== undefined,
    '--ingest-host': ingestHost !== undefined,
  };
  const flag = Object.keys(given).find((name) => given[name]);
  if (flag === undefined) return;
  const part = flag.includes('console') ? 'the console' : 'ingestion';
  throw new LabError(`${flag} is for an embedded lab: in Docker ${part} is a container of the lab`, {
    kind: 'usage',
    suggestion: `the same command without ${flag}, or with --runtime embedded; --port-base moves all ports`,
    detail: { flag },
  });
}

/** The first exact answer, while all containers that are there now go on. */
async function answered(
  docker: Engine,
  lab: LabName,
  flags: UpFlags,
  timeoutMs: number,
  context: CommandContext,
): Promise<CheckedAnswer> {
  const containers = await listContainers(docker, lab);
  const found = dockerLab(docker, lab, containers);
  return firstExactAnswer(found, flags, timeoutMs, context, () => assertAlive(docker, lab, containers));
}

/** What the lab has, changed by the flags that were given. */
async function wantedSettings(docker: Engine, { lab }: CommandInput, flags: UpFlags): Promise<LabSettings> {
  // By its volume, which outlives its containers: what the archive alone still has is not left behind unnoticed.
  const archive = await hasVolume(docker, lab, 'namenode');
  const containers = await listContainers(docker, lab);
  const there = { ...settingsOf(containers), archive };
  const isNew = !(await hasVolume(docker, lab, 'cassandra'));
  const named = isNew ? questionsOfNewLab : questionsIfNamed;
  const questions = await named(flags.questions);
  // What it was given is in the environment of setup's container, which `down` removes; the data stays.
  if (questions !== undefined && !isNew) refuseOtherQuestions(questions, there.questions, lab);
  const given = Object.fromEntries(
    Object.keys(defaultSettings).flatMap((name) => {
      const value = name === 'questions' ? questions : flags[name as keyof LabSettings];
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
  const {
    events,
    startTime,
    day,
    batchEvery,
    datanodes,
    nodemanagers,
    retention,
    archive,
    questions: _,
    ...shared
  } = settings;
  const containers = await listContainers(docker, lab);
  const port = publishedPort(containers, 'ingestion');
  const own = lab === 'lambda' ? { batchEverySeconds: batchEvery, datanodes, nodemanagers } : { archive };
  return {
    schema: 'snacklab/up',
    version: 1,
    lab,
    runtime: 'docker',
    answer: answerDocument(answer),
    pages: [...webPages(containers)],
    ingestion: port === undefined ? null : `http://127.0.0.1:${port}/events`,
    grafana: { runs: grafana.built, reason: grafana.built ? null : grafana.reason },
    settings: {
      ...shared,
      ...own,
      retention: withoutUndefined(retention),
      events: events ?? null,
      startTimeMs: startTime ?? null,
      dayMs: day,
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
    ...(document.ingestion === null ? [] : [`${'POST events to'.padEnd(22)} ${document.ingestion}`]),
    ...(grafana.runs ? [] : [`${'Grafana'.padEnd(22)} not there: ${grafana.reason}`]),
    '',
    `The log keeps ${keeps(document.settings)}.`,
    `The ${document.lab} lab is up: images ${duration(tookMs.images)}, containers ${duration(tookMs.containers)}, first exact answer ${duration(tookMs.answer)} later.`,
  ];
  return { document, text: lines.join('\n') };
}
