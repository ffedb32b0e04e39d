/**
 * The stream job's side of the head: take over, then commit slice after slice, each by one conditional write.
 * A writer that was replaced is refused at its next write; one whose write is in doubt ends, and the next one reads
 * the head anew (protocol rules 1 to 3). `stream/commit.py` is the same sequence of effects for Spark.
 */
import { LabError } from '../errors.js';
import type { Position } from '../positions/position.js';
import type { Outcome, ServingStore, Slice } from '../runtimes/ports.js';
import { type Head, segmentsAfterTakeOver } from './head.js';

/** Where a stream job stands: what it last committed, and the epoch it writes under. */
export interface Writer {
  readonly pipeline: string;
  readonly incarnation: number;
  readonly epoch: number;
  readonly number: number;
  readonly position: Position;
}

/** One question's part of the next slice; its key and positions are the writer's matter. */
export type SlicePart = Omit<Slice, 'incarnation' | 'epoch' | 'number' | 'from' | 'until'>;

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
  const { incarnation, number, position } = head;
  return { writer: { pipeline, incarnation, epoch, number, position }, head };
}

/** Writes the next slice's parts, then commits it by moving the head. Throws when fenced or in doubt. */
export async function commitSlice(
  store: ServingStore,
  writer: Writer,
  until: Position,
  parts: readonly SlicePart[],
): Promise<Writer> {
  const { pipeline, incarnation, epoch, position: from } = writer;
  const number = writer.number + 1;
  // Head after rows: a crash may leave a slice that nobody names, never a head that names half of one.
  await Promise.all(parts.map((part) => store.writeSlice({ ...part, incarnation, epoch, number, from, until })));
  const outcome = await store.changeHead(
    pipeline,
    { incarnation, epoch, number: writer.number },
    { number, position: until },
  );
  mustApply(outcome, `commit slice ${number} of ${pipeline} as epoch ${epoch}`);
  return { ...writer, number, position: until };
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
