/**
 * What the architectures need from a runtime: a log, a serving store, an archive, a batch engine, a clock.
 * Coordinator, archive, commit, serving and readers are written against these and run on Docker, embedded and in memory.
 * Every method is one effect: a process may be killed before or after each, never within.
 */
import type { Position } from '../positions/position.js';
import type { Question } from '../questions/question.js';
import type { Head, Heads } from '../serving/head.js';
import type { SumTable } from '../sums/table.js';

/** One message of the log as it is stored. `timestampMs` is the producer's. */
export interface Message {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly value: Uint8Array | null;
}

/** Reads one log in order within each partition, from a start position, for ever. */
export interface LogReader extends AsyncDisposable {
  /** The next messages (of any partitions, ascending within each), or none when nothing came within `maxWaitMs`. */
  next(maxWaitMs: number): Promise<readonly Message[]>;
}

export interface Log {
  /** The first offsets that are still there. */
  starts(): Promise<Position>;
  /** The next offset of each partition. */
  ends(): Promise<Position>;
  /** Throws when `from` is below the start of the log: what is lost is said, never skipped (protocol rule 13). */
  read(from: Position): Promise<LogReader>;
}

/** A message that the rule rejected, kept with its reason. */
export interface DeadLetter {
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly value: Uint8Array | null;
}

/** Where rejected messages are kept. One may be kept twice after a crash; it counts once by partition and offset. */
export interface DeadLetterLog {
  /** Resolves when they are acknowledged. */
  append(letters: readonly DeadLetter[]): Promise<void>;
}

/**
 * What became of a conditional write. `in-doubt`: it timed out, and may be applied now, later or never;
 * the process that sees it must end and the next one read the head anew (protocol rule 3).
 */
export type Outcome = 'applied' | 'refused' | 'in-doubt';

/** One question's part of one micro-batch: the sums of the events from `from` up to `until`. */
export interface Slice {
  readonly incarnation: number;
  readonly epoch: number;
  readonly number: number;
  readonly question: string;
  readonly from: Position;
  readonly until: Position;
  /** Messages of the log in the slice, valid or not. */
  readonly messages: number;
  /** Those of them that the rule rejected. */
  readonly rejected: number;
  /** Least and greatest event time in the slice, epoch ms; null where no event was valid. */
  readonly leastEventMs: number | null;
  readonly greatestEventMs: number | null;
  /** When it was written, epoch ms of the writer's clock, where that was kept. No answer depends on it. */
  readonly committedMs?: number;
  readonly sums: SumTable;
}

/** One question's sums from the origin (base) or from the base (fold) up to `until`, which is slice `number`'s end. */
export interface Base {
  readonly kind: 'base' | 'fold';
  readonly incarnation: number;
  readonly id: number;
  readonly question: string;
  readonly number: number;
  readonly from: Position;
  readonly until: Position;
  readonly messages: number;
  readonly rejected: number;
  readonly sums: SumTable;
}

/** The validation view's own fold from the origin to a position that a head carried. */
export interface Truth {
  readonly incarnation: number;
  readonly number: number;
  readonly question: string;
  readonly position: Position;
  readonly messages: number;
  readonly rejected: number;
  /** Messages known to repeat an earlier `event_id` (they are counted like any other). */
  readonly repeats: number;
  readonly sums: SumTable;
}

/** Columns of the head that a conditional write may require or change. */
export type HeadColumns = Partial<Omit<Head, 'pipeline' | 'origin' | 'questions'>>;

/** One step of the live pointer. It is taken only if nothing it was decided on has changed (protocol rule 10). */
export interface LiveSwitch {
  /** Who is live now, under which generation, and where it stands: `to` must cover this. */
  readonly from: Pick<Head, 'pipeline' | 'incarnation' | 'position'>;
  readonly generation: number;
  readonly forced: number;
  readonly to: Pick<Head, 'pipeline' | 'incarnation'>;
  /** Readers may go back: where `from` stands is not demanded. */
  readonly back: boolean;
}

