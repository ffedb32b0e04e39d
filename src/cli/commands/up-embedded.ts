/**
 * `up --runtime embedded`: a lab in one process of its own that goes on when the command has ended. It ends with the first
 * answer that equals the truth; when it fails or is interrupted, what it started is stopped, and what ran before goes on.
 */
import { randomBytes } from 'node:crypto';
import { parseFlags, type UpFlags, upFlags } from '../../config/flags.js';
import { webhookAddress } from '../../config/service.js';
import { isLoopback } from '../../console/addresses.js';
import { describeError, LabError } from '../../errors.js';
import { answerDocument, type CheckedAnswer } from '../answers.js';
import type { EmbeddedPlace } from '../choose-runtime.js';
import type { UpDocument } from '../documents.js';
import { consoleUrl } from '../embedded/console-url.js';
import { defaultSettings, type EmbeddedSettings, labIn, makeDirectory } from '../embedded/directory.js';
import { placeIn } from '../embedded/place.js';
import { type StartedProcess, startProcess, stopProcess } from '../embedded/process.js';
import { embeddedLab } from '../embedded-lab.js';
import { firstExactAnswer } from '../first-answer.js';
import { questionsIfNamed, questionsOfNewLab, refuseOtherQuestions } from '../questions-file.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { duration } from '../text.js';
import { answerText } from './answer-text.js';

export async function upEmbedded(input: CommandInput, place: EmbeddedPlace, context: CommandContext): Promise<Report> {
  const { lab } = input;
  const { dir, given } = place;
  refuseDockerFlags(input.options);
  const flags = parseFlags(upFlags, input.options);
  const before = (await labIn(dir, lab))?.settings;
  const named = before === undefined ? questionsOfNewLab : questionsIfNamed;
  const questions = await named(flags.questions);
  if (questions !== undefined && before !== undefined) refuseOtherQuestions(questions, before.questions, lab);
  const settings = { ...defaultSettings, ...before, ...givenSettings(flags, before), ...(questions && { questions }) };
  if (before === undefined) await makeDirectory(dir);
  const startedMs = performance.now();
  const started = await startWhereNeeded(input, place, settings, context);
  try {
    const readyMs = performance.now();
    const timeoutMs = Math.max(1000, flags.timeout - (readyMs - startedMs));
    const found = embeddedLab(lab, await placeIn(dir, given, lab));
    const answer = await firstExactAnswer(found, flags, timeoutMs, context, async () => started?.assertAlive());
    const tookMs = { images: 0, containers: readyMs - startedMs, answer: performance.now() - readyMs };
    return upReport(upDocument(input, place, settings, answer, tookMs));
  } catch (error) {
    if (started !== undefined && place.about === undefined) {
      context.say('stopping what was started');
      // The first error is the one that is told; what hinders the clean-up is only mentioned.
      await started.end().catch((second) => context.say(`could not stop it: ${describeError(second)}`));
    }
    throw error;
  }
}

/** Undefined where it runs already, with these settings. */
async function startWhereNeeded(
  { lab }: CommandInput,
  { dir, about }: EmbeddedPlace,
  settings: EmbeddedSettings,
  context: CommandContext,
): Promise<StartedProcess | undefined> {
  if (about !== undefined) {
    if (isSame(about.settings, settings)) {
      context.say(`the ${lab} lab in ${dir} is up already, as process ${about.pid}`);
      if (webhookAddress(context.config.inherited) !== undefined)
        context.say('SNACKLAB_WEBHOOK is heeded when it starts: down, then up, where it is new');
      return undefined;
    }
    context.say(`stopping process ${about.pid}, to go on with other settings`);
    await stopProcess({ dir, lab, about }, context);
  }
  context.say(`starting the ${lab} lab in ${dir}`);
  return startProcess({ lab, dir, settings }, context);
}

