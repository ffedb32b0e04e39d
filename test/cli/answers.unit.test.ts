/**
 * Goal: an answer is shown beside the truth of the very same position, compared with it, and unknown is never equal.
 * Method: a store that holds one head, one slice and a truth that a test chooses.
 */
import { describe, expect, it } from 'vitest';
import { answerDocument, compared, readChecked } from '../../src/cli/answers.js';
import { csvOf } from '../../src/cli/commands/answer-csv.js';
import { answerText, queryReport } from '../../src/cli/commands/answer-text.js';
import { builtinQuestions, itemsSold } from '../../src/questions/builtin.js';
import type { ServingStore, Truth } from '../../src/runtimes/ports.js';
import { newHead } from '../../src/serving/head.js';
import type { SumTable } from '../../src/sums/table.js';

const huge = 2n ** 62n;
const sums: SumTable = new Map([
  ['["mars"]', [2n, huge]],
  ['["apple"]', [3n, 450n]],
]);
const slice = {
  incarnation: 1,
  epoch: 1,
  number: 1,
  question: 'items-sold',
  from: [0, 0],
  until: [4, 2],
  messages: 6,
  rejected: 1,
  leastEventMs: null,
  greatestEventMs: null,
  sums,
};
const head = {
  ...newHead('lambda-1', 1, [0, 0], builtinQuestions),
  epoch: 1,
  number: 1,
  position: [4, 2],
  segments: [{ epoch: 1, after: 0 }],
};
const truth: Truth = {
  incarnation: 1,
  number: 1,
  question: 'items-sold',
  position: [4, 2],
  messages: 6,
  rejected: 1,
  repeats: 2,
  sums,
};

function storeWith(options: { truth?: Truth | undefined; newest?: Truth; slices?: unknown[] }): ServingStore {
  const store: Partial<ServingStore> = {
    readHeads: async () => ({
      live: 'lambda-1',
      generation: 0,
      forced: 0,
      previous: null,
      nextIncarnation: 2,
      heads: new Map([['lambda-1', head]]),
    }),
    readSlices: async () => (options.slices ?? [slice]) as never,
    readTruth: async (_, number) => (number === 1 ? options.truth : undefined),
    readNewestTruth: async () => options.newest ?? options.truth,
  };
  return store as ServingStore;
}

/** Time passes only by sleeping. */
function virtualClock() {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
}

async function read(options: Parameters<typeof storeWith>[0]) {
  const checked = await readChecked(storeWith(options), itemsSold.name, virtualClock(), 3000);
  if ('unknown' in checked) throw new Error(checked.unknown);
  return checked;
}

describe('an answer and its truth', () => {
  it('are equal only when position, counts and every sum are', async () => {
    expect(compared(await read({ truth }))).toBe('equal');
    const others: Partial<Truth>[] = [
      { position: [3, 3] },
      { messages: 7 },
      { rejected: 0 },
      { sums: new Map([...sums, ['["apple"]', [3n, 451n]]]) },
      { sums: new Map([...sums, ['["twix"]', [1n, 1n]]]) },
    ];
    for (const other of others) {
      expect(compared(await read({ truth: { ...truth, ...other } }))).toBe('different');
    }
  });

  it('are not compared while the truth has not come to the position', async () => {
    const clock = virtualClock();
    const checked = await readChecked(storeWith({}), itemsSold.name, clock, 3000);
    expect(checked).toMatchObject({ truth: undefined });
    expect(compared(checked as never)).toBe('unknown');
    expect(clock.nowMs()).toBeGreaterThanOrEqual(3000);
    expect(clock.nowMs()).toBeLessThan(4000);
  });

  it('are read anew at once when the truth has passed the answer', async () => {
    let reads = 0;
    const store = storeWith({ newest: { ...truth, number: 2 } });
    const passedAtFirst = {
      ...store,
      readHeads: () => {
        reads++;
        return store.readHeads();
      },
      readTruth: async () => (reads > 1 ? truth : undefined),
    };
    const clock = virtualClock();
    expect(await readChecked(passedAtFirst, itemsSold.name, clock, 3000)).toMatchObject({ truth });
    expect(reads).toBe(2);
    expect(clock.nowMs()).toBeLessThan(100);
  });

  it('are unknown, with the reason, when a slice is missing', async () => {
    const checked = await readChecked(storeWith({ slices: [] }), itemsSold.name, virtualClock(), 3000);
    expect(checked).toEqual({ unknown: 'slice 1 is missing (lambda-1)' });
  });
});

describe('an answer as it is shown', () => {
  it('has a row a key, in order, with 64-bit sums as texts', async () => {
    const document = answerDocument(await read({ truth }));
    expect(document.rows.map(({ key }) => key.item)).toEqual(['apple', 'mars']);
    expect(document.rows[1]!.sums.revenueCents).toEqual({
      base: '0',
      realTime: huge.toString(),
      merged: huge.toString(),
      truth: huge.toString(),
    });
    expect(document).toMatchObject({ compared: 'equal', repeats: 2, position: [4, 2], slices: 1 });
  });

  it('shows a key that only the truth has', async () => {
    const more = { ...truth, sums: new Map([...sums, ['["twix"]', [1n, 1n]]]) };
    const document = answerDocument(await read({ truth: more }));
    expect(document.rows[2]).toMatchObject({ key: { item: 'twix' }, sums: { sold: { merged: '0', truth: '1' } } });
  });

  it('is a table, with a mark where the truth is not known', async () => {
    const text = answerText(answerDocument(await read({})));
    expect(text).toContain('truth not known at this position yet');
    expect(text).toMatch(/apple +0 +3 +3 +\? +0 +450 +450 +\?/);
  });

  it('has a line for each sum where sums are many', async () => {
    const document = answerDocument(await read({ truth }));
    const rows = document.rows.map((row) => ({ ...row, sums: { ...row.sums, cents: row.sums.revenueCents! } }));
    const text = answerText({ ...document, rows });
    expect(text).toMatch(/item +sum +base +real time +merged +truth\n/);
    expect(text).toMatch(/apple +sold +0 +3 +3 +3\napple +revenueCents +0 +450 +450 +450\n/);
  });

  it('is comma-separated values whose lines say their position', async () => {
    const { header, lines } = csvOf(answerDocument(await read({ truth })));
    expect(header).toBe(
      'pipeline,number,position,item,sold_base,sold_real_time,sold_merged,sold_truth,' +
        'revenueCents_base,revenueCents_real_time,revenueCents_merged,revenueCents_truth',
    );
    expect(lines[0]).toBe('lambda-1,1,"[4,2]",apple,0,3,3,3,0,450,450,450');
  });

  it('fails when it is wrong, is unknown when there is none, and passes otherwise', async () => {
    const document = { schema: 'snacklab/query', version: 1, lab: 'lambda', question: 'items-sold', atMs: 0 } as const;
    const equal = answerDocument(await read({ truth }));
    const wrong = answerDocument(await read({ truth: { ...truth, messages: 7 } }));
    expect(queryReport({ ...document, answer: equal, unknown: null }, answerText).verdict).toBe('pass');
    expect(queryReport({ ...document, answer: wrong, unknown: null }, answerText).verdict).toBe('fail');
    const none = queryReport({ ...document, answer: null, unknown: 'slice 1 is missing' }, answerText);
    expect(none).toMatchObject({ verdict: 'unknown', text: 'unknown: slice 1 is missing' });
  });
});
