/**
 * Goal: panels have what is presented of the live version's newest answer, nothing of what it does not answer, and what is
 * raised; each is kept once. Method: the memory runtime's store, with events folded into a slice of its pipeline.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { saleAt } from '../../generator/purchases.js';
import { decide } from '../../src/alerts/book.js';
import { openBook } from '../../src/alerts/kept-book.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import type { ServingStore } from '../../src/runtimes/ports.js';
import { keepPresented, type PanelRows, panelTables } from '../../src/serving/keep-presented.js';
import { foldEvents } from '../../src/sums/fold.js';
import { openMemoryStore } from '../conformance/memory-runtime.js';

/** What is kept within some looks. */
async function keptOf(store: ServingStore, looks = 3, failing = '', said: string[] = []): Promise<PanelRows[]> {
  const stopping = new AbortController();
  const kept: PanelRows[] = [];
  let slept = 0;
  const clock = {
    nowMs: () => 1_000_000 + slept,
    async sleep() {
      slept += 1;
      if (slept === looks) stopping.abort();
      await nextTurn();
    },
  };
  const keep = async (rows: PanelRows) => {
    if (rows.table.name === failing) throw new Error('too large');
    kept.push(rows);
  };
  const scope = { stop: stopping.signal, clock, say: (line: string) => void said.push(line) };
  await keepPresented({ store, reading: store, keep }, scope);
  return kept;
}

/** One slice of sales on the pipeline that the store has. */
async function withSales(store: ServingStore, pipeline: string): Promise<void> {
  const head = (await store.readHeads()).heads.get(pipeline)!;
  const events = Array.from({ length: 500 }, (_, n) => ({ ...saleAt(3, n, Date.UTC(2026, 9, 1) + n) }));
  const until = head.position.map((offset, partition) => (partition === 0 ? offset + events.length : offset));
  for (const question of builtinQuestions) {
    await store.writeSlice({
      ...{
        incarnation: head.incarnation,
        epoch: head.epoch,
        number: 1,
        question: question.name,
        from: head.position,
        until,
      },
      ...{ messages: events.length, rejected: 0, leastEventMs: 0, greatestEventMs: 0 },
      sums: foldEvents(question, events),
    });
  }
  await store.changeHead(pipeline, { number: 0 }, { number: 1, position: until });
}

describe('keepPresented', () => {
  it('keeps each table of the newest answer once, and empties what the live version does not answer', async () => {
    await using fresh = await openMemoryStore();
    await withSales(fresh.store, fresh.pipeline);
    const kept = await keptOf(fresh.store);
    expect(kept.map(({ table }) => table.name).sort()).toEqual(
      panelTables
        .map(({ name }) => name)
        .filter((name) => name !== 'alerts')
        .sort(),
    );
    const rowsOf = (name: string) => kept.find(({ table }) => table.name === name)!.rows;
    expect(rowsOf('where-most-is-sold').length).toBeGreaterThan(5);
    expect(rowsOf('where-most-is-sold').reduce((sum, row) => sum + (row[2] as bigint), 0n)).toBe(500n);
    expect([rowsOf('empty-soon'), rowsOf('sales-trend')]).toEqual([[], []]);
  });

  it('keeps all others where one table cannot be kept, and says so once', async () => {
    await using fresh = await openMemoryStore();
    await withSales(fresh.store, fresh.pipeline);
    const said: string[] = [];
    const kept = await keptOf(fresh.store, 3, 'unprofitable-machines', said);
    expect(kept.map(({ table }) => table.name)).toHaveLength(panelTables.length - 2);
    expect(said).toEqual(['the table of unprofitable-machines is not kept: too large']);
  });

  it('keeps what is raised, the newest first, anew with each change', async () => {
    await using fresh = await openMemoryStore();
    const book = await openBook(fresh.store);
    const ruling = (number: number, ...subjects: readonly string[]) => ({
      ...{ rule: 'broken', findings: subjects.map((subject) => ({ subject, says: subject, settlesMs: 0 })) },
      decided: { pipeline: 'lambda-1', generation: 1, number, position: [number], atMs: number },
    });
    const raised = async () => (await keptOf(fresh.store, 1)).find(({ table }) => table.name === 'alerts')!;
    await book.update((now) => decide(now, ruling(1, 'a', 'b'), false));
    const first = await raised();
    expect(first.rows.map(([id, rule, says]) => [id, rule, says])).toEqual([
      [2n, 'broken', 'b'],
      [1n, 'broken', 'a'],
    ]);
    await book.update((now) => decide(now, ruling(2, 'b'), false));
    const second = await raised();
    expect(second.rows.map(([, , says]) => says)).toEqual(['b']);
    expect(second.version).toBeGreaterThan(first.version);
  });
});
