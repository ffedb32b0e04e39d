// Goal: events go out at the wanted rate, each index once, and the ledger says what became of them.
// Method: a clock by hand, and a producer that acknowledges, delays or refuses as told.
import { describe, expect, it } from 'vitest';
import { evenPace, paceOf } from '../../generator/days.js';
import type { Producer } from '../../generator/kafka/producer.js';
import type { RecordBatch } from '../../generator/kafka/record-batch.js';
import type { LedgerEntry } from '../../generator/ledger.js';
import type { LedgerBook } from '../../generator/ledger-file.js';
import { newProgress, type ProducePlan, produceEvents, type WantedArrivals } from '../../generator/produce-events.js';
import type { Clock } from '../../src/runtimes/ports.js';

const plan: ProducePlan = {
  seed: 7,
  knobs: { late: 0, duplicate: 0, malformed: 0 },
  events: undefined,
  timeline: undefined,
  pace: evenPace,
};

/** A run by hand: time passes only in sleeps, and at most until `untilMs`; then the run is told to stop. */
function setUp(options: { untilMs: number; wanted?: (nowMs: number) => WantedArrivals; next?: number }) {
  const stop = new AbortController();
  let nowMs = 1_000_000;
  const startMs = nowMs;
  const clock: Clock = {
    nowMs: () => nowMs,
    async sleep(ms) {
      nowMs += ms;
      if (nowMs - startMs >= options.untilMs) stop.abort();
    },
  };
  const sends: { atMs: number; events: number }[] = [];
  const producer: Producer & { answer: (send: number) => Promise<void> } = {
    partitions: 4,
    sendsInFlight: 5,
    answer: async () => {},
    async send(batches: readonly RecordBatch[]) {
      sends.push({ atMs: nowMs - startMs, events: batches.reduce((sum, batch) => sum + batch.messages, 0) });
      await producer.answer(sends.length - 1);
      return batches.map(({ partition }) => ({ partition, baseOffset: 0 }));
    },
    async [Symbol.asyncDispose]() {},
  };
  const ledger = newBook(options.next ?? 0);
  const wanted = () => options.wanted?.(nowMs - startMs) ?? { ratePerSecond: 1000, paused: false };
  const said: string[] = [];
  const ports = { producer, ledger, clock, wanted, stop: stop.signal, say: (line: string) => void said.push(line) };
  const progress = newProgress(ledger.next);
  const run = (changes: Partial<ProducePlan> = {}) => produceEvents({ ...plan, ...changes }, ports, progress);
  return { run, sends, ledger, producer, progress, said, clock, stop };
}

function newBook(next: number): LedgerBook & { entries: LedgerEntry[]; reserved: number; failure: Error | undefined } {
  const entries: LedgerEntry[] = [];
  const count = (type: LedgerEntry['type']) =>
    entries.reduce((sum, entry) => sum + (entry.type === type ? entry.until - entry.from : 0), 0);
  const book = {
    next,
    entries,
    reserved: next,
    failure: undefined as Error | undefined,
    get acknowledged() {
      return count('acknowledged');
    },
    get inDoubt() {
      return count('in-doubt');
    },
    reserve(until: number, ahead: number) {
      if (until <= book.reserved) return undefined;
      return Promise.resolve().then(() => {
        if (book.failure !== undefined) throw book.failure;
        book.reserved = until + ahead;
      });
    },
    note: (entry: LedgerEntry) => void entries.push(entry),
  };
  return book;
}

/** Each index from `from` up to `until` is in exactly one entry. */
function expectEachOnce(entries: readonly LedgerEntry[], from: number, until: number): void {
  let next = from;
  for (const entry of [...entries].sort((a, b) => a.from - b.from)) {
    expect(entry.from).toBe(next);
    next = entry.until;
  }
  expect(next).toBe(until);
}

