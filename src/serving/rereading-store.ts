/**
 * A serving store for a checker, which reads answers all the time and has to see what the store holds now. All parts are
 * read each time; what is spared is adding up again those that are still the very tables that they were. A store that
 * unpacks equal bytes once gives those (./packed.ts); with any other, nothing is spared.
 */
import type { ServingStore } from '../runtimes/ports.js';
import type { AnswerSource } from './read-answer.js';

export function rereadingStore<Store extends ServingStore>(store: Store): Store & AnswerSource {
  return { ...store, reread: new Map() };
}
