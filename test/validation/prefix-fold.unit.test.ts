/**
 * Goal: the truth at a head's position is the fold of exactly the messages below it, in every partition (rule 15), with
 * a buffer that stays bounded and never gets stuck.
 * Method: a log and the heads over it, by hand and at random; the expected counts are taken from the log's lists.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemsSold } from '../../src/questions/builtin.js';
import type { Message } from '../../src/runtimes/ports.js';
import { type Prefix, PrefixFold, type Target } from '../../src/validation/prefix-fold.js';
import { RepeatWindow } from '../../src/validation/repeats.js';

describe('PrefixFold', () => {
  it('counts what lies below the head, and nothing of what was read beyond it', () => {
    const fold = open([0, 0]);
    fold.add([...messages(0, 0, 5), ...messages(1, 0, 3)]);
    fold.aim({ number: 1, position: [3, 1] });
    expect(truth(fold)).toEqual({ number: 1, position: [3, 1], messages: 4, sold: 4n });
    expect(truth(fold)).toBeUndefined();
  });

  it('says nothing of a head that it has not reached in every partition', () => {
    const fold = open([0, 0]);
    fold.add(messages(0, 0, 5));
    fold.aim({ number: 1, position: [1, 1] });
    expect(truth(fold)).toBeUndefined();
    fold.add(messages(1, 0, 1));
    expect(truth(fold)).toMatchObject({ position: [1, 1], sold: 2n });
  });

  it('counts rejected messages and repeated events apart', () => {
    const fold = open([0]);
    const values = [event('a'), event('a'), null, '{"kind":1}', event('b')];
    fold.add(values.map((value, offset) => message(0, offset, value)));
    fold.aim({ number: 1, position: [5] });
    expect(fold.advance(() => {})).toMatchObject({ messages: 5, rejected: 2, repeats: 1 });
  });

  it('gives each counted event on, once and with its place', () => {
    const fold = open([0]);
    fold.add([message(0, 0, event('a')), message(0, 1, null), message(0, 2, event('b'))]);
    fold.aim({ number: 1, position: [3] });
    const seen: unknown[] = [];
    fold.advance(({ event_id }, { offset }) => seen.push([event_id, offset]));
    expect(seen).toEqual([
      ['a', 0],
      ['b', 2],
    ]);
  });

  it('goes on from a truth that is known', () => {
    const known: Prefix = {
      position: [7, 2],
      messages: 9,
      rejected: 1,
      repeats: 0,
      tables: [new Map([['["apple"]', [8n, 800n]]])],
    };
    const fold = new PrefixFold([itemsSold], known, [5, 2]);
    expect(fold.nextToRead).toEqual([5, 2]);
    fold.add([...messages(0, 5, 2), message(0, 7, event('0-6')), ...messages(1, 2, 1)]);
    fold.aim({ number: 5, position: [8, 3] });
    expect(fold.counts()).toMatchObject({ position: [7, 2], messages: 9 });
    expect(truth(fold)).toEqual({ number: 5, position: [8, 3], messages: 11, sold: 10n });
    expect(fold.counts().repeats, 'an event that was counted before the start came again').toBe(1);
  });

  it('refuses a gap in the log, and a head that goes back', () => {
    const fold = open([0]);
    fold.add(messages(0, 0, 2));
    expect(() => fold.add(messages(0, 3, 1))).toThrow('offset 3 came where 2 belongs');
    fold.aim({ number: 2, position: [2] });
    expect(() => fold.aim({ number: 3, position: [1] })).toThrow('went back');
  });

  it('waits when the buffer is full and no head is there, and reads on when one is', () => {
    const fold = open([0], 3_000);
    fold.add(messages(0, 0, 50));
    expect(fold.wish).toBe('wait');
    expect(fold.bufferedBytes).toBeLessThanOrEqual(3_000);
    fold.aim({ number: 1, position: [50] });
    fold.advance(() => {});
    expect(fold.wish).toBe('reopen');
  });

  it('reaches every head, exactly, whatever the skew and however small the buffer', () => {
    fc.assert(
      fc.property(anyRun, ({ lengths, heads, bytesMax, chunk }) => {
        const log = lengths.map((length, partition) => messages(partition, 0, length));
        const fold = open(
          lengths.map(() => 0),
          bytesMax,
        );
        const waiting: Target[] = headsOver(lengths, heads);
        const last = waiting.at(-1)!;
        const position = lengths.map(() => 0);
        for (let step = 0; step < 10_000; step++) {
          if (step % 3 === 0 && waiting.length > 0) fold.aim(waiting.shift()!);
          const reached = truth(fold);
          if (reached !== undefined) {
            const below = reached.position.reduce((sum, offset) => sum + offset, 0);
            expect(reached).toMatchObject({ messages: below, sold: BigInt(below) });
            if (reached.number === last.number) return;
            continue;
          }
          expect(fold.bufferedBytes).toBeLessThanOrEqual(bytesMax + chunk * lengths.length * 600);
          if (fold.wish === 'wait') continue;
          if (fold.wish === 'reopen') {
            fold.nextToRead.forEach((offset, partition) => {
              position[partition] = offset;
            });
            fold.reopened();
          }
          for (const [partition, list] of log.entries()) {
            fold.add(list.slice(position[partition]!, position[partition]! + chunk));
            position[partition] = Math.min(position[partition]! + chunk, list.length);
          }
        }
        expect.fail(`never reached head ${last.number}`);
      }),
    );
  });
});

describe('RepeatWindow', () => {
  it('knows an id again within the window', () => {
    const window = new RepeatWindow(3);
    expect(['a', 'b', 'a', 'c', 'd', 'b'].map((id) => window.isRepeat(id))).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it('forgets what is older than two windows', () => {
    const window = new RepeatWindow(2);
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) window.isRepeat(id);
    expect(window.isRepeat('a')).toBe(false);
  });
});

const anyRun = fc.record({
  lengths: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 3 }),
  heads: fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 3, maxLength: 3 }), { maxLength: 12 }),
  bytesMax: fc.integer({ min: 0, max: 8_000 }),
  chunk: fc.integer({ min: 1, max: 30 }),
});

/** Heads that go forward by the given steps and end at the end of the log. */
function headsOver(lengths: readonly number[], steps: readonly (readonly number[])[]): Target[] {
  const position = lengths.map(() => 0);
  const targets = steps.map((step, i) => {
    lengths.forEach((length, p) => {
      position[p] = Math.min(length, position[p]! + step[p]!);
    });
    return { number: i + 1, position: [...position] };
  });
  return [...targets, { number: steps.length + 1, position: lengths }];
}

function open(start: readonly number[], bytesMax?: number): PrefixFold {
  const origin: Prefix = { position: start, messages: 0, rejected: 0, repeats: 0, tables: [new Map()] };
  return new PrefixFold([itemsSold], origin, start, bytesMax);
}

function truth(fold: PrefixFold) {
  const reached = fold.advance(() => {});
  if (reached === undefined) return undefined;
  const sold = reached.tables[0]!.get('["apple"]')?.[0] ?? 0n;
  return { number: reached.number, position: reached.position, messages: reached.messages, sold };
}

function messages(partition: number, from: number, count: number): Message[] {
  return Array.from({ length: count }, (_, i) => message(partition, from + i, event(`${partition}-${from + i}`)));
}

function message(partition: number, offset: number, value: string | null): Message {
  return { partition, offset, timestampMs: 0, value: value === null ? null : Buffer.from(value) };
}

function event(id: string): string {
  return JSON.stringify({
    event_id: id,
    kind: 'sale',
    purchase_id: 'p',
    purchase_index: 1,
    snack_automat_id: 'SNACK--1',
    item: 'apple',
    slot: 1,
    customer_id: 1,
    healthy: true,
    price_cents: 100,
    cost_cents: 50,
    timestamp: 1,
  });
}
