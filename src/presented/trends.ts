/**
 * What is presented of sales by minute: how they develop, and how much of them is healthy. Lines are by least squares over
 * minutes since 2026; the newest minute is left out, as it may not be over. Pure.
 */
import { salesByMinute } from '../questions/builtin.js';
import { timeUnits } from '../questions/question.js';
import { eventTimeText } from './event-time.js';
import { type Line, type LineSums, lineOf, lineSums } from './line.js';
import type { NamedSums, Presented, PresentedTable } from './presented.js';

const minuteMs = BigInt(timeUnits.minute);
const originMs = BigInt(Date.UTC(2026, 0, 1));
/** As many minutes are shown one by one. */
const minutesShown = 15;

/** One minute's sales. `at` counts minutes from the origin. */
interface Minute {
  readonly at: bigint;
  readonly sold: bigint;
  readonly healthy: bigint;
  readonly revenueCents: bigint;
}

export const salesTrend: Presented = {
  name: 'sales-trend',
  asks: 'Do sales rise or fall?',
  of: salesByMinute,
  uses: ['sold', 'revenueCents'],
  columns: [
    { name: 'what', kind: 'text' },
    { name: 'minutes', kind: 'count' },
    { name: 'total', kind: 'count' },
    { name: 'change a minute', kind: 'number' },
    { name: 'at the origin', kind: 'number' },
    { name: 'r²', kind: 'number' },
  ],
  present: presentTrend,
};

/** A minute without a sale between two others counts as 0: nothing was sold in it. */
function presentTrend(sums: NamedSums): PresentedTable {
  const minutes = minutesOf(sums);
  const [first, last] = [minutes[0], minutes.at(-1)];
  if (first === undefined || last === undefined || first.at === last.at) return tooFew(minutes);
  const rows = (['sold', 'revenueCents'] as const).map((name) => {
    const known = lineSums(minutes.map((minute) => ({ x: minute.at, y: minute[name] })));
    const line = lineOf({ ...known, ...sumsOfRange(first.at, last.at) })!;
    return [name === 'sold' ? 'items' : 'cents', last.at - first.at + 1n, known.y, ...figures(line)];
  });
  return { rows, says: `${spanText(minutes)}; the origin is ${textOf(0n)}` };
}

/** n, Σx and Σx² of all whole numbers from the first to the last: of those without a sale nothing else is needed. */
function sumsOfRange(first: bigint, last: bigint): Pick<LineSums, 'n' | 'x' | 'xx'> {
  const n = last - first + 1n;
  const steps = (n * (n - 1n)) / 2n;
  const squares = ((n - 1n) * n * (2n * n - 1n)) / 6n;
  return { n, x: n * first + steps, xx: n * first * first + 2n * first * steps + squares };
}

export const healthyShare: Presented = {
  name: 'healthy-share',
  asks: 'How much of what is sold is healthy, and does it become more?',
  of: salesByMinute,
  uses: ['sold'],
  columns: [
    { name: 'minute', kind: 'text' },
    { name: 'healthy', kind: 'count' },
    { name: 'unhealthy', kind: 'count' },
    { name: 'share', kind: 'share' },
  ],
  present: presentShare,
};

/** The newest minutes; the trend is the line through all items sold, 1 where one is healthy and 0 where it is not. */
function presentShare(sums: NamedSums): PresentedTable {
  const minutes = minutesOf(sums);
  if (minutes.length === 0) return tooFew(minutes);
  const all = minutes.reduce((total, { sold }) => total + sold, 0n);
  const healthy = minutes.reduce((total, minute) => total + minute.healthy, 0n);
  const line = lineOf({
    ...{ n: all, y: healthy, yy: healthy },
    x: minutes.reduce((total, { at, sold }) => total + at * sold, 0n),
    xx: minutes.reduce((total, { at, sold }) => total + at * at * sold, 0n),
    xy: minutes.reduce((total, minute) => total + minute.at * minute.healthy, 0n),
  });
  const trend = line === undefined ? 'no trend of one minute' : `${(line.slope * 6_000).toFixed(3)} points an hour`;
  return {
    rows: minutes.slice(-minutesShown).map((minute) => {
      const share = Number(minute.healthy) / Number(minute.sold);
      return [textOf(minute.at), minute.healthy, minute.sold - minute.healthy, share];
    }),
    says: `${((Number(healthy) / Number(all)) * 100).toFixed(2)} % of ${all} items, ${trend}; ${spanText(minutes)}`,
  };
}

/** By time, without the newest. */
function minutesOf({ rows }: NamedSums): readonly Minute[] {
  const minutes = new Map<bigint, Minute>();
  for (const { key, sums } of rows) {
    if (sums.sold === 0n) continue;
    const at = (BigInt(key.timestamp_minute!) - originMs) / minuteMs;
    const before = minutes.get(at) ?? { at, sold: 0n, healthy: 0n, revenueCents: 0n };
    minutes.set(at, {
      at,
      sold: before.sold + sums.sold!,
      healthy: before.healthy + (key.healthy === 'true' ? sums.sold! : 0n),
      revenueCents: before.revenueCents + sums.revenueCents!,
    });
  }
  return [...minutes.values()].sort((a, b) => (a.at < b.at ? -1 : 1)).slice(0, -1);
}

function tooFew(minutes: readonly Minute[]): PresentedTable {
  return { rows: [], says: `${minutes.length} whole minutes with a sale, and more are needed` };
}

const figures = ({ slope, intercept, rSquared }: Line) => [slope, intercept, rSquared];

const spanText = (minutes: readonly Minute[]) =>
  `minutes from ${textOf(minutes[0]!.at)} to ${textOf(minutes.at(-1)!.at)}, without the newest`;

/** `2026-10-05T08:00Z`: a minute has no seconds. */
const textOf = (at: bigint) => eventTimeText(Number(at * minuteMs + originMs)).replace(':00.000Z', 'Z');