/** A partition of what a pipeline stores. */
export interface StoredPart {
  readonly incarnation: number;
  readonly question: string;
}

/** The durable state of a process, by name: opaque text here. A batch cycle's (lambda/cycle.ts) has its pipeline's name. */
export interface StateRecord {
  readonly version: number;
  readonly state: string;
}

/** What the operator wants; services look at it and follow (design: wanted state). */
export interface Wanted {
  /** Events per second; null: as the generator was started. */
  readonly rate: number | null;
  readonly paused: boolean;
  /** Grows when a batch cycle is wanted now. */
  readonly batchRequests: number;
}

/** What a service last said of itself, for `status`. `report` is JSON. */
export interface ServiceReport {
  readonly service: string;
  readonly atMs: number;
  readonly report: Readonly<Record<string, unknown>>;
}

/** One row of a served view: the key's parts by column, and each sum in each of its five faces. */
export interface ServedRow {
  readonly key: Readonly<Record<string, string>>;
  readonly sums: Readonly<Record<string, ServedSum>>;
}

/** A least or greatest of no events is null. */
export interface ServedSum {
  readonly base: bigint | null;
  readonly realTime: bigint | null;
  readonly merged: bigint | null;
  /** Null also where the truth at this position is not known. */
  readonly truth: bigint | null;
}

/** A whole served view; `version` orders replacements (switch generation, then slice and base number). */
export interface ServedView {
  readonly question: Question;
  /** `answer` is the newest one, `checked` the newest whose truth is known. */
  readonly face: 'answer' | 'checked';
  readonly version: bigint;
  readonly number: number;
  readonly pipeline: string;
  readonly position: Position;
  readonly asOfMs: number;
  readonly rows: readonly ServedRow[];
}

export interface ServingStore {
  /** All heads and the live pointer in one serially consistent read. */
  readHeads(): Promise<Heads>;
  /** Changes columns of one head if all of `expected` hold. Nothing else ever writes a head (protocol rule 16). */
  changeHead(pipeline: string, expected: HeadColumns, change: HeadColumns): Promise<Outcome>;

  /** Adds a pipeline, if its incarnation is the next one and nobody has its name. */
  addHead(head: Head): Promise<Outcome>;
  switchLive(step: LiveSwitch): Promise<Outcome>;
  /** Marks a pipeline as dropping, if `live` is live under this generation: the live one is never dropped. */
  dropHead(head: Pick<Head, 'pipeline' | 'incarnation'>, live: Pick<Heads, 'live' | 'generation'>): Promise<Outcome>;
  /** Removes the head of a pipeline that is dropping. */
  removeHead(head: Pick<Head, 'pipeline' | 'incarnation'>): Promise<Outcome>;
  /** What is stored of any pipeline, also of those that are gone. */
  listStored(): Promise<readonly StoredPart[]>;
  /** Bytes of the sums in it, as they are stored. */
  storedBytes(part: StoredPart): Promise<number>;
  /** Removes all of it. */
  deleteStored(part: StoredPart): Promise<void>;

  writeSlice(slice: Slice): Promise<void>;
  /** Slices with `after < number <= upTo`, ascending by number then epoch, of all epochs (orphans too). */
  readSlices(incarnation: number, question: string, after: number, upTo: number): Promise<readonly Slice[]>;
  deleteSlices(incarnation: number, question: string, upTo: number): Promise<void>;

  writeBase(base: Base): Promise<void>;
  readBase(kind: Base['kind'], incarnation: number, id: number, question: string): Promise<Base | undefined>;
  /** Deletes the bases (or folds) with an id below `below`. */
  deleteBases(kind: Base['kind'], incarnation: number, question: string, below: number): Promise<void>;

  /** Undefined where nobody has made one; a cycle's may still be an earlier pipeline's of that name. */
  readState(name: string): Promise<StateRecord | undefined>;
  /**
   * Makes a state anew, whatever an earlier owner of its name left. `version` must lie above all that such a one reached, so
   * that a process of it is refused.
   */
  putState(name: string, record: StateRecord): Promise<Outcome>;
  /** Replaces the state if the version is still the expected one; the version grows by one. */
  changeState(name: string, expectedVersion: number, state: string): Promise<Outcome>;

