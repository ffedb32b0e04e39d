/**
 * The highest rate that the lab holds for three minutes with every answer exact and the head never more than ten
 * seconds behind the log. Short probes find where to try; what counts is a full hold in a fresh lab that has warmed up,
 * judged by verify.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openCheckerLog } from '../src/runtimes/docker/checker-log.js';
import type { BenchOptions } from './command-line.js';
import { type BenchLab, labWith, openStore, snacklab, untilCaughtUp } from './lab.js';
import { type LagSample, longestLag, rateOf } from './lag.js';
import type { Row } from './row.js';
import { coresText, sampleUsage } from './usage.js';

const stepFactor = 1.25;
const probesMax = 6;
const probeSeconds = 40;
const holdSeconds = 180;
/** The hold outlasts `verify`, which begins later: what ends the hold would take the processors from the last answers. */
const outlastsSeconds = 10;
const holdsMax = 3;
/** What has just started is compiled while it runs, and does half of what it does a minute later. */
const warmUpSeconds = 60;
const warmUpShare = 0.5;
const lagSecondsMax = 10;
/** A generator that does not reach the rate has not been held to it. */
const reachedShare = 0.98;

interface Held {
  readonly wanted: number;
  readonly reached: number;
  readonly lagSeconds: number;
  readonly cores: string;
  readonly keepsUp: boolean;
}

/** Which row: what the lab answers, the rate that is wanted of it, and where to begin. Rates are events a second. */
export interface RateOf {
  readonly name: string;
  readonly title: string;
  /** Flags of `up`. */
  readonly flags: readonly string[];
  readonly atLeast: number;
  readonly firstRate: number;
}

export async function highestRateRow(of: RateOf, { hold: wanted }: BenchOptions): Promise<Row> {
  const probes = wanted === undefined ? await probe(of) : [];
  let rate = wanted ?? probes.findLast((one) => one.keepsUp)?.wanted ?? of.firstRate / stepFactor;
  const tried: string[] = [];
  for (let attempt = 0; attempt < holdsMax; attempt++) {
    const held = await holdInFreshLab(of, rate);
    if (held.exact && held.keepsUp) return row(of, held, probes, tried);
    tried.push(
      `${rate} events/s was not held: lag ${held.lagSeconds.toFixed(1)} s, reached ${Math.round(held.reached)}, verify ${held.verdict}`,
    );
    rate = Math.round(rate / stepFactor);
  }
  throw new Error(`no rate was held: ${tried.join('; ')}`);
}

function row(of: RateOf, held: Held & { verdict: string }, probes: readonly Held[], tried: readonly string[]): Row {
  return {
    name: of.name,
    title: `${of.title} held for ${holdSeconds} s, every answer exact`,
    figures: [
      { what: 'events a second', value: held.reached, unit: 'events/s', atLeast: of.atLeast },
      { what: 'head behind the log, at most', value: held.lagSeconds, unit: 's', atMost: lagSecondsMax },
    ],
    conditions: [
      `a fresh lab at ${held.wanted} events/s, ${of.flags.join(' ')}, after ${warmUpSeconds} s at ${warmUpShare} of that rate`,
      `verify ran beside it: ${held.verdict}`,
      `cores used while it was held: ${held.cores}`,
      ...probes.map(
        (one) =>
          `probe of ${probeSeconds} s at ${one.wanted}: reached ${Math.round(one.reached)}, lag ${one.lagSeconds.toFixed(1)} s, cores ${one.cores}`,
      ),
      ...tried,
    ],
  };
}

/** Rates in ascending order in one lab, until one is not kept up with. */
async function probe({ flags, firstRate }: RateOf): Promise<readonly Held[]> {
  const lab = await warmLab(flags, firstRate);
  const probes: Held[] = [];
  for (let rate = firstRate; probes.length < probesMax; rate = Math.round(rate * stepFactor)) {
    await settleAt(rate);
    probes.push(await hold(lab, rate, probeSeconds));
    await pauseAndCatchUp(lab);
    if (!probes.at(-1)!.keepsUp) break;
    await snacklab(['lambda', 'generator', 'resume']);
  }
  return probes;
}

async function holdInFreshLab({ flags }: RateOf, rate: number): Promise<Held & { exact: boolean; verdict: string }> {
  const lab = await warmLab(flags, rate);
  await settleAt(rate);
  const verifying = snacklab(['lambda', 'verify', '--seconds', String(holdSeconds)], { anyExit: true });
  const held = await hold(lab, rate, holdSeconds + outlastsSeconds);
  // Judging reads the whole log: nothing has to be added to it meanwhile.
  await pauseAndCatchUp(lab);
  const { exitCode, document, stderr } = await verifying;
  const counts =
    document === undefined
      ? stderr.slice(-500)
      : `${document.ok} ok, ${document.wrong} wrong, ${document.unknown} unknown`;
  const reasons = (document?.shortcomings ?? []).join('; ');
  const verdict = `${document?.verdict ?? exitCode} (${counts}${reasons === '' ? '' : `; ${reasons}`})`;
  return { ...held, exact: exitCode === 0, verdict };
}

/** A fresh lab that has counted for a while at a part of the rate that comes next. */
async function warmLab(flags: readonly string[], rate: number): Promise<BenchLab> {
  // At a low rate: `up` ends with an answer that equals the truth, which a validation far behind would not have.
  const lab = await labWith({ name: 'lambda', flags: ['--rate', '1000', ...flags] }, { fresh: true });
  await settleAt(Math.round(rate * warmUpShare));
  await sleep(warmUpSeconds * 1000);
  return lab;
}

async function settleAt(rate: number): Promise<void> {
  await snacklab(['lambda', 'generator', 'rate', String(rate)]);
  await sleep(8_000);
}

async function pauseAndCatchUp(lab: BenchLab): Promise<void> {
  await snacklab(['lambda', 'generator', 'pause']);
  await untilCaughtUp(lab, 300_000);
}

/** Watches head and log for so many seconds while the generator runs. */
async function hold(lab: BenchLab, wanted: number, seconds: number): Promise<Held> {
  const stop = new AbortController();
  const usage = sampleUsage(lab, stop.signal);
  const samples = await sampleLag(lab, seconds).finally(() => stop.abort());
  const used = await usage;
  const reached = rateOf(samples);
  const lagSeconds = longestLag(samples) / 1000;
  const cores = coresText(used[0]!, used.at(-1)!);
  return {
    wanted,
    reached,
    lagSeconds,
    cores,
    keepsUp: reached >= wanted * reachedShare && lagSeconds <= lagSecondsMax,
  };
}

async function sampleLag(lab: BenchLab, seconds: number): Promise<readonly LagSample[]> {
  await using store = await openStore(lab);
  await using log = await openCheckerLog(lab.kafka);
  const samples: LagSample[] = [];
  const endMs = Date.now() + seconds * 1000;
  while (Date.now() < endMs) {
    const { ends } = await log.extent();
    const atMs = Date.now();
    const { heads, live } = await store.readHeads();
    samples.push({ atMs, ends, headAtMs: Date.now(), head: heads.get(live)!.position });
    await sleep(250);
  }
  return samples;
}
