/** All mutations, in the order of the rules. */
import { answerMutations } from './answers.js';
import { archiveMutations } from './archive.js';
import { baseMutations } from './bases.js';
import { commitMutations } from './commit.js';
import type { Mutation } from './mutation.js';
import { streamMutations } from './stream.js';
import { versionMutations } from './versions.js';
import { viewMutations } from './views.js';

const all = [
  ...[...commitMutations, ...answerMutations, ...baseMutations, ...archiveMutations],
  ...[...versionMutations, ...streamMutations, ...viewMutations],
];

/** `sort` is stable, so those of one rule stay as they are written. */
export const mutations: readonly Mutation[] = all.sort((a, b) => a.rule - b.rule);
