/**
 * The demo: both architectures in this process on one seeded log, watched from outside for a while, then judged. What it
 * starts it ends, also when it is interrupted; nothing of the judgement shares code with what made the answers.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAges } from '../../checker/ages.js';
import { judgeAgain, type Verification } from '../../checker/verify.js';
import type { GeneratorSettings } from '../../config/service.js';
import { covers, messagesBelow } from '../../positions/position.js';
import { builtinQuestions } from '../../questions/builtin.js';
import type { LabName } from '../../resources.js';
import { checkerLogOf } from '../../runtimes/embedded/checker-log.js';
import { type EmbeddedData, openEmbedded } from '../../runtimes/embedded/open.js';
import { readAnswer } from '../../serving/read-answer.js';
import type { CommandContext } from '../report.js';
import { duration } from '../text.js';
import { type BaselineResult, measureBaseline } from './baseline.js';
import { type Contestant, enter, type Running, start } from './contestants.js';
import type { Replayed } from './replay-once.js';
import { type Watched, watch } from './watching.js';

export interface DemoPlan {
  readonly seconds: number;
  readonly generator: GeneratorSettings;
  readonly architectures: readonly LabName[];
  /** Where the data stays; undefined: nowhere. */
  readonly keep: string | undefined;
  readonly naive: boolean;
}

/** What one architecture came to. Ages in milliseconds. */
export interface DemoResult {
  readonly verification: Verification;
  readonly ageMs: { readonly p50: number; readonly p99: number };
  readonly messages: number;
  readonly bases: number;
  readonly replayed: Replayed | null;
  readonly naive: { readonly ok: number; readonly wrong: number } | null;
}

export interface DemoOutcome {
  readonly results: ReadonlyMap<LabName, DemoResult>;
  readonly baseline: BaselineResult;
  /** Whether the baseline and each architecture's last answer say the same. */
  readonly agrees: boolean;
  /** Messages that came into the log and were counted, and from the first to the last of that. */
  readonly added: number;
  readonly ranMs: number;
  readonly memoryBytes: number;
}

/** Runs the demo in a directory of its own, or in the one that is kept. */
export async function runDemo(plan: DemoPlan, context: CommandContext): Promise<DemoOutcome> {
  const dir = plan.keep ?? (await mkdtemp(join(tmpdir(), 'snacklab-demo-')));
  try {
    await using data = await openEmbedded({ dir, say: context.say });
    return await runOn(data, plan, context);
  } finally {
    if (plan.keep === undefined) await rm(dir, { recursive: true, force: true });
  }
}

async function runOn(data: EmbeddedData, plan: DemoPlan, context: CommandContext): Promise<DemoOutcome> {
  const contestants = await Promise.all(plan.architectures.map((architecture) => enter(data, architecture)));
  const before = messagesBelow(await data.log.ends());
  const running = start(data, contestants, plan, context);
  try {
    const startedMs = context.clock.nowMs();
    const watched = await Promise.race([watch(data, contestants, plan, context), running.failed]);
    await Promise.race([drain(data, contestants, running, context), running.failed]);
    const ranMs = context.clock.nowMs() - startedMs;
    await running.stop();
    context.say('judging all answers against the log, and scanning it once by plain SQL');
    const baseline = await measureBaseline(data, builtinQuestions, context);
    const results = new Map<LabName, DemoResult>();
    for (const [i, contestant] of contestants.entries()) {
      results.set(contestant.architecture, await resultOf(data, contestant, watched[i]!, context));
    }
    const agrees = (await Promise.all(contestants.map((one) => sameAs(baseline, one, context)))).every(Boolean);
    const added = messagesBelow(await data.log.ends()) - before;
    return { results, baseline, agrees, added, ranMs, memoryBytes: process.resourceUsage().maxRSS * 1024 };
  } finally {
    await running.stop();
  }
}

const drainMsMax = 60_000;
const drainLookMs = 20;

/** Ends the events, and waits until every answer covers them all. A demo that does not get there says so in its verdict. */
async function drain(
  { log }: EmbeddedData,
  contestants: readonly Contestant[],
  running: Running,
  { clock, say }: CommandContext,
): Promise<void> {
  await running.endEvents();
  const ends = await log.ends();
  const deadlineMs = clock.nowMs() + drainMsMax;
  for (const { architecture, store } of contestants) {
    const isThere = async () => {
      const { heads, live } = await store.readHeads();
      return covers(heads.get(live)!.position, ends);
    };
    while (!(await isThere()) && clock.nowMs() < deadlineMs) await clock.sleep(drainLookMs);
    if (clock.nowMs() >= deadlineMs) say(`${architecture} had not counted all after ${duration(drainMsMax)}`);
  }
}

async function resultOf(
  { log }: EmbeddedData,
  { store, looks }: Contestant,
  { history, replayed, naive }: Watched,
  { clock }: CommandContext,
): Promise<DemoResult> {
  const checked = checkerLogOf(log, () => store.deadLetterKeys());
  const verification = await judgeAgain(history, checked, clock);
  const { p50Ms, p99Ms } = (await readAges(checked, looks.sightings)).between;
  const { heads, live } = await store.readHeads();
  const seen = history.seen.flatMap((one) => ('unknown' in one ? [] : [`${one.incarnation}/${one.baseId}`]));
  return {
    verification,
    ageMs: { p50: p50Ms, p99: p99Ms },
    messages: messagesBelow(heads.get(live)!.position),
    bases: new Set(seen.filter((base) => !base.endsWith('/0'))).size,
    replayed: replayed ?? null,
    naive,
  };
}

/** Whether the last answers say what the plain scan found. */
async function sameAs(baseline: BaselineResult, { store }: Contestant, { clock }: CommandContext): Promise<boolean> {
  for (const { name } of builtinQuestions) {
    const answer = await readAnswer(store, name, clock);
    if ('unknown' in answer) return false;
    const said = Object.fromEntries(
      [...answer.merged].map(([key, sums]) => [key, sums.map((sum) => sum?.toString() ?? null)]),
    );
    const found = baseline.rows[name]!;
    const keys = new Set([...Object.keys(said), ...Object.keys(found)]);
    if ([...keys].some((key) => JSON.stringify(said[key]) !== JSON.stringify(found[key]))) return false;
  }
  return true;
}
