/**
 * Goal: no version costs another its truth: what fails ends alone and is tried again, what is lost is skipped and said
 * once, and raw events have a keeper as long as anything is followed.
 * Method: heads over a log of lists whose start is moved by hand; a virtual clock that ends the run.
 */
import { describe, expect, it } from 'vitest';
import { LabError } from '../../src/errors.js';
import { itemsSold } from '../../src/questions/builtin.js';
import type { Log, Message, ServiceReport, ServingStore, Truth } from '../../src/runtimes/ports.js';
import { type Head, newHead } from '../../src/serving/head.js';
import type { RawEventsState } from '../../src/validation/raw-events.js';
import { superviseValidations } from '../../src/validation/supervise.js';
import { validate } from '../../src/validation/validator.js';

describe('superviseValidations', () => {
  it('skips a version whose origin is gone from the log, says so once, and goes on with the live one', async () => {
    const lab = new SmallLab([headAt('kappa-1', 1, 3, [9]), headAt('kappa-2', 2, 9, [9])], 'kappa-2', 4);
    lab.truths.push(truthAt(2, 5, [5]));
    await lab.run(30_000);
    expect(lab.truths.filter(({ incarnation }) => incarnation === 2).at(-1)).toMatchObject({ number: 9, messages: 9 });
    expect(lab.truths.filter(({ incarnation }) => incarnation === 1)).toEqual([]);
    const skipped = lab.lines.filter((line) => line.includes('kappa-1') && line.includes('unknown'));
    expect(skipped).toEqual([
      'kappa-1: its truth stays unknown: the log lacks what it has to count (cause: partition 0 begins at 4, not 0) (skipped)',
    ]);
    expect(lab.reports.get('validation-kappa-1')?.report).toMatchObject({ incarnation: 1 });
    expect(lab.reports.get('validation-kappa-1')?.report.unknown).toContain('partition 0 begins at 4');
  });

  it('follows a version anew that took the name of a skipped one', async () => {
    const lab = new SmallLab([headAt('kappa-1', 1, 3, [9])], 'kappa-1', 4);
    lab.at(5_000, () => lab.heads.set('kappa-1', { ...headAt('kappa-1', 3, 1, [9]), origin: [4], baseCut: [4] }));
    await lab.run(10_000);
    expect(lab.truths).toMatchObject([{ incarnation: 3, number: 1, messages: 5 }]);
  });

  it('tries again, ever less often, what fails for another reason, and what passes is not lost', async () => {
    const lab = new SmallLab([headAt('kappa-1', 1, 3, [3])], 'kappa-1', 0);
    lab.logError = new LabError('Kafka has gone', { kind: 'unavailable' });
    lab.at(20_000, () => {
      lab.logError = undefined;
    });
    await lab.run(60_000);
    const pauses = lab.lines.flatMap((line) => /Kafka has gone \(again in (\d+) ms\)/.exec(line)?.[1] ?? []);
    expect(pauses).toEqual(['1000', '2000', '4000', '8000', '16000']);
    expect(lab.truths).toMatchObject([{ incarnation: 1, number: 3 }]);
  });

  it('hands the raw events to the next validation when the one that kept them goes away', async () => {
    const lab = new SmallLab([headAt('kappa-1', 1, 3, [3]), headAt('kappa-2', 2, 3, [3])], 'kappa-1', 0);
    lab.at(5_000, () => {
      lab.heads.delete('kappa-1');
      lab.live = 'kappa-2';
    });
    lab.at(8_000, () => lab.heads.set('kappa-2', headAt('kappa-2', 2, 4, [6])));
    await lab.run(12_000);
    expect(lab.said.map(({ kept }) => kept)).toEqual([true, true]);
    const [, taken] = lab.said;
    expect(taken!.sinceMs).toBeGreaterThanOrEqual(5_000);
    expect(lab.kept, 'each once: the second one knew the first three too').toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('validate', () => {
  it('does not call its truth lost when only what came before its stored truth is gone', async () => {
    const lab = new SmallLab([headAt('kappa-1', 1, 9, [9])], 'kappa-1', 0);
    lab.truths.push(truthAt(1, 5, [5]));
    // Retention cuts between asking for the start and reading from it.
    lab.startsOnce = [0];
    lab.logStart = 3;
    await lab.run(5_000);
    expect(lab.lines.filter((line) => line.includes('stays unknown'))).toEqual([]);
    expect(lab.truths.at(-1)).toMatchObject({ number: 9, messages: 9 });
  });
});

function headAt(pipeline: string, incarnation: number, number: number, position: readonly number[]): Head {
  return { ...newHead(pipeline, incarnation, [0], [itemsSold]), number, position };
}

function truthAt(incarnation: number, number: number, position: readonly number[]): Truth {
  const [messages] = position;
  const sums = new Map([['["apple"]', [BigInt(messages!), BigInt(messages! * 100)]]]);
  return {
    incarnation,
    number,
    question: itemsSold.name,
    position,
    messages: messages!,
    rejected: 0,
    repeats: 0,
    sums,
  };
}

/** Versions over a log of one partition with 9 sales, followed until a virtual time. */
class SmallLab {
  readonly heads: Map<string, Head>;
  readonly truths: Truth[] = [];
  readonly reports = new Map<string, ServiceReport>();
  readonly lines: string[] = [];
  readonly said: RawEventsState[] = [];
  readonly kept: number[] = [];
  live: string;
  logStart: number;
  logError: LabError | undefined;
  /** What the log says of its start when it is asked the first time. */
  startsOnce: readonly number[] | undefined;
  #nowMs = 0;
  readonly #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];

  constructor(heads: readonly Head[], live: string, logStart: number) {
    this.heads = new Map(heads.map((head) => [head.pipeline, head]));
    this.live = live;
    this.logStart = logStart;
  }

  at(atMs: number, change: () => void): void {
    this.#sleepers.push({ atMs, wake: change });
  }

  async run(untilMs: number): Promise<void> {
    const stopped = () => this.#nowMs >= untilMs;
    const say = (line: string) => this.lines.push(line);
    const shared = { store: this.#store, log: this.#log, clock: this.#clock, stopped, hold: async () => {} };
    const rawEvents = {
      keep: async (events: readonly { readonly message: Message }[]) => {
        this.kept.push(...events.map(({ message }) => message.offset));
      },
      say: async (state: RawEventsState) => {
        this.said.push(state);
      },
    };
    let ended = false;
    const running = superviseValidations({
      ...shared,
      say,
      validate: (pipeline, keepsRawEvents) => validate({ ...shared, pipeline, rawEvents, keepsRawEvents, say }),
    }).finally(() => {
      ended = true;
    });
    while (!ended) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#sleepers.sort((a, b) => a.atMs - b.atMs);
      const next = this.#sleepers.shift();
      if (next === undefined) continue;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
    }
    await running;
  }

  readonly #clock = {
    nowMs: () => this.#nowMs,
    sleep: (ms: number) =>
      new Promise<void>((wake) => {
        this.#sleepers.push({ atMs: this.#nowMs + ms, wake });
      }),
  };

  readonly #log: Log = {
    starts: async () => {
      const starts = this.startsOnce ?? [this.logStart];
      this.startsOnce = undefined;
      return starts;
    },
    ends: async () => [9],
    read: async (from) => {
      let [next] = from as [number];
      if (this.logError !== undefined) throw this.logError;
      if (next < this.logStart) throw new LabError(`partition 0 begins at ${this.logStart}, not ${next}`);
      return {
        next: async (maxWaitMs) => {
          await this.#clock.sleep(maxWaitMs);
          const messages = Array.from({ length: 9 - next }, (_, i) => sale(next + i));
          next = 9;
          return messages;
        },
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };

  readonly #store = {
    readHeads: async () => ({
      ...{ live: this.live, previous: null, generation: 1, forced: 0, nextIncarnation: 9 },
      heads: new Map(this.heads),
    }),
    readTruth: async (incarnation: number, number: number) =>
      this.truths.find((truth) => truth.incarnation === incarnation && truth.number === number),
    readNewestTruth: async (incarnation: number) =>
      this.truths.filter((truth) => truth.incarnation === incarnation).at(-1),
    writeTruth: async (truth: Truth) => {
      this.truths.push(truth);
    },
    report: async (report: ServiceReport) => {
      this.reports.set(report.service, report);
    },
  } as Partial<ServingStore> as ServingStore;
}

function sale(offset: number): Message {
  const event = {
    ...{ event_id: String(offset), kind: 'sale', purchase_id: 'p', purchase_index: 1, snack_automat_id: 'SNACK--1' },
    ...{ item: 'apple', slot: 1, customer_id: 1, healthy: true, price_cents: 100, cost_cents: 50, timestamp: 1 },
  };
  return { partition: 0, offset, timestampMs: 0, value: Buffer.from(JSON.stringify(event)) };
}