describe('producing', () => {
  it('sends at the wanted rate, ten milliseconds apart', async () => {
    const { run, sends, ledger } = setUp({ untilMs: 1000 });
    await run();
    expect(sends.slice(0, 3)).toEqual([10, 20, 30].map((atMs) => ({ atMs, events: 10 })));
    expect(ledger.acknowledged).toBe(990);
    expectEachOnce(ledger.entries, 0, 990);
  });

  it('sends as days go: as many in a day of a minute as at an even rate, fewest at night and most at noon', async () => {
    const { run, sends, clock } = setUp({ untilMs: 60_000 });
    const startMs = clock.nowMs();
    await run({ pace: paceOf(60_000) });
    const between = (fromHour: number, untilHour: number) =>
      sends
        .filter(({ atMs }) => {
          const hour = (((startMs + atMs) % 60_000) / 60_000) * 24;
          return hour >= fromHour && hour < untilHour;
        })
        .reduce((sum, { events }) => sum + events, 0);
    expect(between(0, 24)).toBeGreaterThan(59_700);
    expect(between(0, 24)).toBeLessThanOrEqual(60_000);
    expect(between(12, 14) / between(2, 4)).toBeCloseTo((21 + 19) / (1 + 1), 0);
  });

  it('follows a change of the rate, and a pause, within a tenth of a second', async () => {
    const wanted = (ms: number) => ({ ratePerSecond: ms < 1000 ? 100 : 5000, paused: ms >= 2000 && ms < 3000 });
    const { run, sends } = setUp({ untilMs: 4000, wanted });
    await run();
    const during = (fromMs: number, untilMs: number) =>
      sends.reduce((sum, send) => sum + (send.atMs > fromMs && send.atMs <= untilMs ? send.events : 0), 0);
    expect(during(0, 1000)).toBeGreaterThan(95);
    expect(during(0, 1000)).toBeLessThanOrEqual(100);
    expect(during(1100, 2000)).toBeGreaterThan(4400);
    expect(during(2000, 3000)).toBe(0);
    expect(during(3100, 4000)).toBeGreaterThan(4300);
    expect(during(3100, 4000)).toBeLessThan(4600);
  });

  it('stops by itself when so many events are acknowledged, not one more', async () => {
    const { run, ledger, progress } = setUp({ untilMs: 60_000 });
    await run({ events: 1234 });
    expect(ledger.acknowledged).toBe(1234);
    expect(progress).toMatchObject({ sent: 1234, acknowledged: 1234, nextIndex: 1234 });
  });

  it('makes up for events in doubt with new ones, and never sends an index again', async () => {
    const { run, ledger, producer, progress, said } = setUp({ untilMs: 60_000 });
    producer.answer = async (send) => {
      if (send % 10 === 3) throw new Error('gone');
    };
    await run({ events: 1000 });
    expect(ledger.acknowledged).toBe(1000);
    expect(ledger.inDoubt).toBeGreaterThan(90);
    expectEachOnce(ledger.entries, 0, progress.nextIndex);
    expect(progress.inDoubt).toBe(ledger.inDoubt);
    expect(said[0]).toBe('events 30 to 39 are in doubt: gone');
  });

  it('goes on from the index after the ledger’s', async () => {
    const { run, ledger } = setUp({ untilMs: 100, next: 5000 });
    await run();
    expectEachOnce(ledger.entries, 5000, 5090);
  });

  it('has at most five sends under way, and catches up with one second of a hold-up', async () => {
    const { run, producer, progress, clock, sends } = setUp({ untilMs: 10_000 });
    let underWay = 0;
    let most = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    producer.answer = async (send) => {
      most = Math.max(most, ++underWay);
      // The first five hang, and so nothing happens, until four seconds have passed.
      if (send === 4) await clock.sleep(4000).then(release);
      if (send < 5) await held;
      underWay--;
    };
    await run();
    expect(most).toBe(5);
    expect(progress.forgone).toBe(3000);
    expect(progress.sent + progress.forgone).toBe(9990);
    expect(Math.max(...sends.map(({ events }) => events))).toBeLessThanOrEqual(1000);
  });

  it('reserves before it sends', async () => {
    const { run, ledger, producer } = setUp({
      untilMs: 3000,
      wanted: () => ({ ratePerSecond: 50_000, paused: false }),
    });
    let sent = 0;
    const send = producer.send.bind(producer);
    Object.assign(producer, {
      send(batches: readonly RecordBatch[]) {
        sent += batches.reduce((sum, batch) => sum + batch.messages, 0);
        expect(ledger.reserved).toBeGreaterThanOrEqual(sent);
        return send(batches);
      },
    });
    await run();
    expect(sent).toBeGreaterThan(100_000);
  });

  it('fails when nothing can be reserved, after what is in flight', async () => {
    const { run, ledger, producer, sends } = setUp({ untilMs: 60_000 });
    let answered = 0;
    producer.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      answered++;
      ledger.failure = new Error('disk full');
    };
    await expect(run()).rejects.toThrow('disk full');
    expect(answered).toBe(sends.length);
    expectEachOnce(ledger.entries, 0, ledger.acknowledged);
  });

  it('notes repeats and broken messages, and where all of them are', async () => {
    const { run, ledger, progress } = setUp({ untilMs: 60_000 });
    await run({ events: 2000, knobs: { late: 0, duplicate: 0.1, malformed: 0.2 } });
    expect(progress.repeats).toBeGreaterThan(150);
    expect(progress.broken).toBeGreaterThan(300);
    const entries = ledger.entries.filter((entry) => entry.type === 'acknowledged');
    expect(entries.reduce((sum, entry) => sum + entry.messages, 0)).toBe(2000 + progress.repeats + progress.broken);
    for (const { offsets, messages } of entries) {
      expect(Object.values(offsets).reduce((sum, [, count]) => sum + count, 0)).toBe(messages);
    }
  });
});
