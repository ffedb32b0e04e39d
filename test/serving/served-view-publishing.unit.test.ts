/**
 * Goal: views follow the answer and its truth, and never say a truth of another position.
 * Method: a store of plain maps with one pipeline, whose head is moved by hand.
 */
import { describe, expect, it } from 'vitest';
import { builtinQuestions, itemsSold } from '../../src/questions/builtin.js';
import type { ServedView, ServingStore, Slice, Truth } from '../../src/runtimes/ports.js';
import { type Head, newHead } from '../../src/serving/head.js';
import { nothingPublished, publishAnswer, publishChecked } from '../../src/serving/publish-views.js';
import { viewVersion } from '../../src/serving/served-view.js';

describe('publishing', () => {
  it('publishes an answer once, and again when the head has moved', async () => {
    const lab = new OnePipeline();
    lab.commit(5);
    let published = await publishAnswer(lab.publishing, nothingPublished);
    published = await publishAnswer(lab.publishing, published);
    lab.commit(3);
    published = await publishAnswer(lab.publishing, published);
    expect(lab.views.map(({ face, version }) => [face, version])).toEqual([
      ['answer', viewVersion(0, 1, 0)],
      ['answer', viewVersion(0, 2, 0)],
    ]);
    expect(lab.views[1]!.rows[0]!.sums.sold).toEqual({ base: 0n, realTime: 8n, merged: 8n, truth: null });
  });

  it('publishes as checked the newest answer whose truth is there, and no older one after it', async () => {
    const lab = new OnePipeline();
    let published = nothingPublished;
    for (const sold of [1, 2, 3]) {
      lab.commit(sold);
      published = await publishAnswer(lab.publishing, published);
    }
    lab.tellTruth(1, [1]);
    lab.tellTruth(2, [3]);
    published = await publishChecked(lab.publishing, published);
    published = await publishChecked(lab.publishing, published);
    expect(published.checkedVersion).toBe(viewVersion(0, 2, 0));
    expect(lab.views.filter(({ face }) => face === 'checked')).toHaveLength(1);
    expect(lab.views.at(-1)!.rows[0]!.sums.sold).toMatchObject({ merged: 3n, truth: 3n });
  });

  it('leaves the last view standing while the answer is unknown, and says why', async () => {
    const lab = new OnePipeline();
    lab.commit(5);
    lab.slices.length = 0;
    const published = await publishAnswer(lab.publishing, nothingPublished);
    expect(published.unknown).toContain('slice 1 is missing');
    expect(lab.views).toEqual([]);
  });

  it('refuses a truth of another position', async () => {
    const lab = new OnePipeline();
    lab.commit(5);
    const published = await publishAnswer(lab.publishing, nothingPublished);
    lab.tellTruth(1, [4]);
    await expect(publishChecked(lab.publishing, published)).rejects.toThrow('ends at [5], its truth at [4]');
  });
});

/** A pipeline over one partition in which every event is the sale of an apple for 10 cents. */
class OnePipeline {
  readonly slices: Slice[] = [];
  readonly views: ServedView[] = [];
  readonly #truths: Truth[] = [];
  #head: Head = { ...newHead('lambda-1', 1, [0], builtinQuestions), epoch: 1, segments: [{ epoch: 1, after: 0 }] };

  readonly store = {
    readHeads: async () => ({
      live: 'lambda-1',
      generation: 0,
      forced: 0,
      previous: null,
      nextIncarnation: 2,
      heads: new Map([['lambda-1', this.#head]]),
    }),
    readSlices: async (_incarnation: number, _question: string, after: number, upTo: number) => {
      return this.slices.filter(({ number }) => number > after && number <= upTo);
    },
    readTruth: async (_incarnation: number, number: number) => this.#truths.find((truth) => truth.number === number),
    replaceView: async (view: ServedView) => {
      this.views.push(view);
    },
  } as Partial<ServingStore> as ServingStore;

  readonly publishing = {
    store: this.store,
    question: itemsSold.name,
    clock: { nowMs: () => 0, sleep: async () => {} },
    hold: async () => {},
  };

  commit(sold: number): void {
    const from = this.#head.position;
    const until = [from[0]! + sold];
    const number = this.#head.number + 1;
    this.slices.push({
      ...{ incarnation: 1, epoch: 1, number, question: itemsSold.name, from, until, messages: sold, rejected: 0 },
      ...{ leastEventMs: 0, greatestEventMs: 0, sums: sums(sold) },
    });
    this.#head = { ...this.#head, number, position: until };
  }

  tellTruth(number: number, position: readonly number[]): void {
    const [messages] = position;
    this.#truths.push({
      ...{ incarnation: 1, number, question: itemsSold.name, position, messages: messages! },
      ...{ rejected: 0, repeats: 0, sums: sums(messages!) },
    });
  }
}

function sums(sold: number) {
  return new Map([['["apple"]', [BigInt(sold), BigInt(sold * 10)]]]);
}
