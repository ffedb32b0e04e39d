/** src/serving/commit.ts keeps the cases that the stream job's commit.py keeps: the same effects, in the same order. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Position } from '../../src/positions/position.js';
import type { HeadColumns, Outcome, ServingStore, Slice } from '../../src/runtimes/ports.js';
import { commitSlice, type SlicePart, stillOwner, takeOver, type Writer } from '../../src/serving/commit.js';
import type { Head } from '../../src/serving/head.js';
import type { SumTable } from '../../src/sums/table.js';

interface CasePart extends Omit<SlicePart, 'sums'> {
  readonly sums: readonly (readonly [unknown[], string[]])[];
}

type Call =
  | { readonly call: 'takeOver'; readonly outcome: Outcome }
  | { readonly call: 'look'; readonly head: Head | null }
  | {
      readonly call: 'commit';
      readonly outcome: Outcome;
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
  const state = { head: firstHead, outcome: 'applied' as Outcome };
  const effects: unknown[] = [];
  const store: Pick<ServingStore, 'readHeads' | 'changeHead' | 'writeSlice'> = {
    async readHeads() {
      effects.push({ effect: 'readHead', pipeline: 'lambda-1' });
      const heads = new Map(state.head === null ? [] : [['lambda-1', state.head]]);
      return { live: 'lambda-1', generation: 1, forced: 0, previous: null, nextIncarnation: 2, heads };
    },
    async changeHead(pipeline: string, expected: HeadColumns, change: HeadColumns) {
      effects.push({ effect: 'changeHead', pipeline, expected, change });
      return state.outcome;
    },
    async writeSlice(slice: Slice) {
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
      state.head = call.head;
      if (!(await stillOwner(store, writer!))) return { effects, writer, end: 'replaced' };
      continue;
    }
    state.outcome = call.outcome;
    try {
      writer =
        call.call === 'takeOver'
          ? (await takeOver(store, 'lambda-1')).writer
          : await commit(store, writer!, call.batch);
    } catch {
      const ready = state.head?.status === 'ready';
      return { effects, writer, end: !ready ? 'no-pipeline' : call.outcome === 'refused' ? 'replaced' : 'in-doubt' };
    }
  }
  return { effects, writer, end: 'open' };
}

const commit = (store: ServingStore, writer: Writer, batch: { until: Position; parts: readonly CasePart[] }) =>
  commitSlice(
    store,
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
