/**
 * Goal: the one corpus holds what it is there for, and what it comes to is right by hand in places.
 * Method: its questions as a file would declare them, and some of the expected sums and reasons as literals.
 */
import { describe, expect, it } from 'vitest';
import { LogFold } from '../../src/checker/fold.js';
import { customersByPlace } from '../../src/questions/builtin.js';
import { parseQuestionFile } from '../../src/questions/question-file.js';
import { expected, messages, overflows, questions } from './corpus.js';
import { nearlyOwn, saleOf, strangeNames } from './corpus-messages.js';

const rowsOf = (question: string) => expected.tables.get(question)!;

describe('the corpus', () => {
  it('asks what a file of questions may ask, of every kind of sum', () => {
    expect(parseQuestionFile(JSON.stringify(questions), 'corpus')).toEqual(questions);
    const kinds = new Set(questions.flatMap(({ sums }) => Object.values(sums).map(({ sum }) => sum)));
    expect([...kinds].sort()).toEqual(['count', 'greatest', 'least', 'total', 'total-of-product']);
  });

  it('has sums of all 64 bits, and then some that have one more', () => {
    const greatest64 = 2n ** 63n - 1n;
    expect(rowsOf('full-total').get('["sale"]')).toEqual([2n ** 53n - 1n, greatest64]);
    expect(rowsOf('full-product').get('["sale"]')).toEqual([greatest64, 2n]);
    expect(overflows.map(({ sum }) => sum)).toEqual([
      'times of full-total',
      ...new Array(2).fill('area of full-product'),
    ]);
  });

  it('keeps names apart that are alike, and counts each as often as it came', () => {
    const rows = rowsOf('revenue-by-machine');
    const counts = strangeNames.map((name) => rows.get(JSON.stringify([name]))?.[0]);
    expect(new Set(strangeNames).size).toBe(strangeNames.length);
    expect(counts).toEqual(strangeNames.map(() => 2n));
    expect(rows.get('["SNACK--twin"]')!.slice(0, 2)).toEqual([10n, 1_005n]);
  });

  it('puts late events into the hours in which they happened', () => {
    const rows = rowsOf('by-hour');
    const lateHours = Array.from({ length: 12 }, (_, i) => 1_762_999_200_000 - i * 3_600_000);
    for (const hour of lateHours.slice(1)) expect(rows.get(`[${hour}]`)![0]).toBe(1n);
    expect(rows.get('[3600000]')).toMatchObject({ 0: 2n, 3: 3_600_000n, 4: 3_600_001n });
    // The last hour that a timestamp can lie in.
    expect(rows.get('[9007199251200000]')).toMatchObject({ 4: 2n ** 53n - 1n });
  });

  it('knows a machine’s place by its whole id, and all others as elsewhere', () => {
    const rows = rowsOf('customers-by-place');
    const purchases = (place: string) =>
      [...rows].filter(([key]) => JSON.parse(key)[0] === place).reduce((sum, [, [count]]) => sum + count!, 0n);
    // The first and the last machine of each, one purchase each; of the first place there are other sales too.
    for (const place of ['airport', 'university', 'ferry pier']) expect(purchases(place), place).toBe(2n);
    expect(purchases('shopping mall')).toBe(1n);
    expect(purchases('main station')).toBeGreaterThan(400n);
    const places = nearlyOwn.map((snack_automat_id) => {
      const fold = new LogFold([0], [customersByPlace], [[1]]);
      fold.add(0, 0, saleOf({ snack_automat_id, purchase_index: 1, customer_id: 7 }));
      fold.finish([1]);
      return [...fold.prefix([1])!.totals(customersByPlace).keys()];
    });
    expect(places).toEqual(nearlyOwn.map(() => ['["elsewhere",7]']));
  });

  it('tells a filter’s text from those that are like it', () => {
    expect(rowsOf('of-a-quoted-purchase').get('["apple"]')![0]).toBe(1n);
    expect(rowsOf('of-nobody').size).toBe(0);
  });

  it('has many valid and many rejected messages in each partition, the first of them for this reason', () => {
    for (const partition of [0, 1, 2]) {
      const rejected = expected.rejected.filter((one) => one.partition === partition);
      expect(rejected.length).toBeGreaterThan(200);
      expect(messages.filter((one) => one.partition === partition).length - rejected.length).toBeGreaterThan(500);
    }
    expect(expected.rejected[0]).toEqual({ partition: 1, offset: 134, reason: 'null value' });
    expect(new Set(expected.rejected.map(({ reason }) => reason)).size).toBeGreaterThan(30);
  });
});
