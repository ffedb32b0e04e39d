/** The questions that `--questions` names: those of a file, or the shop's own, which come with snacklab. */
import { readFile } from 'node:fs/promises';
import { LabError } from '../errors.js';
import type { Question } from '../questions/question.js';
import { parseQuestionFile } from '../questions/question-file.js';
import type { LabName, Resources } from '../resources.js';
import { startCommandOf } from './lab-flags.js';

/** A word in the place of a file: all questions of the shop's owner. A file of that name is `./business`. */
const shipped = 'business';

/** Throws a `usage` error where the file cannot be read, or declares no questions. */
export async function questionsOf(
  named: string,
  { businessQuestions }: Pick<Resources, 'businessQuestions'>,
): Promise<readonly Question[]> {
  const file = named === shipped ? businessQuestions : named;
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new LabError(`the questions file ${file} cannot be read`, {
      kind: 'usage',
      suggestion: `--questions ${shipped} for all questions of the shop, or --questions FILE, as in docs/questions-example.yaml`,
      cause,
    });
  });
  return parseQuestionFile(text, file);
}

/** What a lab that is there was given at first; undefined: the built-in questions. */
export type AtFirst = { readonly questions?: readonly Question[] | undefined } | 'forgotten';

/** A lab that is there keeps its questions: other ones are a new version's. Throws `usage`. */
export function refuseOtherQuestions(wanted: readonly Question[], atFirst: AtFirst, lab: LabName): void {
  if (atFirst === 'forgotten') {
    throw new LabError("a lab's data is there from before: its versions go on with their own questions", {
      kind: 'usage',
      suggestion:
        'snacklab {lab} up goes on from it without --questions; snacklab {lab} down --volumes forgets it, for a new lab',
    });
  }
  if (JSON.stringify(wanted) === JSON.stringify(atFirst.questions)) return;
  throw new LabError('the lab is there already: --questions says what the first version of a new lab answers', {
    kind: 'usage',
    suggestion: `snacklab {lab} ${startCommandOf(lab)} --as v2 --questions FILE starts a version that answers them; or forget all that the lab has: snacklab {lab} down --volumes`,
  });
}
