/**
 * Goal: trends equal what a plain least-squares over every minute, and over every sale, gives.
 * Method: sales of some minutes with gaps between them, written out point by point; and what is missing or hostile.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { askedNamed } from '../../src/cli/commands/asked.js';
import { presentedAnswers } from '../../src/presented/all.js';
import { type Line, lineOf, lineSums } from '../../src/presented/line.js';
import { lacks, type NamedSums } from '../../src/presented/presented.js';
import { healthyShare, salesTrend } from '../../src/presented/trends.js';
import { builtinQuestions, shopQuestions } from '../../src/questions/builtin.js';
import { parseQuestionFile } from '../../src/questions/question-file.js';

const originMs = Date.UTC(2026, 0, 1);
const firstMs = Date.UTC(2026, 9, 5, 8);

/** Minute after the first, healthy items, unhealthy items; the last one is not over. */
const sales = [
  [0, 10, 30],
  [1, 12, 31],
  [2, 0, 45],
  [5, 20, 20],
  [6, 31, 18],
  [9, 40, 0],
  [10, 3, 1],
] as const;

function sumsOf(some: readonly (readonly [number, number, number])[]): NamedSums {
  const row = (minute: number, healthy: string, sold: number) => ({
    key: { timestamp_minute: String(firstMs + minute * 60_000), healthy },
    sums: { sold: BigInt(sold), revenueCents: BigInt(sold * (healthy === 'true' ? 90 : 150)) },
  });
  return {
    rows: some.flatMap(([minute, healthy, unhealthy]) => [
      ...(healthy > 0 ? [row(minute, 'true', healthy)] : []),
      ...(unhealthy > 0 ? [row(minute, 'false', unhealthy)] : []),
    ]),
  };
}

const at = (minute: number) => BigInt((firstMs - originMs) / 60_000 + minute);

function expectNear(found: readonly unknown[], { slope, intercept, rSquared }: Line): void {
  const figures = [slope, intercept, rSquared];
  for (const [i, figure] of figures.entries()) {
    expect(Math.abs((found[i] as number) - figure)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(figure)));
  }
}

describe('the trend of sales', () => {
  it('is the line through all whole minutes, 0 where nothing was sold', () => {
    const { rows, says } = salesTrend.present(sumsOf(sales));
    const minutes = Array.from({ length: 10 }, (_, minute) => {
      const [, healthy = 0, unhealthy = 0] = sales.find(([one]) => one === minute) ?? [];
      return { minute, items: healthy + unhealthy, cents: healthy * 90 + unhealthy * 150 };
    });
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      ['items', 10n, BigInt(minutes.reduce((sum, { items }) => sum + items, 0))],
      ['cents', 10n, BigInt(minutes.reduce((sum, { cents }) => sum + cents, 0))],
    ]);
    for (const [i, name] of (['items', 'cents'] as const).entries()) {
      const points = minutes.map((one) => ({ x: at(one.minute), y: BigInt(one[name]) }));
      expectNear(rows[i]!.slice(3), lineOf(lineSums(points))!);
    }
    expect(says).toBe(
      'minutes from 2026-10-05T08:00Z to 2026-10-05T08:09Z, without the newest; the origin is 2026-01-01T00:00Z',
    );
  });

  it('needs two whole minutes', () => {
    expect(salesTrend.present(sumsOf([]))).toEqual({
      rows: [],
      says: '0 whole minutes with a sale, and more are needed',
    });
    expect(salesTrend.present(sumsOf(sales.slice(0, 2))).rows).toEqual([]);
    expect(salesTrend.present(sumsOf(sales.slice(0, 3))).rows).toHaveLength(2);
  });

  it('does not stumble over minutes before the origin, nor over the last that an event can have', () => {
    const row = (ms: number) => ({
      ...{ key: { timestamp_minute: String(ms), healthy: 'true' }, sums: { sold: 1n, revenueCents: 1n } },
    });
    const end = Number.MAX_SAFE_INTEGER - (Number.MAX_SAFE_INTEGER % 60_000);
    const { rows, says } = salesTrend.present({ rows: [row(0), row(60_000), row(end - 60_000), row(end)] });
    expect(rows[0]!.slice(3).every((figure) => Number.isFinite(figure))).toBe(true);
    expect(says).toContain(`minutes from 1970-01-01T00:00Z to ${end - 60_000} ms`);
  });
});

describe('the healthy share', () => {
  it('is told by minute and of all, with the line through every item sold', () => {
    const { rows, says } = healthyShare.present(sumsOf(sales));
    expect(rows).toHaveLength(6);
    expect(rows[0]).toEqual(['2026-10-05T08:00Z', 10n, 30n, 0.25]);
    expect(rows[5]).toEqual(['2026-10-05T08:09Z', 40n, 0n, 1]);
    const points = sales
      .slice(0, -1)
      .flatMap(([minute, healthy, unhealthy]) => [
        ...Array.from({ length: healthy }, () => ({ x: at(minute), y: 1n })),
        ...Array.from({ length: unhealthy }, () => ({ x: at(minute), y: 0n })),
      ]);
    const { slope } = lineOf(lineSums(points))!;
    const healthy = points.filter(({ y }) => y === 1n).length;
    expect(says).toContain(`${((100 * healthy) / points.length).toFixed(2)} % of ${points.length} items`);
    expect(says).toContain(`, ${(slope * 6_000).toFixed(3)} points an hour;`);
  });

  it('shows the newest minutes where there are many', () => {
    const many = Array.from({ length: 60 }, (_, minute) => [minute, 1, 1] as const);
    const { rows } = healthyShare.present(sumsOf(many));
    expect([rows.length, rows.at(-1)![0]]).toEqual([15, '2026-10-05T08:58Z']);
  });

  it('is not known before a minute is over', () => {
    expect(healthyShare.present(sumsOf(sales.slice(0, 1))).rows).toEqual([]);
    expect(healthyShare.present(sumsOf(sales.slice(0, 2))).says).toContain('no trend of one minute');
  });
});

describe("the questions of the shop's owner", () => {
  const file = 'docs/questions-business.yaml';
  const questions = parseQuestionFile(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'), file);

  it('are those of the file', () => {
    expect(questions).toEqual(shopQuestions);
    for (const presented of presentedAnswers) {
      const question = questions.find(({ name }) => name === presented.of.name)!;
      expect(lacks(presented, question)).toBeUndefined();
    }
  });

  it('are named where the live version does not answer them', () => {
    const from = { lab: 'kappa', store: undefined as never, clock: undefined as never } as const;
    for (const name of ['sales-trend', 'healthy-share', 'empty-soon', 'broken-machines', 'where-most-buy']) {
      const suggestion = expect.stringMatching('replay --as v2 --questions business');
      expect(() => askedNamed(name, builtinQuestions, from)).toThrow(
        expect.objectContaining({ kind: 'usage', suggestion }),
      );
      expect(askedNamed(name, questions, from).name).toBe(name);
    }
  });
});
