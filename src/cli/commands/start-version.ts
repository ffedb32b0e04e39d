/**
 * Starting a version beside the live one, as `replay` and `change` both do: its questions, whether there is room for it,
 * its tables, its head, and how far it has come. Interrupting that does not end the version.
 */
import { parseFlags, startFlags } from '../../config/flags.js';
import { LabError } from '../../errors.js';
import { messagesBelow } from '../../positions/position.js';
import type { Question } from '../../questions/question.js';
import type { LabName } from '../../resources.js';
import type { ServingStore } from '../../runtimes/ports.js';
import type { Head } from '../../serving/head.js';
import { addVersion, mustBeFree } from '../../versions/change-versions.js';
import { pipelineNamed, versionOf } from '../../versions/versions.js';
import type { ReplayDocument } from '../documents-versions.js';
import { findLab, type RunningLab } from '../lab.js';
import { liveHead } from '../live-version.js';
import { questionsIfNamed } from '../questions-file.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { grouped } from '../text.js';
import { followUntilCaughtUp, type Progress, secondsLeft } from './replay-progress.js';

/** What is common to a version's start: where its head begins is the architecture's affair. */
export interface VersionPlan {
  readonly head: Omit<Head, 'incarnation'>;
  /** Messages that it reads from an archive before the log; none where it is left out. */
  readonly archived?: number;
  /** Where it begins, for the reader: `from the beginning of the log`. */
  readonly begins: string;
}

/** What a version's start needs of its lab beside the store. */
export type VersionLab = Pick<RunningLab, 'lab' | 'openLog' | 'mustHaveRoom' | 'createServedTables' | 'archiveSaid'>;

/** How an architecture plans a version: Kappa's `replay`, Lambda's `change`. */
export type PlanVersion = (request: VersionRequest, context: Pick<CommandContext, 'clock'>) => Promise<VersionPlan>;

/** The lab that a version is started in, and what it is to answer. */
export interface VersionRequest {
  readonly found: VersionLab;
  readonly store: ServingStore;
  readonly live: Head;
  readonly pipeline: string;
  readonly questions: readonly Question[];
}

/** Starts a version as the flags say, and follows it until it has caught up, unless it is to be left alone. */
export async function startVersion(input: CommandInput, context: CommandContext, planOf: PlanVersion): Promise<Report> {
  const { lab } = input;
  const flags = parseFlags(startFlags, input.options);
  const pipeline = pipelineNamed(lab, flags.as);
  const own = await questionsIfNamed(flags.questions);
  const found = await findLab(input, context);
  await using store = await found.openStore();
  const startedMs = performance.now();
  const { head, plan } = await startIn(found, store, { pipeline, questions: own }, planOf, context);
  const progress = flags.detach ? undefined : await follow(store, head, lab, context);
  return startReport(lab, head, plan.archived ?? 0, progress, performance.now() - startedMs);
}

/** Starts a version beside the live one, with its questions where none are given, and leaves it to go on. */
export async function startIn(
  found: VersionLab,
  store: ServingStore,
  wanted: { readonly pipeline: string; readonly questions: readonly Question[] | undefined },
  planOf: PlanVersion,
  { clock, say }: Pick<CommandContext, 'clock' | 'say'>,
): Promise<{ readonly head: Head; readonly plan: VersionPlan }> {
  const { pipeline } = wanted;
  const heads = await store.readHeads();
  mustBeFree(heads, pipeline);
  await found.mustHaveRoom(heads);
  const live = liveHead(heads);
  const questions = wanted.questions ?? live.questions;
  const plan = await planOf({ found, store, live, pipeline, questions }, { clock });
  await found.createServedTables(questions);
  const head = await addVersion(store, clock, plan.head);
  say(`${versionOf(pipeline)} is started beside ${versionOf(live.pipeline)}, ${plan.begins}`);
  return { head, plan };
}

async function follow(store: ServingStore, head: Head, lab: LabName, context: CommandContext): Promise<Progress> {
  const version = versionOf(head.pipeline);
  let progress: Progress | undefined;
  try {
    progress = await followUntilCaughtUp(store, head, context, (now) => progressText(version, now));
  } catch (error) {
    context.say(`${version} goes on: snacklab ${lab} versions shows it, snacklab ${lab} drop ${version} ends it`);
    throw error;
  }
  if (progress !== undefined) return progress;
  throw new LabError(`${version} was dropped before it had caught up`, {
    kind: 'fail',
    suggestion: 'snacklab {lab} versions shows those that are there',
    detail: { pipeline: head.pipeline },
  });
}

/** One line of progress, for the reader. */
export function progressText(version: string, progress: Progress): string {
  const { counted, wanted, perSecond, behind, firstBase } = progress;
  const speed = perSecond === undefined ? 'its job is starting' : `${grouped(Math.round(perSecond))} messages/s`;
  const left = behind === 0 ? undefined : secondsLeft(behind, perSecond);
  return [
    `  ${version}: ${grouped(counted)} of ${grouped(wanted)} messages`,
    `${grouped(behind)} behind`,
    speed,
    ...(left === undefined ? [] : [`${left} s left`]),
    ...(firstBase === undefined ? [] : [`its first base is being made (${firstBase.name})`]),
  ].join(', ');
}

function startReport(
  lab: LabName,
  head: Head,
  archived: number,
  progress: Progress | undefined,
  tookMs: number,
): Report {
  const version = versionOf(head.pipeline);
  const document: ReplayDocument = {
    schema: 'snacklab/replay',
    version: 1,
    lab,
    pipeline: head.pipeline,
    questions: head.questions.map(({ name }) => name),
    origin: [...head.origin],
    archived,
    missing: messagesBelow(head.origin),
    caughtUp: progress !== undefined,
    messages: progress?.counted ?? 0,
    tookMs,
    messagesPerSecond: progress?.perSecond ?? null,
  };
  const text =
    progress === undefined
      ? `${version} is started; snacklab ${lab} versions shows how far it is`
      : `${version} has caught up: ${grouped(progress.counted)} messages` +
        `${progress.perSecond === undefined ? '' : `, ${grouped(Math.round(progress.perSecond))} a second`}; snacklab ${lab} switch ${version} moves readers to it`;
  return { document, text };
}
