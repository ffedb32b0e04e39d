/** What holds of slices, bases, folds and truths, on any runtime. */
import { expect } from 'vitest';
import { itemsSold, revenueByMachine } from '../../src/questions/builtin.js';
import type { Base, Slice, Truth } from '../../src/runtimes/ports.js';
import type { Sums, SumTable } from '../../src/sums/table.js';
import { strangeNames } from './corpus-messages.js';
import type { Fact } from './fresh-store.js';

const question = itemsSold.name;

/** Sums that no double holds, "no event", and keys of all kinds. */
const sums: SumTable = new Map<string, Sums>([
  ['["apple",3600000,true]', [2n ** 63n - 1n, null]],
  ['["mars",0,false]', [-(2n ** 63n), 0n]],
  ...strangeNames.map((name, i) => [JSON.stringify([name, i, true]), [2n ** 53n + BigInt(i), -1n]] as [string, Sums]),
]);

const slice = (incarnation: number, number: number, change: Partial<Slice> = {}): Slice => ({
  ...{ incarnation, epoch: 1, number, question, from: [number, 0], until: [number + 1, 0], messages: 3, rejected: 1 },
  ...{ leastEventMs: 0, greatestEventMs: Number.MAX_SAFE_INTEGER, sums, ...change },
});

const base = (incarnation: number, kind: Base['kind'], id: number, change: Partial<Base> = {}): Base => ({
  ...{ kind, incarnation, id, question, number: 4, from: [0, 0], until: [9, id], messages: 8, rejected: 2, sums },
  ...change,
});

const truth = (incarnation: number, number: number, change: Partial<Truth> = {}): Truth => ({
  ...{ incarnation, number, question, position: [number, 0], messages: 5, rejected: 0, repeats: 1, sums },
  ...change,
});

export function statesParts(fact: Fact): void {
  statesSlices(fact);
  statesBasesAndTruths(fact);
  fact('lists, measures and removes all that it stores of a pipeline and question', async ({ store, incarnation }) => {
    const [part, other] = [question, revenueByMachine.name].map((name) => ({ incarnation, question: name }));
    expect(await store.storedBytes(part!)).toBe(0);
    expect(await store.listStored()).not.toContainEqual(part);
    await store.writeSlice(slice(incarnation, 1));
    const ofSlice = await store.storedBytes(part!);
    await store.writeBase(base(incarnation, 'base', 1));
    const ofBoth = await store.storedBytes(part!);
    await store.writeTruth(truth(incarnation, 1));
    await store.writeTruth(truth(incarnation, 1, other));
    expect(0 < ofSlice && ofSlice < ofBoth && ofBoth < (await store.storedBytes(part!))).toBe(true);
    const stored = (await store.listStored()).filter((one) => one.incarnation === incarnation);
    expect(stored).toHaveLength(2);
    expect(stored).toEqual(expect.arrayContaining([part, other]));
    await store.deleteStored(part!);
    expect(await store.storedBytes(part!)).toBe(0);
    expect(await store.readSlices(incarnation, question, 0, 9)).toEqual([]);
    expect(await store.readBase('base', incarnation, 1, question)).toBeUndefined();
    expect(await store.readTruth(incarnation, 1, question)).toBeUndefined();
    expect((await store.listStored()).filter((one) => one.incarnation === incarnation)).toEqual([other]);
  });
}

function statesSlices(fact: Fact): void {
  fact('reads slices above one number up to another, in order, of all epochs', async ({ store, incarnation }) => {
    for (const number of [12, 3, 7, 11, 1]) await store.writeSlice(slice(incarnation, number));
    await store.writeSlice(slice(incarnation, 7, { epoch: 2, messages: 99 }));
    const read = await store.readSlices(incarnation, question, 1, 11);
    expect(read.map(({ number, epoch }) => [number, epoch])).toEqual([
      [3, 1],
      [7, 1],
      [7, 2],
      [11, 1],
    ]);
    expect(await store.readSlices(incarnation, question, 12, 99)).toEqual([]);
  });

  fact(
    'reads a slice as it was written: big sums, any text, and nothing for no event',
    async ({ store, incarnation }) => {
      const empty = slice(incarnation, 2, { leastEventMs: null, greatestEventMs: null, sums: new Map() });
      await store.writeSlice(slice(incarnation, 1));
      await store.writeSlice(empty);
      expect(await store.readSlices(incarnation, question, 0, 2)).toEqual([slice(incarnation, 1), empty]);
    },
  );

  fact('has a slice once, however often it is written', async ({ store, incarnation }) => {
    for (let time = 0; time < 3; time++) await store.writeSlice(slice(incarnation, 1));
    expect(await store.readSlices(incarnation, question, 0, 2)).toHaveLength(1);
  });

  fact('deletes slices up to a number, of one question of one pipeline', async ({ store, incarnation }) => {
    const others = [{ question: revenueByMachine.name }, { incarnation: incarnation + 1 }];
    for (const change of [{}, ...others]) {
      for (const number of [1, 2, 3]) await store.writeSlice(slice(incarnation, number, change));
    }
    await store.deleteSlices(incarnation, question, 2);
    await store.deleteSlices(incarnation, question, 2);
    const numbers = async (of: number, asked: string) =>
      (await store.readSlices(of, asked, 0, 9)).map(({ number }) => number);
    expect(await numbers(incarnation, question)).toEqual([3]);
    expect(await numbers(incarnation, revenueByMachine.name)).toEqual([1, 2, 3]);
    expect(await numbers(incarnation + 1, question)).toEqual([1, 2, 3]);
  });
}

function statesBasesAndTruths(fact: Fact): void {
  fact('keeps bases and folds apart, and deletes those below', async ({ store, incarnation }) => {
    for (const kind of ['base', 'fold'] as const) {
      for (const id of [1, 2]) await store.writeBase(base(incarnation, kind, id));
    }
    await store.writeBase(base(incarnation + 1, 'base', 1, { sums: new Map() }));
    await store.deleteBases('base', incarnation, question, 2);
    const read = (kind: Base['kind'], id: number, of = incarnation) => store.readBase(kind, of, id, question);
    expect(await read('base', 1)).toBeUndefined();
    expect(await read('base', 2)).toEqual(base(incarnation, 'base', 2));
    expect(await read('fold', 1)).toEqual(base(incarnation, 'fold', 1));
    expect(await read('base', 1, incarnation + 1)).toEqual(base(incarnation + 1, 'base', 1, { sums: new Map() }));
    expect(await store.readBase('base', incarnation, 2, revenueByMachine.name)).toBeUndefined();
  });

  fact('has the truth of each slice, the newest of them, and none below what is deleted', async (fresh) => {
    const { store, incarnation } = fresh;
    expect(await store.readNewestTruth(incarnation, question)).toBeUndefined();
    for (const number of [9, 100, 8]) await store.writeTruth(truth(incarnation, number));
    await store.writeTruth(truth(incarnation, 200, { question: revenueByMachine.name }));
    await store.deleteTruths(incarnation, question, 9);
    expect(await store.readTruth(incarnation, 8, question)).toBeUndefined();
    expect(await store.readTruth(incarnation, 9, question)).toEqual(truth(incarnation, 9));
    expect(await store.readNewestTruth(incarnation, question)).toEqual(truth(incarnation, 100));
  });
}
