/**
 * The stream job as the TypeScript fold: reads the log from the head's position and commits slice after slice.
 * The memory and embedded runtimes run this one; on Docker it is `stream/job.py`, with the same sequence of effects.
 */
import type { Judgement } from '../events/event.js';
import { judgeFor } from '../events/judge-plain.js';
import type { Position } from '../positions/position.js';
import { fieldsOf } from '../questions/fields.js';
import type { Question } from '../questions/question.js';
import type { Clock, DeadLetter, DeadLetterLog, Log, Message, ServingStore } from '../runtimes/ports.js';
import { createFold } from '../sums/fold.js';
import { commitSlice, type SlicePart, stillOwner, takeOver, type Writer } from './commit.js';

export interface StreamPorts {
  readonly store: ServingStore;
  readonly log: Log & DeadLetterLog;
  readonly clock: Clock;
}

/**
 * Runs until it is stopped, replaced (it throws) or the log has lost what it needs (it throws). It counts what the head
 * that it took over asks: one that was read before may be an earlier pipeline's of the same name. While a slice is being
 * committed the next one is read and folded, which touches nothing; it is written once the one before it is committed.
 */
export async function followLog(ports: StreamPorts, pipeline: string, stopped: () => boolean): Promise<void> {
  const { writer: first, head } = await takeOver(ports.store, pipeline);
  let writer = first;
  let folded = writer.position;
  let committing = Promise.resolve(writer);
  const counting = countingFor(head.questions);
  await using reader = await ports.log.read(writer.position);
  try {
    while (!stopped()) {
      const messages = await reader.next(100);
      const slice = messages.length > 0 ? sliceOf(counting, folded, messages) : undefined;
      writer = await committing;
      if (stopped()) return;
      if (slice !== undefined) {
        committing = writeSlice(ports, writer, slice);
        // Met where it is awaited.
        committing.catch(() => {});
        folded = slice.until;
      } else if (!(await stillOwner(ports.store, writer))) return;
    }
  } finally {
    // Whatever ends it, nothing is written any more once it has ended.
    await committing;
  }
}

/** Questions, and a judge of messages that finds what they ask for. */
interface Counting {
  readonly questions: readonly Question[];
  readonly judge: (value: Uint8Array | null) => Judgement;
}

function countingFor(questions: readonly Question[]): Counting {
  return { questions, judge: judgeFor([...fieldsOf(questions), 'timestamp']) };
}

/** What is to be committed after the slice before it. */
interface FoldedSlice {
  readonly until: Position;
  readonly parts: readonly SlicePart[];
  readonly letters: readonly DeadLetter[];
}

function sliceOf(counting: Counting, from: Position, messages: readonly Message[]): FoldedSlice {
  return { until: advance(from, messages), ...foldSlice(counting, messages) };
}

async function writeSlice(ports: StreamPorts, writer: Writer, { until, parts, letters }: FoldedSlice): Promise<Writer> {
  // Acknowledged before the commit: what is counted as rejected can be found (protocol rule 14).
  if (letters.length > 0) await ports.log.append(letters);
  return commitSlice(ports.store, ports.clock, writer, until, parts);
}

/** The position after these messages; a partition without any keeps its bound. Throws on a gap. */
export function advance(from: Position, messages: readonly Message[]): Position {
  const until = [...from];
  for (const { partition, offset } of messages) {
    if (offset !== until[partition]) {
      throw new Error(`partition ${partition}: expected offset ${until[partition]}, got ${offset}`);
    }
    until[partition] = offset + 1;
  }
  return until;
}

/** Each question's part of a slice, and the messages that the rule rejected. */
export function foldSlice(
  { questions, judge }: Counting,
  messages: readonly Message[],
): { readonly parts: readonly SlicePart[]; readonly letters: readonly DeadLetter[] } {
  const folds = questions.map(createFold);
  const letters: DeadLetter[] = [];
  let leastEventMs: number | null = null;
  let greatestEventMs: number | null = null;
  for (const { partition, offset, value } of messages) {
    const judged = judge(value);
    if ('reason' in judged) {
      letters.push({ partition, offset, reason: judged.reason, value });
      continue;
    }
    const time = judged.event.timestamp as number;
    leastEventMs = Math.min(leastEventMs ?? time, time);
    greatestEventMs = Math.max(greatestEventMs ?? time, time);
    for (const fold of folds) fold.add(judged.event);
  }
  const shared = { messages: messages.length, rejected: letters.length, leastEventMs, greatestEventMs };
  const parts = questions.map((question, i) => ({ ...shared, question: question.name, sums: folds[i]!.table() }));
  return { parts, letters };
}
