/**
 * The stream job's side of the head: take over, then commit slice after slice, each by one conditional write.
 * A writer that was replaced is refused at its next write; one whose write is in doubt ends, and the next one reads
 * the head anew (protocol rules 1 to 3). A switch may hold a commit for a moment, so that another version gets ahead.
 * `stream/commit.py` is the same sequence of effects for Spark.
 */
import { LabError } from '../errors.js';
import type { Position } from '../positions/position.js';
import type { Clock, Outcome, ServingStore, Slice } from '../runtimes/ports.js';
import { type Head, segmentsAfterTakeOver } from './head.js';

/** Where a stream job stands: what it last committed, and the epoch it writes under. */
export interface Writer {
  readonly pipeline: string;
  readonly incarnation: number;
  readonly epoch: number;
  readonly number: number;
  readonly position: Position;
  /** The head's hold as this writer knows it: another one holds its next commit. */
  readonly hold: number;
}

/** A commit is held for no longer, whatever became of the command that asked for it. */
export const holdMsMax = 1_000;
const lookEveryMs = 20;

/** One question's part of the next slice; its key and positions are the writer's matter. */
export type SlicePart = Omit<Slice, 'incarnation' | 'epoch' | 'number' | 'from' | 'until' | 'committedMs'>;

/**
 * Takes the pipeline over from whoever wrote it last; `head` is the one that it starts from, and says what to count.
 * Throws when another was quicker or the write is in doubt.
 */
export async function takeOver(
  store: ServingStore,
  pipeline: string,
): Promise<{ readonly writer: Writer; readonly head: Head }> {
  const head = await readHead(store, pipeline);
  const epoch = head.epoch + 1;
  const outcome = await store.changeHead(
    pipeline,
    { incarnation: head.incarnation, status: 'ready', epoch: head.epoch, number: head.number },
    { epoch, segments: segmentsAfterTakeOver(head, epoch) },
  );
  mustApply(outcome, `take over ${pipeline} as epoch ${epoch}`);
  const { incarnation, number, position, hold } = head;
  return { writer: { pipeline, incarnation, epoch, number, position, hold }, head };
}

/** Writes the next slice's parts, then commits it by moving the head. Throws when fenced or in doubt. */
export async function commitSlice(
  store: ServingStore,
  clock: Clock,
  writer: Writer,
  until: Position,
  parts: readonly SlicePart[],
): Promise<Writer> {
  const { incarnation, epoch, position: from } = writer;
  const number = writer.number + 1;
  // Head after rows: a crash may leave a slice that nobody names, never a head that names half of one.
  const place = { incarnation, epoch, number, from, until, committedMs: clock.nowMs() };
  await Promise.all(parts.map((part) => store.writeSlice({ ...part, ...place })));
  return { ...writer, number, position: until, hold: await moveHead(store, clock, writer, until) };
}

/** Moves the head to the slice that was written. Resolves with the hold that it has then. */
async function moveHead(store: ServingStore, clock: Clock, writer: Writer, until: Position): Promise<number> {
  const { pipeline, incarnation, epoch, hold } = writer;
  const next = { number: writer.number + 1, position: until };
  const mine = { incarnation, epoch, number: writer.number };
  const what = `commit slice ${next.number} of ${pipeline} as epoch ${epoch}`;
  const outcome = await store.changeHead(pipeline, { ...mine, hold }, next);
  if (outcome !== 'refused') {
    mustApply(outcome, what);
    return hold;
  }
  // Refused is certain, unlike in doubt: where only the hold is another, the same slice is committed after it.
  const now = await untilReleased(store, clock, writer);
  mustApply(now === undefined ? 'refused' : await store.changeHead(pipeline, mine, next), what);
  return now!;
}

/** Waits until readers have moved away, or the hold is over. Undefined when it is no hold: the head is another's. */
async function untilReleased(store: ServingStore, clock: Clock, writer: Writer): Promise<number | undefined> {
  const endMs = clock.nowMs() + holdMsMax;
  for (;;) {
    const { heads, live } = await store.readHeads();
    const head = heads.get(writer.pipeline);
    const isMine = head?.incarnation === writer.incarnation && head.epoch === writer.epoch;
    if (!isMine || head.hold === writer.hold) return undefined;
    if (live !== writer.pipeline || clock.nowMs() >= endMs) return head.hold;
    await clock.sleep(lookEveryMs);
  }
}

/** Whether this writer is still the one: an idle job looks too, so that a replaced one ends (protocol rule 11). */
export async function stillOwner(store: ServingStore, writer: Writer): Promise<boolean> {
  const head = (await store.readHeads()).heads.get(writer.pipeline);
  return head?.incarnation === writer.incarnation && head.epoch === writer.epoch && head.status === 'ready';
}

async function readHead(store: ServingStore, pipeline: string): Promise<Head> {
  const head = (await store.readHeads()).heads.get(pipeline);
  if (head === undefined || head.status !== 'ready') {
    throw new LabError(`there is no pipeline ${pipeline} to write`, {
      suggestion: 'snacklab {lab} status',
      detail: { pipeline, status: head?.status },
    });
  }
  return head;
}

function mustApply(outcome: Outcome, what: string): void {
  if (outcome === 'applied') return;
  const why = outcome === 'refused' ? 'another writer has taken over' : 'the write is in doubt';
  throw new LabError(`could not ${what}: ${why}`, {
    suggestion: 'none is needed: this process ends and the next one starts from the head',
    detail: { outcome },
  });
}