/** The rate is changed while it runs. */
function isSame(running: EmbeddedSettings, wanted: EmbeddedSettings): boolean {
  const text = (settings: EmbeddedSettings) => JSON.stringify(Object.entries({ ...settings, rate: 0 }).sort());
  return text(running) === text(wanted);
}

function givenSettings(flags: UpFlags, before: EmbeddedSettings | undefined): Partial<EmbeddedSettings> {
  const { rate, seed, events, startTime, day, late, duplicate, malformed, batchEvery, portBase, console } = flags;
  const { ingestPort, ingestHost } = flags;
  const batchEveryMs = batchEvery === undefined ? undefined : Math.round(batchEvery * 1000);
  const shared = { rate, seed, events, startTimeMs: startTime, dayMs: day, late, duplicate, malformed, portBase };
  const all = { ...shared, batchEveryMs, console, ingestPort, ingestHost, ...listenSettings(flags, before) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** A console that others reach gets a token of its own, which stays as long as it listens there. */
function listenSettings({ consoleListen }: UpFlags, before: EmbeddedSettings | undefined): Partial<EmbeddedSettings> {
  if (consoleListen === undefined || consoleListen === before?.consoleListen) return {};
  const consoleToken = isLoopback(consoleListen) ? null : randomBytes(24).toString('base64url');
  return { consoleListen, consoleToken };
}

/** What these shape is not there in one process. */
const dockerFlags = {
  sparkWorkers: '--spark-workers',
  datanodes: '--datanodes',
  nodemanagers: '--nodemanagers',
  retention: '--retention',
  archive: '--archive',
  build: '--build',
  ca: '--ca',
};

function refuseDockerFlags(options: CommandInput['options']): void {
  const found = Object.entries(dockerFlags).find(([option]) => options[option] !== undefined);
  const flag = found?.[1] ?? (options.grafana === false ? '--no-grafana' : undefined);
  if (flag === undefined) return;
  throw new LabError(`${flag} is for a lab in Docker: an embedded one is a process without containers`, {
    kind: 'usage',
    suggestion: `the same command without ${flag}, or with --runtime docker`,
    detail: { flag },
  });
}

function upDocument(
  { lab }: CommandInput,
  { dir }: EmbeddedPlace,
  settings: EmbeddedSettings,
  answer: CheckedAnswer,
  tookMs: UpDocument['tookMs'],
): UpDocument {
  const { rate, seed, events, startTimeMs, dayMs, late, duplicate, malformed, batchEveryMs, portBase } = settings;
  const shared = { rate, seed, dayMs, late, duplicate, malformed, portBase };
  const { ingestPort, ingestHost = '127.0.0.1' } = settings;
  const url = consoleUrl(settings);
  const own = lab === 'lambda' ? { batchEverySeconds: batchEveryMs / 1000 } : {};
  // Of what only containers have there is none.
  const none = { sparkWorkers: 0, retention: {} };
  return {
    schema: 'snacklab/up',
    version: 1,
    lab,
    runtime: 'embedded',
    dir,
    answer: answerDocument(answer),
    pages: url === undefined ? [] : [{ title: 'Console', url }],
    ingestion: ingestPort === undefined ? null : `http://${ingestHost}:${ingestPort}/events`,
    grafana: { runs: false, reason: 'the embedded runtime has none' },
    settings: { ...shared, ...none, ...own, events: events ?? null, startTimeMs: startTimeMs ?? null },
    tookMs,
  };
}

function upReport(document: UpDocument): Report {
  const { lab, dir, tookMs, pages, ingestion } = document;
  const lines = [
    answerText(document.answer),
    '',
    ...pages.map(({ title, url }) => `${title.padEnd(22)} ${url}`),
    ...(ingestion === null ? [] : [`POST ${ingestion} takes events.`]),
    `Its data is in ${dir}; the log keeps all events.`,
    `The ${lab} lab is up, embedded: process ${duration(tookMs.containers)}, first exact answer ${duration(tookMs.answer)} later.`,
  ];
  return { document, text: lines.join('\n') };
}
