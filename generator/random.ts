/**
 * Randomness without state: a number is a hash of (seed, counter, lane), so the millionth draw costs what the first
 * costs and a restart needs to remember nothing. Good enough for a lab's data, not for secrets. Pure.
 */

/** A seed's 32 bits for `draw`. Seeds are whole numbers from 0 to 2^53-1. */
export function keyOfSeed(seed: number): number {
  return mix(mix(seed | 0) ^ (Math.floor(seed / 0x1_0000_0000) + 0x9e37_79b9));
}

/** One lane for each use of randomness: no two may share one. */
export const lanes = {
  size: 1,
  machine: 2,
  customer: 3,
  item: 4,
  late: 5,
  lateBy: 6,
  repeat: 7,
  broken: 8,
  breakage: 9,
  outage: 10,
  silence: 11,
};

/** 32 random bits (0 to 2^32-1) of one counter. `lane` is one of `lanes`. */
export function draw(key: number, counter: number, lane: number): number {
  const low = mix(mix(key + Math.imul(lane, 0x9e37_79b1)) ^ (counter | 0));
  return mix(low ^ Math.floor(counter / 0x1_0000_0000)) >>> 0;
}

/** A draw as a whole number from 0 to `below` - 1. */
export function scale(bits: number, below: number): number {
  return Math.floor((bits / 0x1_0000_0000) * below);
}

/** Whether a draw falls into this fraction (0 never, 1 always). */
export function within(bits: number, fraction: number): boolean {
  return bits < fraction * 0x1_0000_0000;
}

/** A bijection on 32 bits with little bias: "lowbias32" of Wellons' hash prospector, with its later constants. */
function mix(value: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, 0x21f0_aaad);
  x ^= x >>> 15;
  x = Math.imul(x, 0x735a_2d97);
  return x ^ (x >>> 15);
}
