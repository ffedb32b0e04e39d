/** Goal: a line's figures equal a reference within 1e-9, wherever the points lie. Method: properties, and known lines. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineOf, lineSums, type Point, quotient } from '../../src/presented/line.js';

/** By deviations from the means, in the points' own order: another way to the same figures. */
function reference(points: readonly Point[]) {
  const least = points.reduce((so, { x }) => (x < so ? x : so), points[0]!.x);
  const [xs, ys] = [points.map(({ x }) => Number(x - least)), points.map(({ y }) => Number(y))];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const product = (a: readonly number[], b: readonly number[], ma: number, mb: number) =>
    a.reduce((sum, value, i) => sum + (value - ma) * (b[i]! - mb), 0);
  const slope = product(xs, ys, meanX, meanY) / product(xs, xs, meanX, meanX);
  const spreadY = product(ys, ys, meanY, meanY);
  const rSquared = product(xs, ys, meanX, meanY) ** 2 / (product(xs, xs, meanX, meanX) * spreadY);
  return { slope, intercept: meanY - slope * (meanX + Number(least)), rSquared };
}

const near = (a: number, b: number, size: number) => Math.abs(a - b) <= 1e-9 * Math.max(1, size);

describe('the line through points', () => {
  const points = fc
    .tuple(
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 3, maxLength: 60 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 100_000 })),
    )
    .map(([from, xs, ys]) => xs.map((x) => ({ x: BigInt(from + x), y: BigInt(ys.next().value!) })))
    .filter((some) => new Set(some.map(({ y }) => y)).size > 1);

  it('equals a reference within 1e-9', () => {
    fc.assert(
      fc.property(points, (some) => {
        const line = lineOf(lineSums(some))!;
        const expected = reference(some);
        expect(near(line.slope, expected.slope, Math.abs(expected.slope))).toBe(true);
        expect(near(line.intercept, expected.intercept, Math.abs(expected.slope) * 1e6 + 1e5)).toBe(true);
        expect(near(line.rSquared, expected.rSquared, 1)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is made of sums that merge', () => {
    fc.assert(
      fc.property(points, fc.nat(), (some, at) => {
        const [a, b] = [lineSums(some.slice(0, at % some.length)), lineSums(some.slice(at % some.length))];
        const both = Object.fromEntries(
          Object.entries(a).map(([name, value]) => [name, value + b[name as keyof typeof b]]),
        );
        expect(both).toEqual(lineSums(some));
      }),
    );
  });

  it('is found exactly where points lie on it, also far from the origin', () => {
    const far = 10n ** 15n;
    const some = Array.from({ length: 50 }, (_, i) => ({ x: far + BigInt(i), y: 7n * (far + BigInt(i)) - 3n }));
    expect(lineOf(lineSums(some))).toEqual({ slope: 7, intercept: -3, rSquared: 1 });
  });

  it('is flat where all points are as high, and none where all lie above each other', () => {
    const flat = [1n, 2n, 3n].map((x) => ({ x, y: 5n }));
    expect(lineOf(lineSums(flat))).toEqual({ slope: 0, intercept: 5, rSquared: 1 });
    expect(lineOf(lineSums(flat.map(({ y }) => ({ x: 1n, y }))))).toBeUndefined();
    expect(lineOf(lineSums([]))).toBeUndefined();
  });
});

describe('a quotient', () => {
  it('is rounded once, whatever its size', () => {
    expect(quotient(1n, 3n)).toBe(1 / 3);
    expect(quotient(-2n, 3n)).toBe(-2 / 3);
    expect(quotient(10n ** 40n, 10n ** 38n)).toBe(100);
    expect(quotient(0n, 5n)).toBe(0);
    expect(quotient(1n, 10n ** 320n)).toBeCloseTo(0, 300);
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 2 ** 31 }), (a, b) => {
        const value = quotient(BigInt(a), BigInt(b));
        expect(Math.abs(value - a / b)).toBeLessThanOrEqual(Math.abs(a / b) * 2 ** -52);
      }),
    );
  });
});
