/**
 * What the hour does to sales: a shop is quiet at night and busiest at noon. A pace maps the clock to the time in which
 * events come evenly, and back; after each whole day both have gone the same way, so the rate is a day's mean. Pure.
 */

/** Rises with the clock. Clock times are epoch ms; days begin at multiples of their length, so 24 hours are a day of UTC. */
export interface Pace {
  evened(clockMs: number): number;
  /** The inverse, from a start on: by how much the clock goes on while the time in which events come evenly does by so much. */
  clockAfter(startMs: number, evenedMs: number): number;
  /** How much faster than in a day's mean events come at this time. */
  factorAt(clockMs: number): number;
}

/** No hour differs from another. */
export const evenPace: Pace = { evened: (ms) => ms, clockAfter: (_, ms) => ms, factorAt: () => 1 };

/** Events of each hour, the first from midnight, as parts of the day's: people buy before work, at noon and on their way home. */
export const partsOfHours = [3, 2, 1, 1, 2, 4, 8, 13, 14, 11, 12, 16, 21, 19, 13, 12, 14, 17, 16, 13, 11, 8, 5, 4];

/** The parts before each hour, and at the end all of them. */
const partsBefore = [0];
for (const part of partsOfHours) partsBefore.push(partsBefore.at(-1)! + part);
const partsOfDay = partsBefore.at(-1)!;

/** The pace of days of `dayMs` ms, each in 24 hours; null: no hour differs from another. */
export function paceOf(dayMs: number | null): Pace {
  if (dayMs === null) return evenPace;
  const hours = partsOfHours.length;
  const hourMs = dayMs / hours;
  const partMs = dayMs / partsOfDay;
  const midnightBefore = (ms: number) => Math.floor(ms / dayMs) * dayMs;
  const hourAt = (sinceMidnightMs: number) => Math.min(hours - 1, Math.floor(sinceMidnightMs / hourMs));

  function evenedWithinDay(sinceMidnightMs: number): number {
    const hour = hourAt(sinceMidnightMs);
    return (partsBefore[hour]! + (sinceMidnightMs / hourMs - hour) * partsOfHours[hour]!) * partMs;
  }

  function clockWithinDay(evenedMs: number): number {
    const parts = evenedMs / partMs;
    const next = partsBefore.findIndex((before) => before > parts);
    const hour = next === -1 ? hours - 1 : next - 1;
    return (hour + (parts - partsBefore[hour]!) / partsOfHours[hour]!) * hourMs;
  }

  return {
    evened(clockMs) {
      const midnight = midnightBefore(clockMs);
      return midnight + evenedWithinDay(clockMs - midnight);
    },
    clockAfter(startMs, evenedMs) {
      // From the start's midnight on: in epoch ms parts of a millisecond would be lost.
      const sinceMidnightMs = startMs - midnightBefore(startMs);
      const targetMs = evenedWithinDay(sinceMidnightMs) + evenedMs;
      const days = midnightBefore(targetMs);
      return Math.max(0, days + clockWithinDay(targetMs - days) - sinceMidnightMs);
    },
    factorAt: (clockMs) => (partsOfHours[hourAt(clockMs - midnightBefore(clockMs))]! * hours) / partsOfDay,
  };
}
