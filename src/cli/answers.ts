/** Reads an answer together with the validation view's truth at the very same position, and lays both side by side. */
import { byNumbers } from '../numeric-order.js';
import { equal } from '../positions/position.js';
import { keyParts, type Question } from '../questions/question.js';
import type { Clock, ServingStore, Truth } from '../runtimes/ports.js';
import type { Unknown } from '../serving/merge.js';
import { type ReadAnswer, readAnswer } from '../serving/read-answer.js';
import { type Sums, type SumTable, sameTable } from '../sums/table.js';
import type { AnswerDocument } from './documents.js';

export interface CheckedAnswer {
  readonly answer: ReadAnswer;
  /** Undefined until the validation view has come to the answer's position. */
  readonly truth: Truth | undefined;
}

/** The truth follows an answer within a moment; after so long a newer answer is the better try. */
const sameAnswerMs = 2000;
const pollEveryMs = 100;
/** Before the next answer is read, whose truth may be on its way. */
const passedPauseMs = 20;

/** An answer with its truth, or without it when none came within `truthWaitMs`. */
export async function readChecked(
  store: ServingStore,
  question: string,
  clock: Clock,
  truthWaitMs: number,
): Promise<CheckedAnswer | Unknown> {
  const deadlineMs = clock.nowMs() + truthWaitMs;
  for (;;) {
    const answer = await readAnswer(store, question, clock);
    if ('unknown' in answer) return answer;
    const untilMs = Math.min(deadlineMs, clock.nowMs() + sameAnswerMs);
    const truth = answer.number === 0 ? undefined : await truthAt(store, question, answer, clock, untilMs);
    if (truth !== undefined || clock.nowMs() >= deadlineMs) return { answer, truth };
    if (answer.number === 0) await clock.sleep(pollEveryMs);
  }
}

/** How an answer compares with its truth. */
export function compared({ answer, truth }: CheckedAnswer): AnswerDocument['compared'] {
  if (truth === undefined) return 'unknown';
  const same =
    equal(truth.position, answer.position) &&
    truth.messages === answer.messages &&
    truth.rejected === answer.rejected &&
    sameTable(truth.sums, answer.merged);
  return same ? 'equal' : 'different';
}

/** The answer as it is shown: a row per key, sorted. */
export function answerDocument(checked: CheckedAnswer): AnswerDocument {
  const { answer, truth } = checked;
  const { question } = answer;
  const keys = [...new Set([...answer.merged.keys(), ...(truth?.sums.keys() ?? [])])].sort(byNumbers);
  return {
    question: question.name,
    asks: question.asks,
    pipeline: answer.pipeline,
    origin: [...answer.origin],
    position: [...answer.position],
    number: answer.number,
    messages: answer.messages,
    rejected: answer.rejected,
    base: { id: answer.baseId, cut: [...answer.baseCut] },
    slices: answer.slices,
    compared: compared(checked),
    repeats: truth?.repeats ?? null,
    rows: keys.map((key) => ({ key: keyParts(question, key), sums: rowSums(question, key, checked) })),
  };
}

async function truthAt(
  store: ServingStore,
  question: string,
  answer: ReadAnswer,
  clock: Clock,
  untilMs: number,
): Promise<Truth | undefined> {
  for (;;) {
    const truth = await store.readTruth(answer.incarnation, answer.number, question);
    if (truth !== undefined || clock.nowMs() >= untilMs) return truth;
    // Where slices come fast the validation passes over most of them: what it has passed never gets its truth.
    const newest = await store.readNewestTruth(answer.incarnation, question);
    const isPassed = newest !== undefined && newest.number > answer.number;
    await clock.sleep(isPassed ? passedPauseMs : pollEveryMs);
    if (isPassed) return store.readTruth(answer.incarnation, answer.number, question);
  }
}

type Faces = Record<'base' | 'realTime' | 'merged' | 'truth', string | null>;

function rowSums(question: Question, key: string, { answer, truth }: CheckedAnswer): Record<string, Faces> {
  const face = (table: SumTable | undefined, sum: number) => sumText(question, table, key, sum);
  const names = Object.keys(question.sums);
  return Object.fromEntries(
    names.map((name, i) => [
      name,
      {
        base: face(answer.base, i),
        realTime: face(answer.realTime, i),
        merged: face(answer.merged, i),
        truth: face(truth?.sums, i),
      },
    ]),
  );
}

/** A key without events has a count and a total of zero, but no least and no greatest. */
function sumText(question: Question, table: SumTable | undefined, key: string, sum: number): string | null {
  if (table === undefined) return null;
  const sums: Sums | undefined = table.get(key);
  if (sums !== undefined) return sums[sum]?.toString() ?? null;
  const kind = Object.values(question.sums)[sum]!.sum;
  return kind === 'least' || kind === 'greatest' ? null : '0';
}
