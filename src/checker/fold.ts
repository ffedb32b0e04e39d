/**
 * The checker's own count of the log: one pass, each partition by itself, with a snapshot at each offset that some
 * answer named. What it says of a position follows from the messages alone. It asks nobody else what is right. Pure.
 */
import type { Position } from '../positions/position.js';
import type { Question } from '../questions/question.js';
import { inspect } from './rule.js';
import { type Snapshot, Tally, type Totals, together } from './tally.js';

/** What the log holds between an origin and a position. */
export interface Prefix {
  readonly messages: number;
  readonly rejected: number;
  /** The sums of a question that the fold was made with. */
  totals(question: Question): Totals;
}

/** One partition's count at one offset. */
interface Mark {
  readonly messages: number;
  readonly rejected: number;
  readonly tallies: readonly Snapshot[];
}

/** Folds the log from one origin on. `wanted` are the positions that will be asked for. */
export class LogFold {
  readonly origin: Position;
  readonly #questions: readonly Question[];
  readonly #partitions: readonly PartitionFold[];

  constructor(origin: Position, questions: readonly Question[], wanted: readonly Position[]) {
    this.origin = origin;
    this.#questions = questions;
    this.#partitions = origin.map((from, partition) => {
      const offsets = new Set(wanted.map((position) => position[partition]!));
      return new PartitionFold(
        from,
        questions,
        [...offsets].sort((a, b) => a - b),
      );
    });
  }

  /** The next message of a partition; offsets ascend, and those below the origin are passed over. */
  add(partition: number, offset: number, value: Uint8Array | null): void {
    this.#partitions[partition]!.add(offset, value);
  }

  /** Says that everything below `ends` has been added. */
  finish(ends: Position): void {
    this.#partitions.forEach((fold, partition) => {
      fold.reach(ends[partition]!);
    });
  }

  /** The offsets of a partition's messages that are no events, ascending. */
  rejectedOffsets(partition: number): readonly number[] {
    return this.#partitions[partition]!.rejected;
  }

  /** What lies between the origin and a wanted position, or undefined where the log was not read so far. */
  prefix(position: Position): Prefix | undefined {
    const marks = this.#partitions.map((fold, partition) => fold.marks.get(position[partition]!));
    if (marks.some((mark) => mark === undefined)) return undefined;
    const all = marks as Mark[];
    return {
      messages: all.reduce((sum, mark) => sum + mark.messages, 0),
      rejected: all.reduce((sum, mark) => sum + mark.rejected, 0),
      totals: (question) => {
        const index = this.#questions.findIndex((one) => JSON.stringify(one) === JSON.stringify(question));
        const parts = all.map((mark, partition) => ({
          snapshot: mark.tallies[index]!,
          keys: this.#partitions[partition]!.keys(index),
        }));
        return together(question, parts);
      },
    };
  }
}

class PartitionFold {
  readonly marks = new Map<number, Mark>();
  readonly rejected: number[] = [];
  readonly #from: number;
  readonly #tallies: readonly Tally[];
  readonly #wanted: readonly number[];
  #nextWanted = 0;
  #next: number;
  #messages = 0;

  constructor(from: number, questions: readonly Question[], wanted: readonly number[]) {
    this.#from = from;
    this.#next = from;
    this.#wanted = wanted.filter((offset) => offset >= from);
    this.#tallies = questions.map((question) => new Tally(question));
  }

  add(offset: number, value: Uint8Array | null): void {
    if (offset < this.#from) return;
    if (offset < this.#next) throw new Error(`offset ${offset} came after ${this.#next - 1}: the log was read twice`);
    this.reach(offset);
    this.#next = offset + 1;
    this.#messages += 1;
    const event = inspect(value);
    if (typeof event === 'string') this.rejected.push(offset);
    else for (const tally of this.#tallies) tally.add(event);
  }

  /** Takes the snapshots up to `offset`: no message below it is still to come. */
  reach(offset: number): void {
    while (this.#nextWanted < this.#wanted.length && this.#wanted[this.#nextWanted]! <= offset) {
      this.marks.set(this.#wanted[this.#nextWanted]!, {
        messages: this.#messages,
        rejected: this.rejected.length,
        tallies: this.#tallies.map((tally) => tally.snapshot()),
      });
      this.#nextWanted += 1;
    }
  }

  keys(question: number): readonly string[] {
    return this.#tallies[question]!.keys;
  }
}
