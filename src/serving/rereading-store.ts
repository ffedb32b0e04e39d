/**
 * A serving store for a checker, which reads answers all the time and has to see what the store holds now. All parts are
 * read each time, and their chain is checked against the head; what is spared is adding up again tables that were added up
 * already. A store that gives equal bytes as one table (./packed.ts) makes those the same; with any other nothing is spared.
 */
import type { ServingStore } from '../runtimes/ports.js';
import { addingUpAgain } from './add-up.js';
import type { AnswerSource } from './read-answer.js';

export function rereadingStore<Store extends ServingStore>(store: Store): Store & AnswerSource {
  return { ...store, addAll: addingUpAgain() };
}
