/** src/serving/commit.ts keeps the cases that the stream job's commit.py keeps: the same effects, in the same order. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Position } from '../../src/positions/position.js';
import type { Clock, HeadColumns, Outcome, ServingStore, Slice } from '../../src/runtimes/ports.js';
import { commitSlice, type SlicePart, stillOwner, takeOver, type Writer } from '../../src/serving/commit.js';
import type { Head } from '../../src/serving/head.js';
import type { SumTable } from '../../src/sums/table.js';

interface CasePart extends Omit<SlicePart, 'sums'> {
  readonly sums: readonly (readonly [unknown[], string[]])[];
}

interface Read {
  readonly live: string;
  readonly head: Head | null;
}

type Call =
  | { readonly call: 'takeOver'; readonly outcome: Outcome }
  | { readonly call: 'look'; readonly head: Head | null }
  | {
      readonly call: 'commit';
      readonly outcome: Outcome;
      readonly heads?: readonly Read[];
      readonly then?: Outcome;
      readonly batch: { readonly until: Position; readonly parts: readonly CasePart[] };
    };

interface Case {
  readonly name: string;
  readonly head: Head | null;
  readonly calls: readonly Call[];
  readonly effects: readonly { readonly effect: string }[];
  readonly writer?: Writer;
  readonly end: 'open' | 'replaced' | 'in-doubt' | 'no-pipeline';
}

const { cases } = JSON.parse(readFileSync(new URL('./commit-cases.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

const written = (sums: SumTable) =>
  [...sums].map(([key, row]) => [JSON.parse(key), row.map((sum) => sum?.toString() ?? null)]);
const table = (sums: CasePart['sums']): SumTable =>
  new Map(sums.map(([key, row]) => [JSON.stringify(key), row.map((sum) => BigInt(sum))]));

/** Answers as the case says and keeps the effects, in its words. */
function recordingStore(firstHead: Head | null) {
  const state = { reads: [{ live: 'lambda-1', head: firstHead }] as Read[], outcomes: ['applied'] as Outcome[] };
  // What is to come of each; the last one stays.
  const next = <T>(list: T[]): T => (list.length > 1 ? list.shift()! : list[0]!);
  const effects: unknown[] = [];
  const store: Pick<ServingStore, 'readHeads' | 'changeHead' | 'writeSlice'> = {
    async readHeads() {
      effects.push({ effect: 'readHead', pipeline: 'lambda-1' });
      const { live, head } = next(state.reads);
      const heads = new Map(head === null ? [] : [['lambda-1', head]]);
      return { live, generation: 1, forced: 0, previous: null, nextIncarnation: 2, heads };
    },
    async changeHead(pipeline: string, expected: HeadColumns, change: HeadColumns) {
      effects.push({ effect: 'changeHead', pipeline, expected, change });
      return next(state.outcomes);
    },
    // When it was written is each runtime's own: the store's clock gives it where Python writes.
    async writeSlice({ committedMs: _, ...slice }: Slice) {
      effects.push({ effect: 'writeSlice', slice: { ...slice, sums: written(slice.sums) } });
    },
  };
  return { state, effects, store: store as ServingStore };
}

async function run(one: Case): Promise<{ effects: unknown[]; writer: Writer | undefined; end: Case['end'] }> {
  const { state, effects, store } = recordingStore(one.head);
  let writer: Writer | undefined;
  for (const call of one.calls) {
    if (call.call === 'look') {
      state.reads = [{ live: 'lambda-1', head: call.head }];
      if (!(await stillOwner(store, writer!))) return { effects, writer, end: 'replaced' };
      continue;
    }
    const then = call.call === 'commit' ? call.then : undefined;
    state.outcomes = then === undefined ? [call.outcome] : [call.outcome, then];
    if (call.call === 'commit' && call.heads !== undefined) state.reads = [...call.heads];
    try {
      writer =
        call.call === 'takeOver'
          ? (await takeOver(store, 'lambda-1')).writer
          : await commit(store, writer!, call.batch);
    } catch {
      const ready = state.reads[0]!.head?.status === 'ready';
      const outcome = then ?? call.outcome;
      return { effects, writer, end: !ready ? 'no-pipeline' : outcome === 'refused' ? 'replaced' : 'in-doubt' };
    }
  }
  return { effects, writer, end: 'open' };
}

/** A clock on which each pause takes 400 ms, however short it was to be. */
function slowClock(): Clock {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    async sleep() {
      nowMs += 400;
    },
  };
}

const commit = (store: ServingStore, writer: Writer, batch: { until: Position; parts: readonly CasePart[] }) =>
  commitSlice(
    store,
    slowClock(),
    writer,
    batch.until,
    batch.parts.map((part) => ({ ...part, sums: table(part.sums) })),
  );

describe('commit.ts', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const { effects, writer, end } = await run(one);
    expect(effects).toEqual(one.effects);
    expect(end).toBe(one.end);
    if (one.end === 'open') expect(writer).toEqual(one.writer);
  });
});
