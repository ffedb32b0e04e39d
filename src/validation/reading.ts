/** The validation view's reader of the log, opened anew where the fold has to see something again. */
import { isAway, LabError } from '../errors.js';
import { covers, max } from '../positions/position.js';
import type { Clock, Log, LogReader } from '../runtimes/ports.js';
import type { PrefixFold } from './prefix-fold.js';

/**
 * Reads for a fold what it wishes for. Throws `unknown`, with the log's own error behind it, where the log begins above
 * what the fold needs: what is lost does not come back, and no truth can be told. Other errors are thrown as they are.
 */
export class Reading implements AsyncDisposable {
  readonly #log: Log;
  readonly #fold: PrefixFold;
  #reader: LogReader;

  private constructor(log: Log, fold: PrefixFold, reader: LogReader) {
    this.#log = log;
    this.#fold = fold;
    this.#reader = reader;
  }

  static async open(log: Log, fold: PrefixFold): Promise<Reading> {
    return new Reading(log, fold, await orLost(log, fold, () => log.read(fold.nextToRead)));
  }

  /** Does what the fold wishes for, for at most `maxWaitMs`. */
  async step(maxWaitMs: number, clock: Clock): Promise<void> {
    const { wish } = this.#fold;
    if (wish === 'wait') return clock.sleep(maxWaitMs);
    if (wish === 'reopen') {
      await this.#reader[Symbol.asyncDispose]();
      this.#reader = await orLost(this.#log, this.#fold, () => this.#log.read(this.#fold.nextToRead));
      this.#fold.reopened();
    }
    this.#fold.add(await orLost(this.#log, this.#fold, () => this.#reader.next(maxWaitMs)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader[Symbol.asyncDispose]();
  }
}

async function orLost<T>(log: Log, fold: PrefixFold, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw (await isLost(log, fold, error)) ? truthLost(error) : error;
  }
}

/** An engine that is away says nothing of what the log has; and of the rest only the log's start is for good. */
async function isLost(log: Log, fold: PrefixFold, error: unknown): Promise<boolean> {
  if (isAway(error)) return false;
  const starts = await log.starts().catch(() => undefined);
  // What lies below the counted position is only read to know repeats again: the next try does with less of it.
  const needed = max(fold.nextToRead, fold.position);
  return starts !== undefined && !covers(needed, starts);
}

function truthLost(cause: unknown): LabError {
  return new LabError('its truth stays unknown: the log lacks what it has to count', {
    kind: 'unknown',
    suggestion: 'start a version that begins where the log begins now; keep more of it: snacklab {lab} up --retention',
    cause,
  });
}
