/** Events' times in what is presented: as a reader sees one, and from the first to the last. Pure. */
import type { NamedSums } from './presented.js';

/** The greatest time of a date, epoch ms. */
const dateMsMax = 8.64e15;

/** `2026-10-05T08:00:00.000Z`, or so many ms: a valid time may lie beyond what a date can hold. */
export function eventTimeText(ms: number): string {
  return ms <= dateMsMax ? new Date(ms).toISOString() : `${ms} ms`;
}

/** From the least `firstMs` of all rows to the greatest `lastMs`, epoch ms; there is at least one row. */
export function spanOf(rows: NamedSums['rows']): { readonly fromMs: number; readonly untilMs: number } {
  return {
    fromMs: rows.reduce((least, { sums }) => Math.min(least, Number(sums.firstMs)), Number.POSITIVE_INFINITY),
    untilMs: rows.reduce((greatest, { sums }) => Math.max(greatest, Number(sums.lastMs)), 0),
  };
}
