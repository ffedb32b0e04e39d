/**
 * What `query` and `watch` ask: a question that the live version answers, or what is presented of one. Either can be read
 * again and again, and each reading told as a document, as a text, as a line and as comma-separated values.
 */
import { LabError } from '../../errors.js';
import { presentedAnswers } from '../../presented/all.js';
import { lacks, type Presented } from '../../presented/presented.js';
import type { Question } from '../../questions/question.js';
import type { LabName } from '../../resources.js';
import type { Clock, ServingStore } from '../../runtimes/ports.js';
import type { QueryDocument } from '../documents.js';
import type { PresentedDocument } from '../documents-presented.js';
import { startCommandOf } from '../lab-flags.js';
import { nearest } from '../text.js';
import { type Csv, csvOf } from './answer-csv.js';
import { answerText, positionText, type QueryRead, queryReport, readQuery } from './answer-text.js';
import { presentedCsv, presentedDocument, presentedLine, presentedReport } from './presented-text.js';

export interface Reading {
  readonly document: QueryDocument | PresentedDocument;
  readonly verdict: 'pass' | 'fail' | 'unknown';
  /** All of it; why it is unknown, where it is. */
  readonly text: string;
  /** The same in one line. */
  readonly line: string;
  /** Undefined where the answer is unknown. */
  readonly csv: () => Csv | undefined;
}

export interface Asked {
  readonly name: string;
  /** Reads it now; for a truth at the same position it waits so long at most. */
  readonly read: (truthWaitMs: number) => Promise<Reading>;
  /** What a moment is, at which nothing could be read. */
  readonly unread: (why: string) => Reading;
}

interface From {
  readonly lab: LabName;
  readonly store: ServingStore;
  readonly clock: Clock;
}

/** What is asked by this name. Throws `usage` when there is nothing of that name, or the live version has no sums for it. */
export function askedNamed(name: string, questions: readonly Question[], from: From): Asked {
  if (questions.some((question) => question.name === name)) return askedQuestion(name, from);
  const named = presentedAnswers.find((presented) => presented.name === name);
  const question = questions.find((one) => one.name === named?.of.name);
  if (named !== undefined && question !== undefined) {
    const why = lacks(named, question);
    if (why === undefined) return askedPresented(named, from);
    throw new LabError(why, { kind: 'usage', suggestion: `ask for ${question.name}, or for another version` });
  }
  if (named !== undefined) {
    const start = startCommandOf(from.lab);
    throw new LabError(`${name} is made of ${named.of.name}, which the live version does not answer`, {
      kind: 'usage',
      suggestion: `snacklab {lab} ${start} --as v2 --questions business, which has that question, or a FILE of your own with it`,
    });
  }
  const names = [
    ...questions,
    ...presentedAnswers.filter(({ of }) => questions.some((one) => one.name === of.name)),
  ].map((one) => one.name);
  throw new LabError(`there is no question "${name}"`, {
    kind: 'usage',
    suggestion: nearest(name, names) ?? names.join(', or '),
    detail: { name, names },
  });
}

function askedQuestion(name: string, from: From): Asked {
  return asked(name, name, from, ({ document }) => {
    const { text, verdict } = queryReport(document, answerText);
    const { answer } = document;
    return {
      document,
      verdict,
      text,
      line: answer === null ? text : positionText(answer),
      csv: () => (answer === null ? undefined : csvOf(answer)),
    };
  });
}

function askedPresented(presented: Presented, from: From): Asked {
  return asked(presented.name, presented.of.name, from, (read) => {
    const document = presentedDocument(presented, read);
    const { text, verdict } = presentedReport(document);
    const { answer } = document;
    return {
      document,
      verdict,
      text,
      line: answer === null ? text : presentedLine(answer),
      csv: () => (answer === null ? undefined : presentedCsv(answer)),
    };
  });
}

/** What is asked by a name is told of what was read of a question, or of a moment at which nothing could be read of it. */
function asked(name: string, question: string, from: From, told: (read: QueryRead) => Reading): Asked {
  const { lab, store, clock } = from;
  return {
    name,
    read: async (truthWaitMs) => told(await readQuery(lab, store, question, clock, truthWaitMs)),
    unread: (unknown) => {
      const atMs = clock.nowMs();
      const document = { schema: 'snacklab/query', version: 1, lab, question, atMs, answer: null, unknown } as const;
      return told({ document, question: undefined });
    },
  };
}
