/** How many requests are taken: so many at once, and then as many as come back with time. Pure. */

export interface Bucket {
  readonly most: number;
  readonly perSecond: number;
}

/** Answers whether one more may be taken now. */
export function bounded({ most, perSecond }: Bucket, nowMs: () => number): () => boolean {
  let left = most;
  let atMs = nowMs();
  return () => {
    const now = nowMs();
    left = Math.min(most, left + (Math.max(0, now - atMs) * perSecond) / 1000);
    atMs = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
