/**
 * What is presented of heartbeats by machine: which machines are silent, and which report errors. There is no clock here:
 * now is the newest heartbeat of any machine, so the same answer always says the same, and a paused lab breaks no machine.
 *
 * How long is too long follows from the machines themselves. Where half of them have been silent for a while, that is the
 * lab's pace and not a breakdown. When a paused lab goes on, or a slow one goes faster, the machines whose turn is in the
 * second half of the first round are told as silent until they have spoken; an alert waits for that. Where most clocks are
 * wild, silence is hidden, and `says` shows the time; a machine that ever sent a wild time counts as wild for good. Pure.
 */
import { machineCount, machineId, placeOf } from '../machines/catalogue.js';
import { beatsByMachine } from '../questions/builtin.js';
import { eventTimeText } from './event-time.js';
import { byId } from './machine-ids.js';
import { type NamedSums, notKnown, type Presented, type PresentedTable } from './presented.js';

/** No machine is silent before so many ms. */
export const silentMsMin = 10_000;

/** Nor before so many times the median of all machines' silence. That is half a round: with 4, two rounds were missed. */
export const silentMediansMin = 4;

/** With so many heartbeats of the catalogue's machines in the median, one that has sent none is silent, and not just later. */
export const beatsUntilMissed = 3;

/** So many of all machines may have clocks that are far ahead. */
const wildPart = 1 / 20;

/** A slice may end within a round that comes at once; and however slow the rounds are, somebody is called after so long. */
const settlesMs = { least: 1_000, most: 300_000 };

/** A machine that was heard of. */
interface Heard {
  readonly id: string;
  readonly beats: number;
  readonly lastMs: number;
  readonly reportsErrors: boolean;
}

export const brokenMachines: Presented = {
  name: 'broken-machines',
  asks: 'Which machines are silent or report errors?',
  of: beatsByMachine,
  uses: ['beats', 'lastMs', 'lastOkMs', 'lastErrorMs'],
  columns: [
    { name: 'machine', kind: 'text' },
    { name: 'place', kind: 'text' },
    { name: 'problem', kind: 'text' },
    { name: 'last heard of', kind: 'text' },
    { name: 'seconds silent', kind: 'number' },
  ],
  present: presentBroken,
};

/** First those never heard of, then the silent ones, the longest silence first, then those that report errors. */
function presentBroken({ rows }: NamedSums): PresentedTable {
  const heard = rows.flatMap(heardOf);
  if (heard.length === 0) return { rows: [], says: 'nothing heard yet' };
  const { newestMs, medianMs, limitMs } = paceOf(heard);
  const silentMs = ({ lastMs }: Heard) => Math.max(0, newestMs - lastMs);
  const silent = heard.filter((one) => silentMs(one) > limitMs).sort((a, b) => a.lastMs - b.lastMs || byId(a.id, b.id));
  const failing = heard.filter((one) => one.reportsErrors && silentMs(one) <= limitMs).sort((a, b) => byId(a.id, b.id));
  const { missed, awaited } = unheard(heard);
  const wild = heard.filter(({ lastMs }) => lastMs > newestMs).length;
  const row = (problem: string) => (one: Heard) => {
    return [one.id, placeText(one.id), problem, eventTimeText(one.lastMs), silentMs(one) / 1000];
  };
  return {
    rows: [
      ...missed.map((id) => [id, placeText(id), 'silent', 'never', notKnown]),
      ...silent.map(row('silent')),
      ...failing.map(row('errors')),
    ],
    // One round: when a paused lab goes on, all have spoken by then.
    settlesMs: [
      ...missed.map(() => 0),
      ...silent.map(() => Math.min(settlesMs.most, Math.max(settlesMs.least, 2 * medianMs))),
      ...failing.map(() => 0),
    ],
    says:
      `${missed.length + silent.length} silent and ${failing.length} with errors of ${heard.length + missed.length} ` +
      `machines${awaited.length === 0 ? '' : `, and ${awaited.length} not heard of yet`}, as of ` +
      `${eventTimeText(newestMs)}, the newest heartbeat${wild === 0 ? '' : ` but for ${wild} far ahead of all others`}; ` +
      `silent is one not heard of for over ${limitMs / 1000} s`,
  };
}

/**
 * When now is, and how long machines are silent now. Strangers may come and go: where the shop's own are heard, they alone
 * tell. A few clocks far ahead of all others are not believed: now is the newest time that is near that of many.
 */
function paceOf(heard: readonly Heard[]) {
  const own = heard.filter(({ id }) => placeOf(id) !== undefined);
  const times = (own.length > 0 ? own : heard).map(({ lastMs }) => lastMs).sort((a, b) => b - a);
  const paceAt = (nowMs: number) => {
    const medianMs = median(times.map((lastMs) => Math.max(0, nowMs - lastMs)));
    return { medianMs, limitMs: Math.max(silentMsMin, silentMediansMin * medianMs) };
  };
  const sureMs = times[Math.floor(times.length * wildPart)]!;
  const believedMs = sureMs + paceAt(sureMs).limitMs;
  const newestMs = times.find((lastMs) => lastMs <= believedMs)!;
  return { newestMs, ...paceAt(newestMs) };
}

/** None of a row that only the truth has. An error holds until the machine says `ok` at a later time. */
function heardOf({ key, sums }: NamedSums['rows'][number]): readonly Heard[] {
  const { beats, lastMs, lastOkMs, lastErrorMs } = sums;
  if (lastMs === undefined) return [];
  const reportsErrors = lastErrorMs !== undefined && (lastOkMs === undefined || lastErrorMs > lastOkMs);
  return [{ id: key.snack_automat_id!, beats: Number(beats), lastMs: Number(lastMs), reportsErrors }];
}

/**
 * The catalogue's machines that sent nothing: missed where the others have had their rounds, else awaited, as in a lab that
 * has just begun. A lab that hears of strangers only misses none.
 */
function unheard(heard: readonly Heard[]): { readonly missed: readonly string[]; readonly awaited: readonly string[] } {
  const ids = new Set(heard.map(({ id }) => id));
  const silent = Array.from({ length: machineCount }, (_, machine) => machineId(machine)).filter((id) => !ids.has(id));
  const beats = heard.filter(({ id }) => placeOf(id) !== undefined).map((one) => one.beats);
  const haveRounds = beats.length > 0 && median(beats) >= beatsUntilMissed;
  return haveRounds ? { missed: silent, awaited: [] } : { missed: [], awaited: silent };
}

/** The middle one, of an even number the greater: of two machines nobody can say that the older one is too old. */
const median = (some: readonly number[]) => [...some].sort((a, b) => a - b)[Math.floor(some.length / 2)]!;

const placeText = (id: string) => placeOf(id)?.name ?? 'unknown';
