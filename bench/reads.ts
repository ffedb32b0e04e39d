/** What a reader saw who reads answers all the time while versions are switched. Times are milliseconds. Pure. */

/** One read: which pipeline gave the answer, or why there was none. */
export type Read = { readonly askedMs: number; readonly seenMs: number } & (
  | { readonly pipeline: string }
  | { readonly failure: string }
);

/** When the first answer of a pipeline was there, at or after a moment; undefined while there is none. */
export function firstAnswerMs(reads: readonly Read[], pipeline: string, fromMs: number): number | undefined {
  return reads.find((read) => read.seenMs >= fromMs && 'pipeline' in read && read.pipeline === pipeline)?.seenMs;
}

/** Why reads gave no answer, one entry a read. */
export function failuresIn(reads: readonly Read[]): readonly string[] {
  return reads.flatMap((read) => ('failure' in read ? [read.failure] : []));
}

/** The longest that a read took; NaN without reads. */
export function longestReadMs(reads: readonly Read[]): number {
  return reads.reduce((longest, { askedMs, seenMs }) => Math.max(seenMs - askedMs, longest || 0), Number.NaN);
}
