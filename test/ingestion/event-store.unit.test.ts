/** Goal: what the log acknowledged is accepted at its place, what it did not is never; requests travel together, in order. */
import { describe, expect, it } from 'vitest';
import type { Placement } from '../../generator/kafka/producer.js';
import type { RecordBatch } from '../../generator/kafka/record-batch.js';
import { openEventStore } from '../../src/ingestion/event-store.js';
import type { KeyedEvent } from '../../src/ingestion/judge-events.js';
import { mayBeRepeated, replyOf, statusOf } from '../../src/ingestion/outcome.js';

interface Pending {
  readonly batches: readonly RecordBatch[];
  acknowledge(base?: number): void;
  fail(): void;
}

/** A log that answers when it is told to. */
function setUp(sendsInFlight = 1, waitMsMax = 60_000) {
  const pending: Pending[] = [];
  const producer = {
    sendsInFlight,
    send: (batches: readonly RecordBatch[]) =>
      new Promise<readonly Placement[]>((resolve, reject) =>
        pending.push({
          batches,
          acknowledge: (base = 100) => resolve(batches.map(({ partition }) => ({ partition, baseOffset: base }))),
          fail: () => reject(new Error('the broker is gone')),
        }),
      ),
  };
  const clock = { nowMs: 1 };
  return { pending, clock, store: openEventStore({ producer, waitMsMax, nowMs: () => clock.nowMs }) };
}

const event = (partition: number, bytes = 10): KeyedEvent => ({
  partition,
  key: Buffer.from('SNACK--1'),
  value: Buffer.alloc(bytes, 0x61),
});
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('the store of events', () => {
  it('tells each event its place, and nothing before the log has acknowledged', async () => {
    const { store, pending } = setUp();
    let isAnswered = false;
    const stored = store.store([event(1), event(0), event(1)]).finally(() => {
      isAnswered = true;
    });
    await turn();
    expect([isAnswered, pending.length, pending[0]!.batches.length]).toEqual([false, 1, 2]);
    pending[0]!.acknowledge();
    expect(await stored).toEqual([
      { state: 'accepted', partition: 1, offset: 100 },
      { state: 'accepted', partition: 0, offset: 100 },
      { state: 'accepted', partition: 1, offset: 101 },
    ]);
  });

  it('lets requests that wait travel together, behind what is under way', async () => {
    const { store, pending } = setUp();
    const first = store.store([event(0)]);
    await turn();
    const later = [store.store([event(0), event(0)]), store.store([event(0)])];
    await turn();
    expect(pending).toHaveLength(1);
    pending[0]!.acknowledge(0);
    await first;
    await turn();
    expect(pending[1]!.batches.map(({ messages }) => messages)).toEqual([3]);
    pending[1]!.acknowledge(1);
    expect((await Promise.all(later)).flat().map((state) => ('offset' in state ? state.offset : state))).toEqual([
      1, 2, 3,
    ]);
  });

  it('cuts batches below what a broker takes', async () => {
    const { store, pending } = setUp(10);
    const stored = store.store(Array.from({ length: 8 }, () => event(0, 200 << 10)));
    await turn();
    for (const { batches } of pending) expect(batches[0]!.length).toBeLessThan(1_000_000);
    for (const [i, one] of pending.entries()) one.acknowledge(i * 10);
    expect((await stored).map(({ state }) => state)).toEqual(new Array(8).fill('accepted'));
    expect(pending.length).toBeGreaterThan(1);
  });

  it('does not know what became of events whose send failed, and goes on', async () => {
    const { store, pending } = setUp();
    const lost = store.store([event(0)]);
    await turn();
    pending[0]!.fail();
    expect(await lost).toEqual([{ state: 'unknown', reason: expect.stringContaining('the broker is gone') }]);
    expect(store.lastFailure()).toBe('the broker is gone');
    const next = store.store([event(0)]);
    await turn();
    pending[1]!.acknowledge(-1);
    // A broker that knew the send already does not say where it is.
    expect(await next).toEqual([{ state: 'accepted', partition: 0, offset: null }]);
    expect(store.lastFailure()).toBeUndefined();
  });

  it('says nothing of now by a failure of long ago, so that nobody is turned away for ever', async () => {
    const { store, pending, clock } = setUp();
    const lost = store.store([event(0)]);
    await turn();
    pending[0]!.fail();
    await lost;
    clock.nowMs += 5_000;
    expect(store.lastFailure()).toBe('the broker is gone');
    clock.nowMs += 10_000;
    expect(store.lastFailure()).toBeUndefined();
  });

  it('has not sent what waited for too long, nor what waits when it ends', async () => {
    const { store, pending } = setUp(1, 20);
    const underWay = store.store([event(0)]);
    await turn();
    expect(await store.store([event(0)])).toEqual([{ state: 'unsent', reason: expect.stringContaining('not stored') }]);
    const waiting = store.store([event(0)]);
    const closed = store[Symbol.asyncDispose]();
    expect(await waiting).toMatchObject([{ state: 'unsent' }]);
    pending[0]!.acknowledge();
    expect(await underWay).toMatchObject([{ state: 'accepted' }]);
    await closed;
    expect(await store.store([event(0)])).toMatchObject([{ state: 'unsent' }]);
    expect(pending).toHaveLength(1);
  });
});

describe('an answer', () => {
  const accepted = { state: 'accepted', partition: 0, offset: 1 } as const;
  const [refused, unsent, unknown] = (['refused', 'unsent', 'unknown'] as const).map((state) => ({
    state,
    reason: 'r',
  }));

  it.each([
    [[], 200],
    [[accepted], 200],
    [[accepted, refused!], 207],
    [[refused!], 422],
    [[accepted, unsent!], 503],
    [[refused!, unknown!], 503],
  ])('has a status that says whether all is well: %j', (events, status) => {
    expect(statusOf(replyOf(events))).toBe(status);
  });

  it('may be asked for again only where nothing of it is or may be in the log', () => {
    expect(mayBeRepeated(replyOf([unsent!, refused!]))).toBe(true);
    expect(mayBeRepeated(replyOf([unsent!, accepted]))).toBe(false);
    expect(mayBeRepeated(replyOf([unsent!, unknown!]))).toBe(false);
  });
});
