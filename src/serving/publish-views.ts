/**
 * Publishes served views: the newest answer as face `answer`, and the newest one whose truth is known as face `checked`.
 * What it writes follows from an answer alone, and versions order the writing, so it may run twice or be a zombie
 * (protocol rule 12). An unknown answer leaves the last view standing: its number says how old it is.
 */
import { equal, formatPosition } from '../positions/position.js';
import type { Clock, Hold, ServingStore, Truth } from '../runtimes/ports.js';
import { type AnswerSource, type ReadAnswer, readAnswer } from './read-answer.js';
import { servedRows, viewVersion } from './served-view.js';

export interface Publishing {
  readonly store: ServingStore & AnswerSource;
  /** Its name: what it asks, the version that answers declares. */
  readonly question: string;
  readonly clock: Clock;
  readonly hold: Hold;
}

/** What was published of one question so far. */
export interface Published {
  readonly answerVersion: bigint;
  readonly checkedVersion: bigint;
  /** The slice numbers of both; null before the first. */
  readonly answerNumber: number | null;
  readonly checkedNumber: number | null;
  /** Answers that wait for their truth, the newest first. */
  readonly waiting: readonly WaitingAnswer[];
  /** Why there was no answer at the last try. */
  readonly unknown: string | null;
}

export interface WaitingAnswer {
  readonly answer: ReadAnswer;
  readonly asOfMs: number;
}

export const nothingPublished: Published = {
  answerVersion: -1n,
  checkedVersion: -1n,
  answerNumber: null,
  checkedNumber: null,
  waiting: [],
  unknown: null,
};

/** Truth follows an answer within moments; more than so many waiting answers are not kept. */
const waitingMax = 6;

/** Publishes the answer of now, if its head is newer than the last one's. */
export async function publishAnswer(publishing: Publishing, published: Published): Promise<Published> {
  const { store, question, clock } = publishing;
  const answer = await readAnswer(store, question, clock);
  if ('unknown' in answer) return { ...published, unknown: answer.unknown };
  const version = versionOf(answer);
  if (version <= published.answerVersion) return { ...published, unknown: null };
  const waiting: WaitingAnswer = { answer, asOfMs: clock.nowMs() };
  await replace(publishing, waiting, null);
  return {
    ...published,
    answerVersion: version,
    answerNumber: answer.number,
    waiting: thinned([waiting, ...published.waiting]),
    unknown: null,
  };
}

/** Publishes the newest waiting answer whose truth is there. */
export async function publishChecked(publishing: Publishing, published: Published): Promise<Published> {
  for (const [i, waiting] of published.waiting.entries()) {
    const { incarnation, number } = waiting.answer;
    const truth = await publishing.store.readTruth(incarnation, number, publishing.question);
    if (truth === undefined) continue;
    await replace(publishing, waiting, truth);
    return {
      ...published,
      checkedVersion: versionOf(waiting.answer),
      checkedNumber: number,
      waiting: published.waiting.slice(0, i),
    };
  }
  return published;
}

/** Keeps the oldest, whose truth comes first, however far validation lags, and the newest ones beside it. */
function thinned(waiting: readonly WaitingAnswer[]): readonly WaitingAnswer[] {
  return waiting.length <= waitingMax ? waiting : [...waiting.slice(0, waitingMax - 1), waiting.at(-1)!];
}

function versionOf({ generation, number, baseNumber }: ReadAnswer): bigint {
  return viewVersion(generation, number, baseNumber);
}

async function replace(publishing: Publishing, { answer, asOfMs }: WaitingAnswer, truth: Truth | null): Promise<void> {
  const { store, hold } = publishing;
  if (truth !== null && !equal(truth.position, answer.position)) {
    const [theirs, ours] = [truth, answer].map(({ position }) => formatPosition(position));
    throw new Error(`slice ${answer.number} of ${answer.pipeline} ends at ${ours}, its truth at ${theirs}`);
  }
  const { question, base, realTime, merged } = answer;
  await hold(truth === null ? 'before-answer' : 'before-checked');
  await store.replaceView({
    question,
    face: truth === null ? 'answer' : 'checked',
    version: versionOf(answer),
    number: answer.number,
    pipeline: answer.pipeline,
    position: answer.position,
    asOfMs,
    rows: servedRows(question, { base, realTime, merged, truth: truth?.sums ?? null }),
  });
}
