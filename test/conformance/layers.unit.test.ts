/**
 * Goal: the layers that run on Node alone count the one corpus alike, and none of them lets a sum leave 64 bits.
 * Method: the corpus through the fold as a whole, in micro-batches that are stored and merged, through the validation
 * view's own fold, and through the batch job's tasks as processes; what it comes to is the checker's own count.
 */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { judge } from '../../src/events/parse.js';
import type { Question } from '../../src/questions/question.js';
import type { Message } from '../../src/runtimes/ports.js';
import { pack, unpack } from '../../src/serving/packed.js';
import { createFold } from '../../src/sums/fold.js';
import { plus, type SumTable, zero } from '../../src/sums/table.js';
import { PrefixFold } from '../../src/validation/prefix-fold.js';
import { type CorpusAnswer, type CorpusLayer, endOf, type Rejection } from './corpus.js';
import { corpusBehaviour, overflowBehaviour } from './corpus-behaviour.js';
import { buildTask, mapReduceLayer } from './map-reduce-layer.js';

function foldOf(messages: readonly Message[], questions: readonly Question[]) {
  const folds = questions.map(createFold);
  const rejected: Rejection[] = [];
  for (const { partition, offset, value } of messages) {
    const judged = judge(value);
    if ('reason' in judged) rejected.push({ partition, offset, reason: judged.reason });
    else for (const fold of folds) fold.add(judged.event);
  }
  return { tables: folds.map((fold) => fold.table()), rejected };
}

const named = (questions: readonly Question[], tables: readonly SumTable[]): CorpusAnswer['tables'] =>
  new Map(questions.map(({ name }, i) => [name, tables[i]!]));

const wholeFold: CorpusLayer = async (messages, questions) => {
  const { tables, rejected } = foldOf(messages, questions);
  return { tables: named(questions, tables), rejected };
};

const slicesMessages = 37;

/** The newest slice first, and as they are stored: the order in which they are merged decides nothing. */
const mergedSlices: CorpusLayer = async (messages, questions) => {
  let merged: readonly SumTable[] = questions.map(() => zero);
  const rejected: Rejection[] = [];
  for (let until = messages.length; until > 0; until -= slicesMessages) {
    const slice = foldOf(messages.slice(Math.max(until - slicesMessages, 0), until), questions);
    merged = questions.map((question, i) => plus(question, unpack(pack(slice.tables[i]!)), merged[i]!));
    rejected.push(...slice.rejected);
  }
  return { tables: named(questions, merged), rejected };
};

const validationView: CorpusLayer = async (messages, questions) => {
  const origin = endOf(messages).map(() => 0);
  const start = { position: origin, messages: 0, rejected: 0, repeats: 0, tables: questions.map(() => zero) };
  const fold = new PrefixFold(questions, start, origin);
  fold.add(messages);
  fold.aim({ number: 1, position: endOf(messages) });
  const truth = fold.advance(() => {})!;
  expect(truth.messages).toBe(messages.length);
  return { tables: named(questions, truth.tables), rejected: truth.rejected };
};

describe.each([
  ['the fold', wholeFold],
  ['slices, merged', mergedSlices],
  ['the validation view', validationView],
] as const)('%s', (_, layer) => {
  corpusBehaviour(layer);
  overflowBehaviour(layer);
});

describe('the batch job', () => {
  let layer: CorpusLayer;
  let task: string;
  beforeAll(async () => {
    task = await buildTask();
    layer = mapReduceLayer(task);
  });
  afterAll(() => rmSync(dirname(task), { recursive: true }));
  corpusBehaviour((messages, questions) => layer(messages, questions));
  overflowBehaviour((messages, questions) => layer(messages, questions));
});
