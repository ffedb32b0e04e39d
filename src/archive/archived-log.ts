/**
 * The log as far back as its archive reaches: what the log has lost is read from the archive's files, and what follows from
 * the log, exactly where the archive's part ends. Each message comes once and in its order, or there is an error that says
 * what is missing (protocol rule 13). Retention may cut the log at any time: then the archive is read on.
 * An archive that is away is waited for only by those who need it.
 */
import { isAway, LabError } from '../errors.js';
import type { Position } from '../positions/position.js';
import { opened } from '../runtimes/opened.js';
import type { ArchiveFile, ArchiveStore, Clock, Log, LogReader, Message } from '../runtimes/ports.js';
import { beginningOf, chainHolding } from './chain.js';

/** What is read of an archive. */
export type ArchiveContent = Pick<ArchiveStore, 'list' | 'readMessages'>;

export interface ArchivedLogSource {
  readonly log: Log;
  readonly archive: ArchiveContent;
  readonly clock: Clock;
  /** How long an archive that is away is waited for. */
  readonly patienceMs: number;
}

const pauseMs = 200;

/** The log of both. Where the archive is away, `starts` is the log's own: no more can be promised then. */
export function archivedLog(source: ArchivedLogSource): Log {
  const { log, archive } = source;
  return {
    async starts() {
      // First: whatever the log loses from now on is in the archive that is listed later.
      const starts = await log.starts();
      const files = await archive.list().catch((error: unknown) => {
        if (isAway(error)) return [];
        throw error;
      });
      return reachOf(files, starts);
    },
    ends: () => log.ends(),
    read: (from) => opened(new ArchivedLogReader(source, from)),
  };
}

/** The first offsets that can be read without a gap: the archive's where its chain reaches the log's start, else the log's. */
export function reachOf(files: readonly ArchiveFile[], logStarts: Position): Position {
  return logStarts.map((start, partition) => {
    const first = beginningOf(files, partition) ?? start;
    return first < start && chainHolding(files, partition, first).until >= start ? first : start;
  });
}

/** An archive's file that is being read. */
interface OpenFile {
  readonly file: ArchiveFile;
  readonly pieces: AsyncIterator<readonly Message[]>;
}

class ArchivedLogReader implements LogReader {
  readonly #source: ArchivedLogSource;
  readonly #next: number[];
  #file: OpenFile | undefined;
  #reader: LogReader | undefined;
  #awaySinceMs: number | undefined;

  constructor(source: ArchivedLogSource, from: Position) {
    this.#source = source;
    this.#next = [...from];
  }

  /** Finds what comes next, so that a gap is told before anything is read. An archive that is away may come back. */
  async open(): Promise<void> {
    await this.#unlessAway(() => this.#choose());
  }

  async next(maxWaitMs: number): Promise<readonly Message[]> {
    for (;;) {
      if (this.#reader !== undefined) {
        const messages = await this.#fromLog(this.#reader, maxWaitMs);
        if (messages !== undefined) return messages;
      }
      const { answer } = await this.#unlessAway(() => (this.#file === undefined ? this.#choose() : this.#fromFile()));
      if (answer === undefined) return [];
      if (answer.length > 0) return answer;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closeFile();
    await this.#closeReader();
  }

  /** Opens the archive's next file, or the log where it has all that comes next. Gives no messages yet. */
  async #choose(): Promise<readonly Message[]> {
    const { log, archive } = this.#source;
    const starts = await log.starts();
    const partition = this.#next.findIndex((offset, one) => offset < (starts[one] ?? 0));
    if (partition === -1) {
      await this.#openLog(starts);
      return [];
    }
    const offset = this.#next[partition]!;
    const chain = chainHolding(await archive.list(), partition, offset);
    const [file] = chain.files;
    if (file === undefined || chain.until < starts[partition]!) {
      throw gap(partition, file === undefined ? offset : chain.until, starts[partition]!);
    }
    this.#file = { file, pieces: archive.readMessages(file)[Symbol.asyncIterator]() };
    return [];
  }

  async #openLog(starts: Position): Promise<void> {
    try {
      this.#reader = await this.#source.log.read(this.#next);
    } catch (error) {
      if (!(await this.#hasLostMore(starts))) throw error;
    }
  }

  /** Undefined when the log has lost meanwhile what comes next, and the archive has to be asked again. */
  async #fromLog(reader: LogReader, maxWaitMs: number): Promise<readonly Message[] | undefined> {
    try {
      const messages = await reader.next(maxWaitMs);
      for (const { partition, offset } of messages) this.#next[partition] = offset + 1;
      return messages;
    } catch (error) {
      if (!(await this.#hasLostMore())) throw error;
      await this.#closeReader();
      return undefined;
    }
  }

  /** Whether what comes next lies below the log's start now, and did not when it was last asked. */
  async #hasLostMore(before?: Position): Promise<boolean> {
    const starts = await this.#source.log.starts();
    return this.#next.some((offset, partition) => offset < starts[partition]! && offset >= (before?.[partition] ?? 0));
  }

  async #fromFile(): Promise<readonly Message[]> {
    const { file, pieces } = this.#file!;
    const { done, value } = await pieces.next();
    const expected = this.#next[file.partition]!;
    if (done === true) {
      this.#file = undefined;
      if (expected !== file.until) throw damaged(file, `ends before ${expected}`);
      return [];
    }
    const messages = value.filter(({ offset }) => offset >= expected);
    for (const [i, { partition, offset }] of messages.entries()) {
      if (partition !== file.partition || offset !== expected + i) {
        throw damaged(file, `has ${partition}:${offset} where ${file.partition}:${expected + i} belongs`);
      }
    }
    if (expected + messages.length > file.until)
      throw damaged(file, `has more than its ${file.until - file.from} messages`);
    this.#next[file.partition] = expected + messages.length;
    return messages;
  }

  /** What an effect on the archive gives; nothing, after a pause, while the archive is away. */
  async #unlessAway(
    effect: () => Promise<readonly Message[]>,
  ): Promise<{ readonly answer: readonly Message[] | undefined }> {
    try {
      const answer = await effect();
      this.#awaySinceMs = undefined;
      return { answer };
    } catch (error) {
      const { clock, patienceMs } = this.#source;
      await this.#closeFile();
      // A file that a merge has replaced is not found either: the next look finds the one that replaced it.
      if (!isAway(error)) throw error;
      this.#awaySinceMs ??= clock.nowMs();
      if (clock.nowMs() - this.#awaySinceMs > patienceMs) throw error;
      await clock.sleep(pauseMs);
      return { answer: undefined };
    }
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.pieces.return?.();
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.[Symbol.asyncDispose]();
  }
}

function gap(partition: number, missing: number, logStart: number): LabError {
  return new LabError(
    `partition ${partition} of the log begins at ${logStart}, and its archive does not have offset ${missing}, or not all from there on`,
    {
      kind: 'fail',
      suggestion: 'Start a version at what is left: snacklab {lab} replay --as VERSION. A longer retention keeps more',
      detail: { partition, missing, logStart },
    },
  );
}

function damaged(file: ArchiveFile, what: string): Error {
  return new Error(`the archive's file ${file.path} ${what}`);
}
