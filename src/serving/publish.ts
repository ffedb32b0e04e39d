/**
 * The base maker's side of the head, shared by the batch cycle and by folds: number a base, load it, publish it by one
 * conditional write, then retire what the head no longer names. Publishing is conditional on the base and fold that one
 * started from, ids come from a durable counter, and retiring follows the head, not one's own memory (protocol rule 7).
 */
import type { Question } from '../questions/question.js';
import type { HeadColumns, Outcome, ServingStore } from '../runtimes/ports.js';
import { type Head, mergedNumber } from './head.js';
import { type Answer, merge } from './merge.js';
import { readParts } from './read-answer.js';

/** A new id for a base or fold, never handed out twice; undefined when somebody else was quicker. */
export async function allocateBaseId(store: ServingStore, head: Head): Promise<number | undefined> {
  const id = head.nextBaseId;
  const outcome = await store.changeHead(
    head.pipeline,
    { incarnation: head.incarnation, nextBaseId: id },
    { nextBaseId: id + 1 },
  );
  return outcome === 'applied' ? id : undefined;
}

/** The base that was loaded, and the ones that it was made to follow. */
export interface Publication {
  readonly pipeline: string;
  readonly incarnation: number;
  readonly baseId: number;
  readonly baseNumber: number;
  readonly baseCut: Head['baseCut'];
  readonly oldBaseId: number;
  readonly oldFoldId: number;
}

/** Makes the loaded base the one that readers use, if nobody published since; the fold, which it covers, goes. */
export function publishBase(store: ServingStore, publication: Publication): Promise<Outcome> {
  const { pipeline, incarnation, baseId, baseNumber, baseCut, oldBaseId, oldFoldId } = publication;
  const change: HeadColumns = { baseId, baseNumber, baseCut, foldId: 0, foldNumber: 0 };
  return store.changeHead(pipeline, { incarnation, baseId: oldBaseId, foldId: oldFoldId }, change);
}

/**
 * Merges all slices above the base into one fold, so that reading stays bounded while no batch gets through.
 * Nothing changes when a part is missing or somebody else published meanwhile.
 */
export async function foldSlices(
  store: ServingStore,
  head: Head,
  questions: readonly Question[],
): Promise<Outcome | 'missing'> {
  const found = await Promise.all(questions.map((question) => readParts(store, head, question)));
  const answers = questions.map((question, i) => merge(head, question, found[i]!));
  // Before a number is taken: what is missing may be missing at each try.
  if (answers.some((answer) => 'unknown' in answer)) return 'missing';
  const id = await allocateBaseId(store, head);
  if (id === undefined) return 'refused';
  for (const [i, question] of questions.entries()) {
    const { base } = found[i]!;
    const answer = answers[i] as Answer;
    await store.writeBase({
      kind: 'fold',
      incarnation: head.incarnation,
      id,
      question: question.name,
      number: answer.number,
      from: head.baseCut,
      until: answer.position,
      messages: answer.messages - (base?.messages ?? 0),
      rejected: answer.rejected - (base?.rejected ?? 0),
      sums: answer.realTime,
    });
  }
  return store.changeHead(
    head.pipeline,
    { incarnation: head.incarnation, baseId: head.baseId, foldId: head.foldId },
    { foldId: id, foldNumber: head.number },
  );
}

/** Removes what the head no longer names: slices in the base or fold, and the bases and folds before those. */
export async function retire(store: ServingStore, pipeline: string, questions: readonly Question[]): Promise<void> {
  const head = (await store.readHeads()).heads.get(pipeline);
  if (head === undefined) return;
  const { incarnation } = head;
  for (const { name } of questions) {
    const upTo = mergedNumber(head);
    if (upTo > 0) await store.deleteSlices(incarnation, name, upTo);
    if (head.baseId > 0) await store.deleteBases('base', incarnation, name, head.baseId);
    // A fold that is not named any more has an id below the base's or the newer fold's.
    const oldestFold = head.foldId > 0 ? head.foldId : head.baseId;
    if (oldestFold > 0) await store.deleteBases('fold', incarnation, name, oldestFold);
  }
}
