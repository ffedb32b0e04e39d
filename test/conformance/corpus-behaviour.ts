/** What every layer that counts makes of the one corpus (./corpus.ts). A layer's test calls it within a describe. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type CorpusAnswer, type CorpusLayer, expected, messages, overflows, questions } from './corpus.js';

/** The same sums and the same rejections from each layer. */
export function corpusBehaviour(layer: CorpusLayer): void {
  describe('the corpus', () => {
    let answer: CorpusAnswer;
    beforeAll(async () => {
      answer = await layer(messages, questions);
    });

    it.each(questions.map(({ name }) => name))('has the sums of %s', (name) => {
      expect(inOrder(answer.tables.get(name)!)).toEqual(inOrder(expected.tables.get(name)!));
    });

    it('has its rejected messages, each for its reason where the layer keeps it', () => {
      const { rejected } = answer;
      if (typeof rejected === 'number') expect(rejected).toBe(expected.rejected.length);
      else expect(rejected.map(lineOf).sort()).toEqual(expected.rejected.map(lineOf).sort());
    });
  });
}

/** A sum that leaves 64 bits is an error that names it, never a number. */
export function overflowBehaviour(layer: CorpusLayer): void {
  it.each(overflows)('refuses $of that leaves 64 bits', async ({ messages, question, sum }) => {
    await expect(layer(messages, [question])).rejects.toThrow(`the sum ${sum} left 64 bits`);
  });
}

const lineOf = ({ partition, offset, reason }: { partition: number; offset: number; reason: string }) =>
  `${partition}:${offset} ${reason}`;

/** A table's rows by key, so that a difference shows where it is. */
function inOrder(table: CorpusAnswer['tables'] extends ReadonlyMap<string, infer Table> ? Table : never) {
  return Object.fromEntries([...table].sort(([a], [b]) => (a < b ? -1 : 1)));
}
