/**
 * Goal: after a switch only the live version's questions are published, the views that it lacks are empty, and neither
 * a late publisher of the old version nor a switch back is hindered by that or hinders it.
 * Method: two versions whose questions differ; the statements' timestamps are compared as Cassandra compares them.
 */
import { describe, expect, it } from 'vitest';
import { builtinQuestions, itemsSold, revenueByMachine } from '../../src/questions/builtin.js';
import { count, type Question } from '../../src/questions/question.js';
import { clearStatement, replaceStatements } from '../../src/runtimes/docker/served-tables.js';
import type { ServedView, ServingStore } from '../../src/runtimes/ports.js';
import { newHead } from '../../src/serving/head.js';
import { followLive, noViews } from '../../src/serving/live-views.js';
import { nothingPublished } from '../../src/serving/publish-views.js';
import { readAnswer } from '../../src/serving/read-answer.js';
import { emptiedVersion, servedTable, viewVersion } from '../../src/serving/served-view.js';

const byHour: Question = {
  ...{ name: 'items-sold', asks: 'When?', where: {}, key: [{ hour: 'timestamp' }], sums: { sold: count() } },
};

describe('followLive', () => {
  it('publishes what the live version asks, and empties once what a new one lacks', async () => {
    const store = new TwoVersions([byHour]);
    const first = await followLive(store, noViews);
    expect([...first.published.keys()]).toEqual(['items-sold', 'revenue-by-machine']);
    store.switchTo('kappa-2');
    const second = await followLive(store, first);
    expect([...second.published.keys()]).toEqual(['items-sold']);
    expect(await followLive(store, second)).toBe(second);
    expect(store.emptied).toEqual([
      { kept: builtinQuestions.map(servedTable), version: viewVersion(1, 0, 0) },
      { kept: [servedTable(byHour)], version: viewVersion(2, 0, 0) },
    ]);
    expect(servedTable(byHour), 'another question by the same name').not.toBe(servedTable(itemsSold));
  });

  it('keeps what it published of a question that both have, and begins anew with one that comes back', async () => {
    const store = new TwoVersions([itemsSold]);
    const first = await followLive(store, noViews);
    const known = { ...nothingPublished, answerVersion: 7n };
    const published = new Map([...first.published.keys()].map((name) => [name, known]));
    store.switchTo('kappa-2');
    const second = await followLive(store, { ...first, published });
    expect(second.published).toEqual(new Map([['items-sold', known]]));
    store.switchTo('kappa-1');
    const third = await followLive(store, second);
    expect(third.published.get('items-sold')).toBe(known);
    expect(third.published.get(revenueByMachine.name)).toEqual(nothingPublished);
  });

  it('empties again on a new start: the publisher may have been away for the switch', async () => {
    const store = new TwoVersions([itemsSold]);
    store.switchTo('kappa-2');
    await followLive(store, noViews);
    await followLive(store, noViews);
    expect(store.emptied.map(({ version }) => version)).toEqual([emptiedVersion(2), emptiedVersion(2)]);
  });
});

describe('emptying', () => {
  const deletedAt = (generation: number) =>
    clearStatement(servedTable(itemsSold), 'kappa', 'answer', emptiedVersion(generation)).params[0] as bigint;
  const timestamps = (generation: number, number: number) =>
    replaceStatements('kappa', viewOf(generation, number)).map(({ params }, i) =>
      i === 0 ? params[0] : params.at(-1),
    );

  it('is later than all that was served before the switch, and earlier than what is served after it', () => {
    for (const written of timestamps(1, 999_999_999)) expect(deletedAt(2) > (written as bigint)).toBe(true);
    const [, ...writes] = timestamps(2, 0);
    for (const written of [...writes, ...timestamps(3, 0)]) expect((written as bigint) > deletedAt(2)).toBe(true);
  });
});

describe('readAnswer', () => {
  it('reads the head once more where the live version lacks the question, and no more', async () => {
    const store = new TwoVersions([itemsSold]);
    store.switchTo('kappa-2');
    const answer = await readAnswer(store.asStore, revenueByMachine.name, { sleep: async () => {} });
    expect(answer).toEqual({ unknown: 'kappa-2 does not answer revenue-by-machine', lasting: true });
    expect(store.reads).toBe(2);
  });

  it('answers by the version that a switch just made live', async () => {
    const store = new TwoVersions([itemsSold]);
    store.switchTo('kappa-2');
    const sleep = async () => store.switchTo('kappa-1');
    const answer = await readAnswer(store.asStore, revenueByMachine.name, { sleep });
    expect(answer).toMatchObject({ pipeline: 'kappa-1', messages: 0 });
  });
});

function viewOf(generation: number, number: number): ServedView {
  const sum = { base: 0n, realTime: 1n, merged: 1n, truth: null };
  return {
    ...{ question: itemsSold, face: 'answer', version: viewVersion(generation, number, 0), number },
    ...{ pipeline: 'kappa-1', position: [1], asOfMs: 0 },
    rows: [{ key: { item: 'apple' }, sums: { sold: sum, revenueCents: sum } }],
  };
}

/** `kappa-1` with the built-in questions, which is live first, and `kappa-2` with its own. Both have read nothing. */
class TwoVersions implements Pick<ServingStore, 'readHeads' | 'emptyOtherViews'> {
  readonly emptied: { readonly kept: readonly string[]; readonly version: bigint }[] = [];
  reads = 0;
  readonly #questions: readonly Question[];
  #live = 'kappa-1';
  #generation = 1;

  constructor(questions: readonly Question[]) {
    this.#questions = questions;
  }

  get asStore(): ServingStore {
    return Object.assign(Object.create(this), { readSlices: async () => [] }) as ServingStore;
  }

  switchTo(pipeline: string): void {
    this.#live = pipeline;
    this.#generation++;
  }

  readHeads = async () => {
    this.reads++;
    return {
      ...{ live: this.#live, previous: null, generation: this.#generation, forced: 0, nextIncarnation: 3 },
      heads: new Map([
        ['kappa-1', newHead('kappa-1', 1, [0], builtinQuestions)],
        ['kappa-2', newHead('kappa-2', 2, [0], this.#questions)],
      ]),
    };
  };

  emptyOtherViews = async (kept: readonly Question[], version: bigint) => {
    this.emptied.push({ kept: kept.map(servedTable), version });
  };
}
