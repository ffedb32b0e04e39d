/**
 * Records a history: asks each question over and over from outside, and saves each answer the moment it is seen.
 * It judges nothing. Reading, saving, the clock and the log's extent are handed in.
 */
import {
  type Experiment,
  endLine,
  type History,
  type LogExtent,
  type Seen,
  type SeenAnswer,
  seenLine,
  startLine,
} from './history.js';

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
 * Two readers a question, each every quarter of a second and in turn: eight answers a second leave room above the five
 * that a pass needs, also on a busy machine where one read takes longer than a fifth of a second.
 */
const readers = [0, 1];
const askEveryMs = 250;

/** Runs the experiment to its end and returns its history, which `save` has been given line by line. */
export async function record(experiment: Experiment, surroundings: Surroundings): Promise<History> {
  const { clock, save } = surroundings;
  const logAtStart = await surroundings.extent();
  const startedMs = clock.nowMs();
  save(startLine(experiment, startedMs, logAtStart));
  const seen: Seen[] = [];
  const untilMs = startedMs + experiment.seconds * 1000;
  const asking = experiment.questions.flatMap((question) =>
    readers.map((reader) => askUntil(question, reader, untilMs, seen, surroundings)),
  );
  await Promise.all(asking);
  const endedMs = clock.nowMs();
  // Read after the last answer, so that no honest answer is ahead of it.
  const logAtEnd = await surroundings.extent();
  save(endLine(endedMs, logAtEnd));
  return { experiment, startedMs, endedMs, logAtStart, logAtEnd, seen };
}

async function askUntil(
  question: string,
  reader: number,
  untilMs: number,
  seen: Seen[],
  surroundings: Surroundings,
): Promise<void> {
  const { clock, save } = surroundings;
  if (reader > 0) await clock.sleep((askEveryMs * reader) / readers.length);
  while (clock.nowMs() < untilMs) {
    const askedMs = clock.nowMs();
    const asked = await askOnce(question, surroundings);
    const one: Seen = { ...asked, question, reader, askedMs, seenMs: clock.nowMs() };
    seen.push(one);
    save(seenLine(one));
    const pauseMs = askEveryMs - (clock.nowMs() - askedMs);
    if (pauseMs > 0) await clock.sleep(pauseMs);
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
