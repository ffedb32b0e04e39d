/** What a lab's versions answer: the questions of a file, or one of the sets that come with snacklab, by a word. */
import { readFile } from 'node:fs/promises';
import { LabError } from '../errors.js';
import { builtinQuestions, shopQuestions } from '../questions/builtin.js';
import type { Question } from '../questions/question.js';
import { parseQuestionFile } from '../questions/question-file.js';
import type { LabName } from '../resources.js';
import { startCommandOf } from './lab-flags.js';

/**
 * Words in the place of a file: all questions of the shop's owner, and those few that cost little at any rate. A file of such
 * a name is `./business`.
 */
const all = 'business';
const few = 'core';
const theWords = `${all} for all questions of the shop, ${few} for items sold and revenue by machine`;

/** What a new lab answers: `named`, or all questions of the shop. Throws as `questionsOf` does. */
export function questionsOfNewLab(named: string | undefined): Promise<readonly Question[]> {
  return questionsOf(named ?? all);
}

/** `named`, if it is. Throws as `questionsOf` does. */
export async function questionsIfNamed(named: string | undefined): Promise<readonly Question[] | undefined> {
  return named === undefined ? undefined : questionsOf(named);
}

/** Throws a `usage` error where the file cannot be read, or declares no questions. */
export async function questionsOf(named: string): Promise<readonly Question[]> {
  if (named === few) return builtinQuestions;
  if (named === all) return shopQuestions;
  const text = await readFile(named, 'utf8').catch((cause) => {
    throw new LabError(`the questions file ${named} cannot be read`, {
      kind: 'usage',
      suggestion: `--questions takes ${theWords}, or a file as docs/questions-example.yaml`,
      cause,
    });
  });
  return parseQuestionFile(text, named);
}

/**
 * A lab that is there keeps its questions: other ones than it was given `atFirst` are a new version's. Throws `usage`, also
 * where nobody knows what it was given (undefined).
 */
export function refuseOtherQuestions(
  wanted: readonly Question[],
  atFirst: readonly Question[] | undefined,
  lab: LabName,
): void {
  if (atFirst === undefined) {
    throw new LabError("a lab's data is there from before: its versions go on with their own questions", {
      kind: 'usage',
      suggestion:
        'snacklab {lab} up goes on from it without --questions; snacklab {lab} down --volumes forgets it, for a new lab',
    });
  }
  if (JSON.stringify(wanted) === JSON.stringify(atFirst)) return;
  throw new LabError('the lab is there already: --questions says what the first version of a new lab answers', {
    kind: 'usage',
    suggestion: `snacklab {lab} ${startCommandOf(lab)} --as v2 --questions FILE starts a version that answers them; or forget all that the lab has: snacklab {lab} down --volumes`,
  });
}
