/** `drop`: a version's job ends and what it stored goes. The live one is refused. */
import { dropFlags, parseFlags } from '../../config/flags.js';
import type { LabName } from '../../resources.js';
import type { ServingStore } from '../../runtimes/ports.js';
import type { Head } from '../../serving/head.js';
import { dropVersion } from '../../versions/change-versions.js';
import { pipelineNamed, versionOf } from '../../versions/versions.js';
import { findLab } from '../lab.js';
import type { CommandContext, CommandInput, Report } from '../report.js';
import { duration } from '../text.js';

const lookEveryMs = 250;

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  const { lab } = input;
  const { timeout } = parseFlags(dropFlags, input.options);
  const pipeline = pipelineNamed(lab, input.arguments[0]!);
  await using store = await (await findLab(input, context)).openStore();
  // Awaited here: the store closes when this function is left.
  return await dropNow(lab, store, pipeline, timeout, context);
}

/** Drops the version of this full name, and waits until it is gone. */
export async function dropNow(
  lab: LabName,
  store: ServingStore,
  pipeline: string,
  timeoutMs: number,
  context: Pick<CommandContext, 'clock' | 'signal' | 'say'>,
): Promise<Report> {
  const startedMs = context.clock.nowMs();
  const incarnation = (await store.readHeads()).heads.get(pipeline)?.incarnation;
  await dropVersion(store, context.clock, pipeline);
  context.say(`${versionOf(pipeline)} is marked; its job ends and its output goes`);
  const gone = await untilGone(store, { pipeline, incarnation }, startedMs + timeoutMs, context);
  const tookMs = context.clock.nowMs() - startedMs;
  const document = { schema: 'snacklab/drop', version: 1, lab, pipeline, gone, tookMs } as const;
  const text = gone
    ? `${versionOf(pipeline)} is gone (${duration(tookMs)})`
    : `${versionOf(pipeline)} is marked, and still there after ${duration(tookMs)}; it goes once the lab's services run`;
  return { document, text, verdict: gone ? 'pass' : 'unavailable' };
}

/** A version as it was when it was dropped: another one may have its name since. */
type Dropped = Pick<Head, 'pipeline'> & { readonly incarnation: number | undefined };

/** Whether its head and all that it stored are gone by `untilMs`. The head goes first. */
export async function untilGone(
  store: Pick<ServingStore, 'readHeads' | 'listStored'>,
  { pipeline, incarnation }: Dropped,
  untilMs: number,
  { clock, signal }: Pick<CommandContext, 'clock' | 'signal'>,
): Promise<boolean> {
  while (clock.nowMs() < untilMs) {
    signal.throwIfAborted();
    await clock.sleep(lookEveryMs);
    if ((await store.readHeads()).heads.get(pipeline)?.incarnation === incarnation) continue;
    if ((await store.listStored()).every((part) => part.incarnation !== incarnation)) return true;
  }
  return false;
}
