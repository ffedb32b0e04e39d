/** The version that readers follow, as commands use it: its head and its questions. */
import { LabError } from '../errors.js';
import type { Question } from '../questions/question.js';
import type { ServingStore } from '../runtimes/ports.js';
import type { Head, Heads } from '../serving/head.js';
import { nearest } from './text.js';

/** The questions that the live pipeline answers now. Throws `unavailable` when there is none. */
export async function liveQuestions(store: Pick<ServingStore, 'readHeads'>): Promise<readonly Question[]> {
  return liveHead(await store.readHeads()).questions;
}

/** The head that readers follow. Throws `unavailable` when there is none. */
export function liveHead({ heads, live }: Heads): Head {
  const head = heads.get(live);
  if (head !== undefined) return head;
  throw new LabError('there is no pipeline yet', { kind: 'unavailable', suggestion: 'snacklab {lab} up' });
}

/** The question of this name. Throws `usage` when there is none. */
export function questionNamed(name: string, questions: readonly Question[]): Question {
  const question = questions.find((one) => one.name === name);
  if (question !== undefined) return question;
  const names = questions.map((one) => one.name);
  throw new LabError(`there is no question "${name}"`, {
    kind: 'usage',
    suggestion: nearest(name, names) ?? names.join(', or '),
    detail: { name, names },
  });
}
