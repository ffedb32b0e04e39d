/**
 * The straight line through points by least squares, from exact sums: integers of any size are added up and multiplied, and
 * only the last division of each figure rounds. So slope, intercept and r² are right to the last digits of a double, however
 * far the points lie from the origin. Pure.
 */

export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** How much y grows with each x, y at x = 0, and how much of y's variance the line explains: 0 to 1. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
  readonly rSquared: number;
}

/** The sums that a line is made of: they merge by adding, so the points may come in any parts. */
export interface LineSums {
  readonly n: bigint;
  readonly x: bigint;
  readonly y: bigint;
  readonly xx: bigint;
  readonly xy: bigint;
  readonly yy: bigint;
}

export function lineSums(points: readonly Point[]): LineSums {
  const sums = { n: 0n, x: 0n, y: 0n, xx: 0n, xy: 0n, yy: 0n };
  for (const { x, y } of points) {
    sums.n++;
    sums.x += x;
    sums.y += y;
    sums.xx += x * x;
    sums.xy += x * y;
    sums.yy += y * y;
  }
  return sums;
}

/** Undefined where there are fewer than two different x. Where all y are the same, the line explains them: r² is 1. */
export function lineOf({ n, x, y, xx, xy, yy }: LineSums): Line | undefined {
  const spreadX = n * xx - x * x;
  if (spreadX === 0n) return undefined;
  const together = n * xy - x * y;
  const spreadY = n * yy - y * y;
  return {
    slope: quotient(together, spreadX),
    intercept: quotient(y * xx - x * xy, spreadX),
    rSquared: spreadY === 0n ? 1 : quotient(together * together, spreadX * spreadY),
  };
}

/** Bits of a quotient that are kept before it becomes a double: more than the 53 that fit. */
const bitsKept = 64;

/** a / b as a double, rounded at the end only. `b` is not 0. */
export function quotient(a: bigint, b: bigint): number {
  const isNegative = a < 0n !== b < 0n;
  const [top, bottom] = [a < 0n ? -a : a, b < 0n ? -b : b];
  const shift = Math.max(0, bitsKept + bits(bottom) - bits(top));
  const value = Number((top << BigInt(shift)) / bottom) / 2 ** Math.min(shift, 1000);
  const scaled = shift > 1000 ? value / 2 ** (shift - 1000) : value;
  return isNegative ? -scaled : scaled;
}

const bits = (value: bigint) => value.toString(2).length;
