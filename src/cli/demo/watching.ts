/** Watching a demo: answers are recorded as `verify` does it, looked at more often for their age, and told of as they grow. */
import type { History } from '../../checker/history.js';
import { record } from '../../checker/record.js';
import { messagesBelow } from '../../positions/position.js';
import { builtinQuestions } from '../../questions/builtin.js';
import type { LabName } from '../../resources.js';
import type { EmbeddedData } from '../../runtimes/embedded/open.js';
import type { EmbeddedServing } from '../../runtimes/embedded/serving-store.js';
import { readAnswer } from '../../serving/read-answer.js';
import { countNaive } from '../compare/count-naive.js';
import { endingEarly } from '../embedded/keep-running.js';
import type { CommandContext } from '../report.js';
import { settled } from '../settled.js';
import { grouped } from '../text.js';
import type { Contestant } from './contestants.js';
import { type Replayed, replayOnce } from './replay-once.js';
import { look, standOf } from './watched.js';

/** What was seen of one architecture. */
export interface Watched {
  readonly history: History;
  readonly replayed: Replayed | undefined;
  readonly naive: { readonly ok: number; readonly wrong: number } | null;
}

/** Reads answers of all contestants for as long as the plan says. */
export async function watch(
  data: EmbeddedData,
  contestants: readonly Contestant[],
  plan: { readonly seconds: number; readonly naive: boolean },
  context: CommandContext,
): Promise<readonly Watched[]> {
  const { clock, signal, say } = context;
  const startedMs = clock.nowMs();
  const untilMs = startedMs + plan.seconds * 1000;
  const ended = new AbortController();
  const stop = AbortSignal.any([ended.signal, signal]);
  const looking = contestants.map(({ store, looks }) => look(store, looks, stop, clock));
  const telling = tell(data, contestants, startedMs, stop, context);
  const watched = contestants.map(async ({ architecture, store }): Promise<Watched> => {
    const replaying =
      architecture === 'kappa'
        ? clock.sleep(plan.seconds * 400).then(() => replayOnce(store, clock, untilMs, say))
        : undefined;
    const naive = plan.naive && architecture === 'lambda' ? countNaive(store, untilMs, context) : undefined;
    const recording = recordAnswers(data, architecture, store, plan.seconds, context);
    const [history, replayed, naively] = await settled([recording, replaying, naive]);
    return { history, replayed, naive: naively ?? null };
  });
  const watching = settled(watched).finally(() => ended.abort());
  try {
    // What looks and tells ends with the others, and is heard when it fails.
    const [all] = await settled([watching, ...looking, telling]);
    return all;
  } finally {
    signal.throwIfAborted();
  }
}

function recordAnswers(
  { log }: EmbeddedData,
  lab: LabName,
  store: EmbeddedServing,
  seconds: number,
  { clock }: CommandContext,
): Promise<History> {
  const ask = async (name: string) => {
    const answer = await readAnswer(store, name, clock);
    if ('unknown' in answer) return answer;
    const { question: declared, ...rest } = answer;
    return { ...rest, declared };
  };
  const extent = async () => ({ starts: await log.starts(), ends: await log.ends() });
  const questions = builtinQuestions.map(({ name }) => name);
  const experiment = { lab, questions, seconds, secondsAtMost: seconds, afterKill: false };
  return record(experiment, { ask, extent, clock, save: () => {} });
}

const tellEveryMs = 2_000;

async function tell(
  { log }: EmbeddedData,
  contestants: readonly Contestant[],
  startedMs: number,
  stop: AbortSignal,
  { clock, say }: CommandContext,
): Promise<void> {
  const { sleep } = endingEarly(clock, stop);
  while (!stop.aborted) {
    await sleep(tellEveryMs);
    if (stop.aborted) return;
    const seconds = Math.round((clock.nowMs() - startedMs) / 1000);
    const stands = await Promise.all(
      contestants.map(async ({ architecture, store, looks }) => {
        const stand = await standOf(store, architecture);
        return `${architecture} ${grouped(looks.counted)} (${stand})`;
      }),
    );
    say(
      `${String(seconds).padStart(4)} s  log ${grouped(messagesBelow(await log.ends()))}  counted: ${stands.join('  ')}`,
    );
  }
}
