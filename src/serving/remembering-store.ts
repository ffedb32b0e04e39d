/**
 * A serving store that remembers the last answer to each question, for a process that reads answers all the time: the next
 * one is made of it and of the slices that came since. A checker has to see what the store holds now, and takes the one of
 * ./rereading-store.ts.
 */
import type { ServingStore } from '../runtimes/ports.js';
import type { AnswerSource } from './read-answer.js';

export function rememberingStore(store: ServingStore): ServingStore & AnswerSource {
  return { ...store, remembered: new Map() };
}
