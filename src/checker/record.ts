/**
 * Records a history: asks each question over and over from outside, and saves each answer the moment it is seen. One answer
 * to each is read before it begins, and is no part of it. It judges nothing. Reading, saving, the clock and the log's extent
 * are handed in.
 */
import {
  type Experiment,
  endLine,
  type History,
  type LogExtent,
  type Seen,
  type SeenAnswer,
  seenLines,
  startLine,
} from './history.js';
import { seenTooLittle } from './shortcomings.js';

/** What a read gave: an answer, or why there is none. */
export type Asked = Omit<SeenAnswer, 'question' | 'reader' | 'askedMs' | 'seenMs'> | { readonly unknown: string };

export interface Surroundings {
  /** The live version's answer to the question of this name. */
  ask(question: string): Promise<Asked>;
  extent(): Promise<LogExtent>;
  readonly clock: { nowMs(): number; sleep(ms: number): Promise<void> };
  /** Appends a line to the history's file. */
  save(line: string): void;
}

/**
 * Readers of each question take turns at nearly seven answers a second, which leaves room above the five that a pass needs.
 * There are four, so that as many come on a busy machine where one read takes half a second; on a quiet one each has time.
 */
const readers = [0, 1, 2, 3];
const askEveryMs = 150;

/** Runs the experiment to its end and returns its history, which `save` has been given line by line. */
export async function record(experiment: Experiment, surroundings: Surroundings): Promise<History> {
  const { clock, save } = surroundings;
  // To read and unpack all for the first time is this process's own start, not the lab's silence. After a kill it counts.
  if (!experiment.afterKill) for (const question of experiment.questions) await askOnce(question, surroundings);
  const logAtStart = await surroundings.extent();
  const startedMs = clock.nowMs();
  save(startLine(experiment, startedMs, logAtStart));
  const seen: Seen[] = [];
  const linesOf = seenLines();
  const add = (one: Seen) => {
    seen.push(one);
    for (const line of linesOf(one)) save(line);
  };
  const goesOn = () => {
    const sinceMs = clock.nowMs() - startedMs;
    if (sinceMs < experiment.seconds * 1000) return true;
    return sinceMs < experiment.secondsAtMost * 1000 && seenTooLittle(experiment, logAtStart, seen);
  };
  const asking = experiment.questions.flatMap((question) => {
    const turn = turns(clock);
    return readers.map((reader) => askWhile(goesOn, { question, reader, turn }, add, surroundings));
  });
  await Promise.all(asking);
  const endedMs = clock.nowMs();
  // Read after the last answer, so that no honest answer is ahead of it.
  const logAtEnd = await surroundings.extent();
  save(endLine(endedMs, logAtEnd));
  return { experiment, startedMs, endedMs, logAtStart, logAtEnd, seen };
}

/** One of the readers of a question. */
interface Reader {
  readonly question: string;
  readonly reader: number;
  /** Resolves when it is this reader's turn to ask. */
  readonly turn: () => Promise<void>;
}

/** Turns at regular times. What was late is not made up for: the next turn is a whole pause later. */
function turns({ nowMs, sleep }: Surroundings['clock']): () => Promise<void> {
  let nextMs = nowMs();
  return async () => {
    const atMs = Math.max(nextMs, nowMs());
    nextMs = atMs + askEveryMs;
    if (atMs > nowMs()) await sleep(atMs - nowMs());
  };
}

async function askWhile(
  goesOn: () => boolean,
  { question, reader, turn }: Reader,
  add: (one: Seen) => void,
  surroundings: Surroundings,
): Promise<void> {
  const { clock } = surroundings;
  for (await turn(); goesOn(); await turn()) {
    const askedMs = clock.nowMs();
    const asked = await askOnce(question, surroundings);
    add({ ...asked, question, reader, askedMs, seenMs: clock.nowMs() });
  }
}

/** A read that failed says nothing of the answer: it is not known, and why is kept. */
async function askOnce(question: string, surroundings: Surroundings): Promise<Asked> {
  try {
    return await surroundings.ask(question);
  } catch (error) {
    return { unknown: `reading failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}
