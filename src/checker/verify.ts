/**
 * Verification from outside: record a history while the lab runs, save it, then judge it against the log; or judge a
 * saved one again. Its invariant: whatever goes wrong in here makes the verdict unknown, never a pass.
 * It knows no engine: reading answers, the log and the dead letters is handed in.
 */
import type { Position } from '../positions/position.js';
import { countFor } from './count-log.js';
import { deadLettersFrom } from './dead-letters.js';
import type { Experiment, History, LogExtent } from './history.js';
import { judge, type Verdict } from './judge.js';
import { record, type Surroundings } from './record.js';

/** The log as the checker reads it. */
export interface CheckedLog {
  extent(): Promise<LogExtent>;
  /** Calls `add` for each message from `from` up to `ends`, ascending within each partition, and ends. */
  readMessages(from: Position, ends: Position, add: AddMessage): Promise<void>;
  /** The keys of all dead letters, repeats and all. */
  deadLetterKeys(): Promise<readonly string[]>;
}

export type AddMessage = (
  partition: number,
  offset: number,
  value: Uint8Array | null,
  /** The producer's time, epoch ms. */
  timestampMs: number,
) => void;

export interface Verification extends Verdict {
  readonly afterKill: boolean;
  readonly seconds: number;
  /** Messages that were read from the log for this judgement, and how long that took. */
  readonly messagesRead: number;
  readonly countedMs: number;
}

/** Records for `experiment.seconds`, then judges. */
export async function verify(
  experiment: Experiment,
  surroundings: Surroundings,
  log: CheckedLog,
): Promise<Verification> {
  try {
    return await judgeAgain(await record(experiment, surroundings), log, surroundings.clock);
  } catch (error) {
    return failedChecker(error, experiment, 0);
  }
}

/** Judges a history against the log as it is now. */
export async function judgeAgain(
  history: History,
  log: CheckedLog,
  clock: Pick<Surroundings['clock'], 'nowMs'>,
): Promise<Verification> {
  const { afterKill } = history.experiment;
  const seconds = (history.endedMs - history.startedMs) / 1000;
  try {
    const startedMs = clock.nowMs();
    const extent = await log.extent();
    const count = countFor(history);
    let messagesRead = 0;
    if (count.from !== undefined && count.from.length === extent.ends.length) {
      await log.readMessages(laterOf(count.from, extent.starts), extent.ends, (partition, offset, value) => {
        messagesRead += 1;
        count.add(partition, offset, value);
      });
    }
    const letters = deadLettersFrom(await log.deadLetterKeys(), extent.ends.length);
    const verdict = judge(history, count.finish(extent, letters));
    return { ...verdict, afterKill, seconds, messagesRead, countedMs: clock.nowMs() - startedMs };
  } catch (error) {
    return failedChecker(error, history.experiment, seconds);
  }
}

/** Where the log begins later than an origin, the judge says so; reading begins where there is something to read. */
function laterOf(a: Position, b: Position): Position {
  return a.map((offset, partition) => Math.max(offset, b[partition]!));
}

/** A checker that failed has not found anything wrong, and not found anything right either. */
function failedChecker(error: unknown, { afterKill }: Experiment, seconds: number): Verification {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    verdict: 'unknown',
    ok: 0,
    wrong: 0,
    unknown: 0,
    questions: [],
    wrongAnswers: [],
    shortcomings: [`the checker failed: ${reason}`],
    afterKill,
    seconds,
    messagesRead: 0,
    countedMs: 0,
  };
}
