/**
 * Reads an answer: the head first, then what it names. What the head named may be retired while it is being read, so
 * something missing means "read the head again", bounded; only when it stays missing is the answer unknown
 * (protocol rules 5 and 6). It never writes and needs no clock but for the pause between two tries.
 */
import type { Question } from '../questions/question.js';
import type { Clock, ServingStore } from '../runtimes/ports.js';
import type { AddUp } from './add-up.js';
import { type Head, type Heads, mergedNumber } from './head.js';
import { type Answer, continues, merge, type Parts, type Unknown } from './merge.js';

/**
 * An answer, the question as the pipeline that gave it declares it, and the state of the switch it was read under:
 * positions go back only when `forced` grew.
 */
export type ReadAnswer = Answer & {
  readonly question: Question;
  readonly generation: number;
  readonly forced: number;
};

/** What answers are read from. */
export interface AnswerSource extends Pick<ServingStore, 'readHeads' | 'readBase' | 'readSlices'> {
  /** By question: the last answer that was read. Where it is there, one that continues it is made of it and what came since. */
  readonly remembered?: Map<string, Answer>;
  /** Adds up all parts of an answer; one that remembers what it added up before (see ./rereading-store.ts). */
  readonly addAll?: AddUp;
}

const triesMax = 8;
const pauseMs = 25;

/** The live pipeline's answer to the question of this name, or why it is unknown. `store` errors are thrown, not called unknown. */
export async function readAnswer(
  store: AnswerSource,
  name: string,
  clock: Pick<Clock, 'sleep'>,
): Promise<ReadAnswer | Unknown> {
  let last: Unknown = { unknown: 'there is no pipeline yet' };
  for (let attempt = 0; attempt < triesMax; attempt++) {
    if (attempt > 0) await clock.sleep(pauseMs * attempt);
    const heads = await store.readHeads();
    const answer = await readAnswerAt(store, heads, name);
    if (!('unknown' in answer)) return answer;
    // Once more, since a switch may just have happened; not again and again, since nothing is missing.
    if (answer.lasting && last.lasting) return answer;
    last = answer;
  }
  return last;
}

/** One try at a given reading of the heads. An unknown result may only mean that the heads are old by now. */
export async function readAnswerAt(store: AnswerSource, heads: Heads, name: string): Promise<ReadAnswer | Unknown> {
  const head = heads.heads.get(heads.live);
  if (head === undefined) return { unknown: `there is no pipeline ${heads.live}` };
  const question = head.questions.find((one) => one.name === name);
  if (question === undefined) return { unknown: `${head.pipeline} does not answer ${name}`, lasting: true };
  const answer = await newestAnswer(store, head, question);
  return 'unknown' in answer ? answer : { ...answer, question, generation: heads.generation, forced: heads.forced };
}

async function newestAnswer(store: AnswerSource, head: Head, question: Question): Promise<Answer | Unknown> {
  const { remembered, addAll } = store;
  const before = remembered?.get(question.name);
  const answer =
    before !== undefined && continues(head, before)
      ? merge(head, question, await readSlicesAfter(store, head, question, before.number), { before })
      : merge(head, question, await readParts(store, head, question), { addAll });
  // Whoever read the heads a while ago asks for an earlier answer: the later one stays.
  if (before?.incarnation === head.incarnation && before.number > head.number) return answer;
  // What does not fit is read from the beginning when it is asked for again.
  if ('unknown' in answer) remembered?.delete(question.name);
  else remembered?.set(question.name, answer);
  return answer;
}

async function readSlicesAfter(
  store: AnswerSource,
  { incarnation, number }: Head,
  { name }: Question,
  after: number,
): Promise<Parts> {
  const slices = after === number ? [] : await store.readSlices(incarnation, name, after, number);
  return { base: undefined, fold: undefined, slices };
}

/** Fetches what the head names. */
export async function readParts(
  store: Pick<ServingStore, 'readBase' | 'readSlices'>,
  head: Head,
  question: Question,
): Promise<Parts> {
  const { incarnation, baseId, foldId } = head;
  const [base, fold, slices] = await Promise.all([
    baseId === 0 ? undefined : store.readBase('base', incarnation, baseId, question.name),
    foldId === 0 ? undefined : store.readBase('fold', incarnation, foldId, question.name),
    store.readSlices(incarnation, question.name, mergedNumber(head), head.number),
  ]);
  return { base, fold, slices };
}
