/**
 * Goal: an answer made of a remembered one is the answer that a reader without memory gets. One that remembers is asked only
 * for what is new; one that reads again also sees what the store was never meant to change.
 * Method: random lives of one pipeline (slices, take-overs that leave orphans, bases, folds, a dropped pipeline), read by all
 * after each step; and the store's own account of what it was asked.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtinQuestions, itemsSold } from '../../src/questions/builtin.js';
import type { Base, ServingStore, Slice } from '../../src/runtimes/ports.js';
import { epochOf, type Head, type Heads, mergedNumber, newHead } from '../../src/serving/head.js';
import { merge } from '../../src/serving/merge.js';
import { readAnswer, readAnswerAt } from '../../src/serving/read-answer.js';
import { rememberingStore } from '../../src/serving/remembering-store.js';
import { rereadingStore } from '../../src/serving/rereading-store.js';

const clock = { sleep: async () => {} };
const read = (store: ServingStore) => readAnswer(store, itemsSold.name, clock);

type Step = readonly ['slice', { readonly orphan: boolean; readonly sold: Record<string, number> }] | readonly [Other];
type Other = 'read' | 'read an older head' | 'take-over' | 'base' | 'fold' | 'new pipeline';

const sold = fc.dictionary(fc.constantFrom('apple', 'bar', 'chips', 'water'), fc.integer({ min: 1, max: 9 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('slice' as const), fc.record({ orphan: fc.boolean(), sold })) },
  { weight: 4, arbitrary: fc.constantFrom<Step>(['read'], ['read'], ['read an older head']) },
  { weight: 2, arbitrary: fc.constantFrom<Step>(['take-over'], ['base'], ['fold']) },
  { weight: 1, arbitrary: fc.constant<Step>(['new pipeline']) },
);

describe('rememberingStore', () => {
  it('answers as a store without memory does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const lab = new Pipeline();
        const readers = [rememberingStore(lab.store), rereadingStore(lab.store)];
        const readByAll = async () => {
          for (const reader of readers) expect(await read(reader)).toEqual(await read(lab.store));
        };
        for (const one of steps) {
          if (one[0] === 'read an older head') {
            const heads = lab.olderHeads();
            const answer = await readAnswerAt(lab.store, heads, itemsSold.name);
            for (const reader of readers) expect(await readAnswerAt(reader, heads, itemsSold.name)).toEqual(answer);
          } else if (one[0] !== 'read') lab.take(one);
          else await readByAll();
        }
        await readByAll();
      }),
    );
  });

  it('asks only for what is new', async () => {
    const lab = new Pipeline();
    const store = rememberingStore(lab.store);
    for (const apple of [1, 2, 3]) lab.commit({ apple });
    await read(store);
    lab.commit({ apple: 4 });
    expect(await read(store)).toMatchObject({ slices: 4, merged: new Map([['["apple"]', [10n, 100n]]]) });
    await read(store);
    expect(lab.asked).toEqual(['slices 1 to 3', 'slices 4 to 4']);
  });

  it('reads the base once, and what comes after it', async () => {
    const lab = new Pipeline();
    const store = rememberingStore(lab.store);
    for (const apple of [1, 2]) lab.commit({ apple });
    lab.take(['base']);
    lab.commit({ apple: 3 });
    await read(store);
    lab.commit({ apple: 4 });
    await read(store);
    expect(lab.asked).toEqual(['base 1', 'slices 2 to 3', 'slices 4 to 4']);
  });

  it('keeps the later answer when an earlier one is asked for', async () => {
    const lab = new Pipeline();
    const store = rememberingStore(lab.store);
    for (const apple of [1, 2, 3, 4]) lab.commit({ apple });
    await read(store);
    await readAnswerAt(store, lab.olderHeads(), itemsSold.name);
    lab.asked.length = 0;
    lab.commit({ apple: 5 });
    expect(await read(store)).toMatchObject({ messages: 15 });
    expect(lab.asked).toEqual(['slices 5 to 5']);
  });

  it('forgets an answer that nothing fits to, and reads all of it again', async () => {
    const lab = new Pipeline();
    const store = rememberingStore(lab.store);
    lab.commit({ apple: 1 });
    await read(store);
    lab.commit({ apple: 2 });
    const [gone] = lab.slices.splice(1);
    expect(await read(store)).toMatchObject({ unknown: expect.stringContaining('slice 2 is missing') });
    lab.slices.push(gone!);
    lab.asked.length = 0;
    expect(await read(store)).toMatchObject({ messages: 3 });
    expect(lab.asked).toEqual(['slices 1 to 2']);
  });
});

describe('rereadingStore', () => {
  const labOf = async (...apples: readonly number[]) => {
    const lab = new Pipeline();
    const store = rereadingStore(lab.store);
    for (const apple of apples) lab.commit({ apple });
    await read(store);
    lab.asked.length = 0;
    return { lab, store };
  };

  it('asks for all that there is each time, and adds up only what is new', async () => {
    const { lab, store } = await labOf(1, 2, 3);
    const answer = await read(store);
    lab.commit({ apple: 4 });
    // The very tables that were added up already: what is in them is not looked at again.
    for (const slice of lab.slices.slice(0, 3)) (slice.sums as Map<string, unknown>).clear();
    expect(await read(store)).toMatchObject({ slices: 4, merged: new Map([['["apple"]', [10n, 100n]]]) });
    expect(answer).toMatchObject({ merged: new Map([['["apple"]', [6n, 60n]]]) });
    expect(lab.asked).toEqual(['slices 1 to 3', 'slices 1 to 4']);
  });

  it.each([
    ['other sums', (slice: Slice) => ({ ...slice, sums: new Map([['["apple"]', [7n, 70n]]]) })],
    ['another place', (slice: Slice) => ({ ...slice, from: [slice.from[0]! + 1] })],
    ['another count', (slice: Slice) => ({ ...slice, messages: slice.messages + 1 })],
    ['another writer', (slice: Slice) => ({ ...slice, epoch: slice.epoch + 1 })],
  ])('sees a slice that has %s by now', async (_, change) => {
    const { lab, store } = await labOf(1, 2, 3);
    lab.slices.splice(1, 1, change(lab.slices[1]!) as Slice);
    const seen = await read(store);
    expect(seen).toEqual(await read(lab.store));
    expect(seen).not.toMatchObject({ merged: new Map([['["apple"]', [6n, 60n]]]) });
  });

  it('sees a base and a fold that have other sums by now', async () => {
    const { lab, store } = await labOf(1, 2, 3, 4);
    lab.take(['base']);
    lab.take(['fold']);
    await read(store);
    for (const index of [0, 1]) {
      const { sums, ...base } = lab.bases[index]!;
      lab.bases[index] = { ...base, sums: new Map([...sums].map(([key]) => [key, [50n, 500n]])) };
      const seen = await read(store);
      expect(seen).toEqual(await read(lab.store));
      expect(seen).not.toMatchObject({ merged: new Map([['["apple"]', [10n, 100n]]]) });
    }
  });

  it('sees that the head names the slices of another writer by now', async () => {
    const { lab, store } = await labOf(1, 2, 3);
    lab.forgetSegments();
    expect(await read(store)).toMatchObject({ unknown: expect.stringContaining('slice 1 is missing') });
  });

  it('sees a slice that is gone', async () => {
    const { lab, store } = await labOf(1, 2, 3);
    lab.slices.splice(0, 1);
    expect(await read(store)).toMatchObject({ unknown: expect.stringContaining('slice 1 is missing') });
  });
});

/** One pipeline over one partition; every event is the sale of something for 10 cents. It keeps all that it ever wrote. */
class Pipeline {
  readonly slices: Slice[] = [];
  readonly asked: string[] = [];
  readonly bases: Base[] = [];
  #head = firstHead(1);