  writeTruth(truth: Truth): Promise<void>;
  readTruth(incarnation: number, number: number, question: string): Promise<Truth | undefined>;
  /** The newest truth at or below this number. */
  readNewestTruth(incarnation: number, question: string): Promise<Truth | undefined>;
  deleteTruths(incarnation: number, question: string, below: number): Promise<void>;

  replaceView(view: ServedView): Promise<void>;
  /**
   * Empties all views of the questions that are not among these, also of those that no pipeline asks any more. Like a
   * replacement without rows: it changes nothing of a later version.
   */
  emptyOtherViews(kept: readonly Question[], version: bigint): Promise<void>;

  readWanted(): Promise<Wanted>;
  changeWanted(change: Partial<Wanted>): Promise<void>;

  report(report: ServiceReport): Promise<void>;
  readReports(): Promise<readonly ServiceReport[]>;
}

/** The messages `from` up to `until` of one partition. Level 0 is written first, higher ones merge lower ones. */
export interface ArchiveRange {
  readonly partition: number;
  readonly level: number;
  readonly from: number;
  readonly until: number;
}

/** A finished file of the archive. */
export interface ArchiveFile extends ArchiveRange {
  readonly bytes: number;
  readonly path: string;
}

export interface ArchiveStore {
  /** All finished files, listed from the lowest level to the highest. */
  list(): Promise<readonly ArchiveFile[]>;
  /** Starts a file that is to hold this range, under a name that nobody else uses. */
  createTemporary(range: ArchiveRange): Promise<string>;
  /** Adds messages (of one partition, ascending, without a gap) to a temporary file. */
  append(temporary: string, messages: readonly Message[]): Promise<void>;
  /** Gives a temporary file its final name: level, partition, start. Never overwrites (protocol rule 9). */
  finish(temporary: string, range: ArchiveRange): Promise<'finished' | 'exists'>;
  /** The messages of a finished file, ascending, some at a time. */
  readMessages(file: ArchiveFile): AsyncIterable<readonly Message[]>;
  /** Copies the bytes of finished files, in order, to the end of a temporary one. */
  appendFiles(temporary: string, files: readonly ArchiveFile[]): Promise<void>;
  remove(path: string): Promise<void>;
}

/** The name of a job's output: never used twice, and recorded before the job is submitted (protocol rule 8). */
export interface Attempt {
  readonly pipeline: string;
  readonly baseId: number;
  readonly id: string;
}

/** What a batch job is to count. */
export interface BatchJob {
  readonly attempt: Attempt;
  readonly inputs: readonly ArchiveFile[];
  readonly origin: Position;
  readonly cut: Position;
  readonly questions: readonly Question[];
}

/** A finished job's output: complete, or it is not returned at all (protocol rule 8). */
export interface BatchOutput {
  readonly cut: Position;
  readonly messages: number;
  readonly rejected: number;
  readonly sums: ReadonlyMap<string, SumTable>;
}

export type JobState = 'absent' | 'running' | 'succeeded' | 'failed';

export interface BatchEngine {
  /** Hands the job over; it runs on by itself, even if the caller ends. */
  submit(job: BatchJob): Promise<void>;
  state(attempt: Attempt): Promise<JobState>;
  /** The output, or undefined where `_SUCCESS` or the manifest is missing. */
  readOutput(attempt: Attempt, questions: readonly Question[]): Promise<BatchOutput | undefined>;
  /** Ends a job that is no longer wanted, if it still runs. */
  cancel(attempt: Attempt): Promise<void>;
  /** Ends the jobs and removes the outputs of this pipeline's attempts for bases up to `baseId`. */
  discard(pipeline: string, baseId: number): Promise<void>;
}

/** Time as an argument: real in services, virtual in simulation. */
export interface Clock {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

/** A place where a test may stop a process and look; does nothing outside tests. */
export type Hold = (point: string) => Promise<void>;
