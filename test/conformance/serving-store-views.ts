/** What holds of served views as a panel sees them, on any runtime (protocol rule 12). */
import { expect } from 'vitest';
import { itemsSold, revenueByMachine } from '../../src/questions/builtin.js';
import type { ServedSum, ServedView } from '../../src/runtimes/ports.js';
import { viewVersion } from '../../src/serving/served-view.js';
import { strangeNames } from './corpus-messages.js';
import { type Fact, type FreshStore, itemsSoldByHealth } from './fresh-store.js';

/** A least or greatest of a key that the base does not have. */
const sinceTheBase: ServedSum = { base: null, realTime: 5n, merged: 5n, truth: null };
const faces = (merged: bigint): ServedSum => ({ base: merged, realTime: 0n, merged, truth: null });

/** A view of what was sold of each item. */
function view(number: number, sold: Readonly<Record<string, bigint>>, change: Partial<ServedView> = {}): ServedView {
  const rows = Object.entries(sold).map(([item, merged]) => {
    return { key: { item }, sums: { sold: faces(merged), revenueCents: faces(merged) } };
  });
  return {
    ...{ question: itemsSold, face: 'answer', version: viewVersion(0, number, 0), number, pipeline: 'lambda-1' },
    ...{ position: [number], asOfMs: number, rows, ...change },
  };
}

/** What is shown of each item, in its merged face. */
async function shown({ readView }: FreshStore, question = itemsSold, face: ServedView['face'] = 'answer') {
  const rows = await readView(question, face);
  return Object.fromEntries(rows.map(({ key, sums }) => [Object.values(key).join(), sums.sold!.merged]));
}

export function statesViews(fact: Fact): void {
  fact('shows every key of a view with all faces of its sums, and what the view says of itself', async (fresh) => {
    const known = { base: 2n ** 63n - 1n, realTime: 0n, merged: 2n ** 63n - 1n, truth: 2n ** 53n + 1n };
    const sums = { sold: known, revenueCents: faces(3n) };
    expect(await fresh.readView(itemsSold, 'answer')).toEqual([]);
    await fresh.store.replaceView(view(20, {}, { rows: [{ key: { item: 'apple' }, sums }], position: [4, 0, 9] }));
    const { truth, ...others } = known;
    expect(await fresh.readView(itemsSold, 'answer')).toEqual([
      {
        ...{ key: { item: 'apple' }, number: 20, pipeline: 'lambda-1', position: [4, 0, 9], asOfMs: 20 },
        sums: {
          sold: { base: known.base, real_time: 0n, merged: others.merged, truth, error: known.merged - truth },
          revenueCents: { base: 3n, real_time: 0n, merged: 3n, truth: null, error: null },
        },
      },
    ]);
  });

  fact('shows keys of any text, each by itself', async (fresh) => {
    const rows = strangeNames.map((name, i) => {
      const sums = { sold: faces(BigInt(i)), revenueCents: faces(0n), costCents: faces(0n) };
      return { key: { snack_automat_id: name }, sums: { ...sums, firstMs: sinceTheBase, lastMs: sinceTheBase } };
    });
    await fresh.store.replaceView(view(20, {}, { question: revenueByMachine, rows }));
    const read = await fresh.readView(revenueByMachine, 'answer');
    const counts = new Map(read.map(({ key, sums }) => [key.snack_automat_id, sums.sold!.merged]));
    expect(counts).toEqual(new Map(strangeNames.map((name, i) => [name, BigInt(i)])));
    // Of no event there is no least: not known is stored as nothing, and never as 0.
    const first = { base: null, real_time: 5n, merged: 5n, truth: null, error: null };
    for (const { sums } of read) expect(sums.firstMs).toEqual(first);
  });

  fact('replaces a view whole, and lets no older one come back', async (fresh) => {
    const { store } = fresh;
    await store.replaceView(view(20, { apple: 1n, mars: 2n }));
    await store.replaceView(view(22, { apple: 5n }));
    await store.replaceView(view(21, { apple: 3n, twix: 9n }));
    expect(await shown(fresh)).toEqual({ apple: 5n });
    await store.replaceView(view(22, { apple: 5n }));
    expect(await shown(fresh)).toEqual({ apple: 5n });
    await store.replaceView(view(23, {}));
    await store.replaceView(view(22, { apple: 5n }));
    expect(await shown(fresh)).toEqual({});
  });

  fact('orders views by the switch first, however far the pipelines are', async (fresh) => {
    const { store } = fresh;
    await store.replaceView(view(9_000, { apple: 9n }, { version: viewVersion(1, 9_000, 800) }));
    await store.replaceView(view(3, { apple: 3n }, { version: viewVersion(2, 3, 0) }));
    await store.replaceView(view(9_999, { apple: 8n }, { version: viewVersion(1, 9_999, 800) }));
    expect(await shown(fresh)).toEqual({ apple: 3n });
  });

  fact('keeps views apart by face, by question, and by what a question means under the same name', async (fresh) => {
    const { store } = fresh;
    await store.replaceView(view(20, { apple: 1n }));
    await store.replaceView(view(19, { mars: 2n }, { face: 'checked' }));
    const rows = [{ key: { healthy: 'true', timestamp_hour: '3600000' }, sums: { sold: faces(7n) } }];
    await store.replaceView(view(21, {}, { question: itemsSoldByHealth, rows }));
    expect(await shown(fresh)).toEqual({ apple: 1n });
    expect(await shown(fresh, itemsSold, 'checked')).toEqual({ mars: 2n });
    expect(await shown(fresh, itemsSoldByHealth)).toEqual({ 'true,3600000': 7n });
    expect(await shown(fresh, revenueByMachine)).toEqual({});
  });

  fact('empties the views of all questions but those that are kept, and nothing of a later version', async (fresh) => {
    const { store } = fresh;
    await store.replaceView(view(23, { apple: 5n }));
    await store.replaceView(view(23, { apple: 5n }, { face: 'checked' }));
    await store.emptyOtherViews([itemsSold], viewVersion(0, 24, 0));
    await store.emptyOtherViews([revenueByMachine], viewVersion(0, 22, 0));
    await store.emptyOtherViews([], viewVersion(0, 23, 0));
    expect(await shown(fresh)).toEqual({ apple: 5n });
    await store.emptyOtherViews([revenueByMachine, itemsSoldByHealth], viewVersion(0, 24, 0));
    expect([await shown(fresh), await shown(fresh, itemsSold, 'checked')]).toEqual([{}, {}]);
    await store.replaceView(view(23, { apple: 6n }));
    expect(await shown(fresh), 'a late one of before').toEqual({});
    await store.replaceView(view(24, { apple: 7n }));
    expect(await shown(fresh)).toEqual({ apple: 7n });
  });
}
