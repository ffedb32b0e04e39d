/**
 * Records a history: asks each question over and over from outside, and saves each answer the moment it is seen.
 * It judges nothing. Reading, saving, the clock and the log's extent are handed in.
 */
import type { Question } from '../questions/question.js';
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
export type Asked = Omit<SeenAnswer, 'question' | 'askedMs' | 'seenMs'> | { readonly unknown: string };

export interface Surroundings {
  ask(question: Question): Promise<Asked>;
  extent(): Promise<LogExtent>;
  readonly clock: { nowMs(): number; sleep(ms: number): Promise<void> };
  /** Appends a line to the history's file. */
  save(line: string): void;
}

/** Eight a second leaves room below the five that a pass needs. */
const askEveryMs = 125;

/** Runs the experiment to its end and returns its history, which `save` has been given line by line. */
export async function record(experiment: Experiment, surroundings: Surroundings): Promise<History> {
  const { clock, save } = surroundings;
  const logAtStart = await surroundings.extent();
  const startedMs = clock.nowMs();
  save(startLine(experiment, startedMs, logAtStart));
  const seen: Seen[] = [];
  const untilMs = startedMs + experiment.seconds * 1000;
  await Promise.all(experiment.questions.map((question) => askUntil(question, untilMs, seen, surroundings)));
  const endedMs = clock.nowMs();
  // Read after the last answer, so that no honest answer is ahead of it.
  const logAtEnd = await surroundings.extent();
  save(endLine(endedMs, logAtEnd));
  return { experiment, startedMs, endedMs, logAtStart, logAtEnd, seen };
}

async function askUntil(question: Question, untilMs: number, seen: Seen[], surroundings: Surroundings): Promise<void> {
  const { clock, save } = surroundings;
  while (clock.nowMs() < untilMs) {
    const askedMs = clock.nowMs();
    const asked = await askOnce(question, surroundings);
    const one: Seen = { question: question.name, askedMs, seenMs: clock.nowMs(), ...asked };
    seen.push(one);
    save(seenLine(one));
    const pauseMs = askEveryMs - (clock.nowMs() - askedMs);
    if (pauseMs > 0) await clock.sleep(pauseMs);
  }
}

/** A read that failed says nothing of the answer: it is not known, and why is kept. */
async function askOnce(question: Question, surroundings: Surroundings): Promise<Asked> {
  try {
    return await surroundings.ask(question);
  } catch (error) {
    return { unknown: `reading failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}
