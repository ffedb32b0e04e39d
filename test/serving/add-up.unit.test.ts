/**
 * Goal: who remembers what was added up gets the sums that adding all of it up gives, whoever asks in whatever order.
 * Method: a pool of few tables, so that runs of them begin alike; each is added up both ways. And for what is spared: tables
 * that are emptied once they were added up.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtinQuestions, itemsSold } from '../../src/questions/builtin.js';
import type { Question } from '../../src/questions/question.js';
import { addingUpAgain, addUp } from '../../src/serving/add-up.js';
import type { SumTable } from '../../src/sums/table.js';

const table = (n: number): SumTable => new Map([[`["${n % 3}"]`, [BigInt(n), BigInt(10 * n)]]]);
const pool = Array.from({ length: 6 }, (_, i) => table(i + 1));
const ofPool = fc.constantFrom(...pool);
const asked = fc.record({
  question: fc.constantFrom(...builtinQuestions.map(({ name }) => ({ ...itemsSold, name }))),
  base: fc.constantFrom(...pool.slice(0, 2)),
  after: fc.oneof(
    fc.array(ofPool, { maxLength: 4 }),
    fc.nat({ max: 6 }).map((n) => pool.slice(0, n)),
  ),
});

describe('adding up again', () => {
  it('gives the sums of adding all of it up', () => {
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 30 }), (rounds) => {
        const addAgain = addingUpAgain();
        for (const { question, base, after } of rounds) {
          expect(addAgain(question, base, after)).toEqual(addUp(question, base, after));
        }
      }),
    );
  });

  it('looks at no table twice, also after somebody asked for fewer', () => {
    const addAgain = addingUpAgain();
    const tables = [1, 2, 3].map(table);
    const before = addAgain(itemsSold, pool[0]!, tables);
    addAgain(itemsSold, pool[0]!, tables.slice(0, 2));
    for (const one of tables) (one as Map<string, unknown>).clear();
    expect(addAgain(itemsSold, pool[0]!, tables)).toEqual(before);
  });

  it('gives the very same sums while nothing is new: a history writes them once', () => {
    const addAgain = addingUpAgain();
    const tables = [1, 2, 3].map(table);
    const before = addAgain(itemsSold, pool[0]!, tables);
    const again = addAgain(itemsSold, pool[0]!, [...tables]);
    expect(again.merged).toBe(before.merged);
    expect(again.realTime).toBe(before.realTime);
  });

  it('adds all of it up for a question of the same name that means something else', () => {
    const addAgain = addingUpAgain();
    const [sum] = Object.keys(itemsSold.sums);
    const another = { ...itemsSold, sums: { ...itemsSold.sums, [sum!]: { sum: 'greatest', of: 'time' } } } as Question;
    const [base, ...after] = [table(1), table(4), table(7)];
    addAgain(itemsSold, base!, after);
    expect(addAgain(another, base!, after)).toEqual(addUp(another, base!, after));
    expect(addAgain(another, base!, after)).not.toEqual(addUp(itemsSold, base!, after));
  });
});
