/**
 * Folds the log per partition, exactly up to the positions that heads were committed at: messages wait in a bounded
 * buffer until a head has reached them, and are counted then (protocol rule 15). No clock, no reading: it is told what
 * came and where to stop, and says what it wants next. Pure.
 */
import type { EventFields } from '../events/event.js';
import { judge } from '../events/parse.js';
import { covers, equal, formatPosition, type Position } from '../positions/position.js';
import type { Question } from '../questions/question.js';
import type { Message } from '../runtimes/ports.js';
import type { SumTable } from '../sums/table.js';
import { PlainFold } from './plain-fold.js';
import { RepeatWindow } from './repeats.js';

/** What is true of the log up to a position: one table per question. */
export interface Prefix {
  readonly position: Position;
  readonly messages: number;
  readonly rejected: number;
  readonly repeats: number;
  readonly tables: readonly SumTable[];
}

/** A head's number and position, at which the truth is wanted. */
export interface Target {
  readonly number: number;
  readonly position: Position;
}

/**
 * `read`: give me the next messages. `wait`: the buffer is full, and heads have to come first.
 * `reopen`: some were dropped while others were missing; read anew from `nextToRead`.
 */
export type Wish = 'read' | 'wait' | 'reopen';

export const bufferBytesMax = 64 * 1024 * 1024;
/** What a waiting message costs besides its value. */
const overheadBytes = 200;
/** So many heads may be ahead of what was read; of more, the oldest are passed over. */
const targetsMax = 64;

export class PrefixFold {
  readonly #fold: PlainFold;
  readonly #partitions: readonly PartitionQueue[];
  readonly #bytesMax: number;
  #targets: Target[] = [];
  #newest: Position;
  #messages: number;
  #rejected: number;
  #repeats: number;

  /** `readFrom` may lie below the start: the events between are not counted, only known again when they repeat. */
  constructor(questions: readonly Question[], start: Prefix, readFrom: Position, bytesMax: number = bufferBytesMax) {
    this.#fold = new PlainFold(questions, start.tables);
    this.#partitions = start.position.map((offset, partition) => new PartitionQueue(readFrom[partition]!, offset));
    this.#bytesMax = bytesMax;
    this.#newest = start.position;
    this.#messages = start.messages;
    this.#rejected = start.rejected;
    this.#repeats = start.repeats;
  }

  get bufferedBytes(): number {
    return this.#partitions.reduce((sum, queue) => sum + queue.bytes, 0);
  }

  /** Up to where messages were counted. */
  get position(): Position {
    return this.#partitions.map((queue) => queue.counted);
  }

  /** Where a reader has to go on. */
  get nextToRead(): Position {
    return this.#partitions.map((queue) => queue.expected);
  }

  get wish(): Wish {
    const [target] = this.#targets;
    if (target === undefined) {
      const dropping = this.#partitions.some((queue) => queue.dropping);
      // Only when much is free again: to read for the sake of a few messages would be to read all the time.
      const room = this.bufferedBytes < (dropping ? this.#bytesMax / 2 : this.#bytesMax);
      return room ? (dropping ? 'reopen' : 'read') : 'wait';
    }
    const needed = this.#partitions.some(
      (queue, partition) => queue.dropping && queue.expected < target.position[partition]!,
    );
    return needed ? 'reopen' : 'read';
  }

  /** Wants the truth at a head. Heads come in their order; one that is known already changes nothing. */
  aim(target: Target): void {
    if (!covers(target.position, this.#newest)) {
      throw new Error(`a head went back from ${formatPosition(this.#newest)} to ${formatPosition(target.position)}`);
    }
    this.#newest = target.position;
    this.#targets.push(target);
    if (this.#targets.length > targetsMax) this.#targets = this.#targets.slice(-targetsMax / 2);
  }

  /** Says that a new reader goes on from `nextToRead`. */
  reopened(): void {
    for (const queue of this.#partitions) queue.dropping = false;
  }

  /** Takes what was read. When the buffer is full, what no head has reached yet is dropped, to be read again. */
  add(messages: readonly Message[]): void {
    const [target] = this.#targets;
    let bytes = this.bufferedBytes;
    for (const message of messages) {
      const queue = this.#partitions[message.partition]!;
      const size = sizeOf(message);
      const needed = target !== undefined && message.offset < target.position[message.partition]!;
      if (queue.add(message, needed || bytes + size <= this.#bytesMax)) bytes += size;
    }
  }

  /**
   * Counts what waits, up to the first target. Returns the target with its truth when it is reached: ask again then.
   * `onEvent` is given each valid event that is counted.
   */
  advance(onEvent: (event: EventFields, message: Message) => void): (Target & Prefix) | undefined {
    const [target] = this.#targets;
    if (target === undefined) return undefined;
    for (const [partition, queue] of this.#partitions.entries()) {
      const until = target.position[partition]!;
      for (let next = queue.take(until); next !== undefined; next = queue.take(until)) {
        this.#count(next, queue, onEvent);
      }
    }
    if (!equal(this.position, target.position)) return undefined;
    this.#targets.shift();
    return { ...target, ...this.counts(), tables: this.#fold.tables() };
  }

  /** How much was counted so far. */
  counts(): Omit<Prefix, 'tables'> {
    return {
      position: this.position,
      messages: this.#messages,
      rejected: this.#rejected,
      repeats: this.#repeats,
    };
  }

  #count(message: Message, queue: PartitionQueue, onEvent: (event: EventFields, message: Message) => void): void {
    this.#messages++;
    const judgement = judge(message.value);
    if ('reason' in judgement) {
      this.#rejected++;
      return;
    }
    const { event } = judgement;
    if (queue.repeats.isRepeat(event.event_id as string)) this.#repeats++;
    this.#fold.add(event);
    onEvent(event, message);
  }
}

function sizeOf({ value }: Message): number {
  return (value?.length ?? 0) + overheadBytes;
}

/** One partition's messages that were read and not counted yet, in their order and without a gap. */
class PartitionQueue {
  readonly repeats = new RepeatWindow();
  /** The offset after the last message that came and was kept. */
  expected: number;
  /** The offset after the last counted message. */
  counted: number;
  bytes = 0;
  dropping = false;
  #waiting: Message[] = [];
  #first = 0;

  constructor(expected: number, counted: number) {
    this.expected = expected;
    this.counted = counted;
  }

  /** True when the message waits now; false when it was dropped, or was known. */
  add(message: Message, room: boolean): boolean {
    if (message.offset < this.expected || this.dropping) return false;
    if (message.offset > this.expected) {
      throw new Error(`partition ${message.partition}: offset ${message.offset} came where ${this.expected} belongs`);
    }
    if (message.offset < this.counted) {
      this.#recognise(message);
      this.expected++;
      return false;
    }
    if (!room) {
      this.dropping = true;
      return false;
    }
    this.#waiting.push(message);
    this.bytes += sizeOf(message);
    this.expected++;
    return true;
  }

  #recognise({ value }: Message): void {
    const judgement = judge(value);
    if ('event' in judgement) this.repeats.isRepeat(judgement.event.event_id as string);
  }

  /** The next message below `until`, or undefined. */
  take(until: number): Message | undefined {
    if (this.counted >= until) return undefined;
    const next = this.#waiting[this.#first];
    if (next === undefined) return undefined;
    this.#first++;
    this.counted++;
    this.bytes -= sizeOf(next);
    // Shifting each one by itself would move all the others.
    if (this.#first === this.#waiting.length || this.#first >= 10_000) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    return next;
  }
}
