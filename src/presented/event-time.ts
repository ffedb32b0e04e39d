/** An event's time as a reader sees it: a valid one may lie beyond what a date can hold. Pure. */

/** The greatest time of a date, epoch ms. */
const dateMsMax = 8.64e15;

/** `2026-10-05T08:00:00.000Z`, or so many ms. */
export function eventTimeText(ms: number): string {
  return ms <= dateMsMax ? new Date(ms).toISOString() : `${ms} ms`;
}
