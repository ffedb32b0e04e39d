/**
 * What goes wrong on purpose: late, repeated and broken messages, as fractions of the events. Each is a draw of the
 * event's own, so the same seed goes wrong at the same places, and a checker can tell which those are. Pure.
 */
import { draw, keyOfSeed, lanes, within } from './random.js';

/** Fractions of the events, 0 to 1. */
export interface Knobs {
  /** Events whose timestamp lies in the past when they are sent. */
  readonly late: number;
  /** Events that are sent twice, in the same bytes. */
  readonly duplicate: number;
  /** Events that are followed by a message which is not a valid event. */
  readonly malformed: number;
}

/** Late by so much at least and at most: from where nobody notices to where an hourly window has closed. */
export const latenessMs = { least: 1000, greatest: 7_200_000 };

export interface Mishaps {
  /** How far the event's timestamp lies in the past; mostly 0. */
  lateByMs(index: number): number;
  isRepeated(index: number): boolean;
  /** Whether a broken message comes after this event. */
  isBroken(index: number): boolean;
}

/** The mishaps of one seed's events. */
export function mishapsOf(seed: number, knobs: Knobs): Mishaps {
  const key = keyOfSeed(seed);
  const happens = (fraction: number, lane: number) => (index: number) =>
    fraction > 0 && within(draw(key, index, lane), fraction);
  const isLate = happens(knobs.late, lanes.late);
  return {
    lateByMs: (index) => (isLate(index) ? lateness(draw(key, index, lanes.lateBy)) : 0),
    isRepeated: happens(knobs.duplicate, lanes.repeat),
    isBroken: happens(knobs.malformed, lanes.broken),
  };
}

/** Each order of magnitude is as likely as the next: most are late by little, as in life. */
function lateness(bits: number): number {
  const { least, greatest } = latenessMs;
  return Math.floor(least * (greatest / least) ** (bits / 0x1_0000_0000));
}
