/** What a mutation is: data that switches one rule of docs/protocol.md off in the real source, and nothing else. */
import type { Architecture } from '../runs.js';

/** One replacement in one file. `find` stands there exactly once, so a mutation that the code has outgrown is loud. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Mutation {
  readonly name: string;
  /** The number of the rule in docs/protocol.md. */
  readonly rule: number;
  /** What is not kept any more. */
  readonly breaks: string;
  /** Where it is looked for. */
  readonly in: readonly Architecture[];
  /** More than one where the rule is kept twice, each behind the other. */
  readonly edits: readonly Edit[];
  /** Why no seed finds it, where none does: what else keeps the answers right. */
  readonly unfound?: string;
}

/** The file with the rule switched off. Throws where `find` does not stand there exactly once. */
export function edited(source: string, { file, find, replace }: Edit): string {
  const places = source.split(find).length - 1;
  if (places !== 1)
    throw new Error(`a mutation of ${file} looks for a text that stands there ${places} times:\n${find}`);
  return source.replace(find, () => replace);
}
