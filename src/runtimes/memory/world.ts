/**
 * The memory runtime's durable state: what survives when a process is killed. Plain maps and lists, no behaviour of the
 * protocol; the ports in `ports.ts` beside it are the only way to it.
 */
import type { Position } from '../../positions/position.js';
import type { Head } from '../../serving/head.js';
import { firstRow, type HeadsRow } from '../heads-row.js';
import type {
  ArchiveFile,
  Base,
  BatchOutput,
  DeadLetter,
  JobState,
  Message,
  ServedView,
  ServiceReport,
  Slice,
  StateRecord,
  Truth,
  Wanted,
} from '../ports.js';
import type { Scheduler } from './scheduler.js';

/** How often things go wrong; all are probabilities per occasion. */
export interface Faults {
  /** A conditional write times out. */
  inDoubt: number;
  /** A batch job fails. */
  jobFails: number;
}

/** A row that only conditional writes touch. A parked write is one that timed out and may still be applied later. */
export interface ConditionalRow<T> {
  value: T;
  parked: T | undefined;
}

export interface StoredFile extends ArchiveFile {
  readonly messages: readonly Message[];
}

export interface StoredJob {
  state: JobState;
  output: BatchOutput | undefined;
}

export interface World {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly log: { starts: number[]; readonly messages: Message[][] };
  readonly deadLetters: DeadLetter[];
  readonly heads: ConditionalRow<HeadsRow>;
  readonly states: Map<string, ConditionalRow<StateRecord | undefined>>;
  readonly slices: Map<string, Slice>;
  readonly bases: Map<string, Base>;
  readonly truths: Map<string, Truth>;
  readonly views: Map<string, ServedView>;
  /** The tables that were not emptied, by the version that emptied all others. */
  readonly emptied: Map<bigint, ReadonlySet<string>>;
  readonly reports: Map<string, ServiceReport>;
  wanted: Wanted;
  readonly archive: Map<string, StoredFile>;
  readonly temporary: Map<string, Message[]>;
  readonly jobs: Map<string, StoredJob>;
  nextName: number;
}

/** A world with one pipeline that has read nothing. */
export function createWorld(scheduler: Scheduler, partitions: number, head: Head): World {
  return {
    scheduler,
    faults: { inDoubt: 0, jobFails: 0 },
    log: { starts: new Array<number>(partitions).fill(0), messages: Array.from({ length: partitions }, () => []) },
    deadLetters: [],
    heads: { value: firstRow(head), parked: undefined },
    states: new Map(),
    slices: new Map(),
    bases: new Map(),
    truths: new Map(),
    views: new Map(),
    emptied: new Map(),
    reports: new Map(),
    wanted: { rate: null, paused: false, batchRequests: 0 },
    archive: new Map(),
    temporary: new Map(),
    jobs: new Map(),
    nextName: 1,
  };
}

/** The end of the log. */
export function endOfLog(world: World): Position {
  return world.log.messages.map((messages) => messages.length);
}