  readonly #earlier: Head[] = [this.#head];

  readonly store = {
    readHeads: async () => headsOf(this.#head),
    readBase: async (kind: Base['kind'], incarnation: number, id: number) => {
      this.asked.push(`${kind} ${id}`);
      return this.bases.find((one) => one.kind === kind && one.incarnation === incarnation && one.id === id);
    },
    readSlices: async (of: number, _question: string, after: number, upTo: number) => {
      this.asked.push(`slices ${after + 1} to ${upTo}`);
      return this.slices
        .filter(({ incarnation, number }) => incarnation === of && number > after && number <= upTo)
        .sort((a, b) => a.number - b.number);
    },
  } as Partial<ServingStore> as ServingStore;

  /** As whoever looked at them half of this life ago has them. */
  olderHeads(): Heads {
    return headsOf(this.#earlier[Math.floor(this.#earlier.length / 2)]!);
  }

  take([what, slice]: Step): void {
    this.#earlier.push(this.#head);
    const { incarnation, epoch, segments, number } = this.#head;
    if (what === 'slice' && slice.orphan) this.#write(slice.sold);
    else if (what === 'slice') this.commit(slice.sold);
    else if (what === 'take-over') {
      // Whoever took over goes on under a number that an orphan of the epoch before may have.
      this.#head = { ...this.#head, epoch: epoch + 1, segments: [...segments, { epoch: epoch + 1, after: number }] };
    } else if (what === 'new pipeline') this.#head = firstHead(incarnation + 1);
    else if (what === 'base' || what === 'fold') this.#publish(what);
  }

  /** What no writer may do: the head names its newest segment only. */
  forgetSegments(): void {
    const { epoch, number } = this.#head;
    this.#head = { ...this.#head, epoch: epoch + 1, segments: [{ epoch: epoch + 1, after: number }] };
  }

  commit(sold: Record<string, number>): void {
    const { number, incarnation, epoch } = this.#head;
    // What an orphan of this very epoch holds cannot be another slice: it is never written twice (protocol rule 1).
    const own = this.slices.findIndex(
      (one) => one.incarnation === incarnation && one.epoch === epoch && one.number === number + 1,
    );
    if (own !== -1) this.slices.splice(own, 1);
    this.#write(sold);
    this.#earlier.push(this.#head);
    this.#head = { ...this.#head, number: number + 1, position: this.slices.at(-1)!.until };
  }

  #write(sold: Record<string, number>): void {
    const { incarnation, epoch, number, position } = this.#head;
    const messages = Object.values(sold).reduce((sum, one) => sum + one, 0);
    if (this.slices.some((one) => one.incarnation === incarnation && one.epoch === epoch && one.number === number + 1))
      return;
    this.slices.push({
      ...{ incarnation, epoch, number: number + 1, question: itemsSold.name, from: position },
      ...{ until: [position[0]! + messages], messages, rejected: 0, leastEventMs: 0, greatestEventMs: 0 },
      sums: new Map(Object.entries(sold).map(([item, n]) => [JSON.stringify([item]), [BigInt(n), BigInt(10 * n)]])),
    });
  }

  /** A base of all up to some slice, or a fold of what follows the base. */
  #publish(kind: Base['kind']): void {
    const { incarnation, baseId, baseCut, position } = this.#head;
    const number = Math.floor((this.#head.number + mergedNumber(this.#head)) / 2);
    const id = this.bases.length + 1;
    const [until, sums] = this.#prefix(number, kind);
    const from = kind === 'base' ? [0] : baseCut;
    const messages = until[0]! - from[0]!;
    this.bases.push({
      kind,
      incarnation,
      id,
      question: itemsSold.name,
      number,
      from,
      until,
      messages,
      rejected: 0,
      sums,
    });
    const noFold = { foldId: 0, foldNumber: 0 };
    const moved =
      kind === 'base'
        ? { baseId: id, baseNumber: number, baseCut: until, ...noFold }
        : { foldId: id, foldNumber: number };
    this.#head = { ...this.#head, baseId, position, ...moved };
  }

  #prefix(upTo: number, kind: Base['kind']) {
    const start = kind === 'base' ? { baseId: 0, baseNumber: 0, baseCut: [0] } : {};
    const head: Head = { ...this.#head, baseId: 0, foldId: 0, foldNumber: 0, ...start };
    const from = kind === 'base' ? 0 : head.baseNumber;
    const slices = this.slices
      .filter(({ incarnation, number }) => incarnation === head.incarnation && number > from)
      .filter(({ epoch, number }) => epoch === epochOf(head, number))
      .sort((a, b) => a.number - b.number);
    const position = slices.find(({ number }) => number === upTo)?.until ?? head.baseCut;
    const earlier = { ...head, origin: head.baseCut, number: upTo, position };
    const answer = merge(earlier, itemsSold, { base: undefined, fold: undefined, slices });
    if ('unknown' in answer) throw new Error(answer.unknown);
    return [answer.position, answer.realTime] as const;
  }
}

function headsOf(head: Head): Heads {
  const readers = { live: 'lambda-1', generation: 0, forced: 0, previous: null, nextIncarnation: 2 };
  return { ...readers, heads: new Map([['lambda-1', head]]) };
}

function firstHead(incarnation: number): Head {
  const head = newHead('lambda-1', incarnation, [0], builtinQuestions);
  return { ...head, epoch: 1, segments: [{ epoch: 1, after: 0 }] };
}
