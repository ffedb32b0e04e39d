/** What holds of states, wanted state and reports, on any runtime. */
import { expect } from 'vitest';
import type { Fact } from './fresh-store.js';

export function keepsStates(fact: Fact): void {
  fact('lets one of many who change the same version of a state through', async ({ store, pipeline }) => {
    expect(await store.readState(pipeline)).toBeUndefined();
    const version = 7;
    expect(await store.putState(pipeline, { version, state: 'first' })).toBe('applied');
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store.changeState(pipeline, version, `state ${i}`)),
    );
    expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1);
    const winner = outcomes.indexOf('applied');
    expect(await store.readState(pipeline)).toEqual({ version: version + 1, state: `state ${winner}` });
  });

  fact('makes a state anew above all that an earlier one of its name reached, and only then', async (fresh) => {
    const { store, pipeline } = fresh;
    expect(await store.changeState(pipeline, 0, 'of nothing')).toBe('refused');
    await store.putState(pipeline, { version: 8, state: 'old' });
    expect(await store.putState(pipeline, { version: 8, state: 'late' })).toBe('refused');
    expect(await store.putState(pipeline, { version: 108, state: '{"\u00e9":"\u{1f600}"}' })).toBe('applied');
    expect(await store.changeState(pipeline, 8, 'a zombie')).toBe('refused');
    expect(await store.readState(pipeline)).toEqual({ version: 108, state: '{"\u00e9":"\u{1f600}"}' });
    expect(await store.readState(`${pipeline}-other`)).toBeUndefined();
  });

  fact('keeps what is wanted, and changes of it only what is given', async ({ store }) => {
    expect(await store.readWanted()).toEqual({ rate: null, paused: false, batchRequests: 0 });
    await store.changeWanted({ rate: 12.5, paused: true });
    await store.changeWanted({ batchRequests: 3 });
    await store.changeWanted({});
    expect(await store.readWanted()).toEqual({ rate: 12.5, paused: true, batchRequests: 3 });
    await store.changeWanted({ rate: null });
    expect(await store.readWanted()).toEqual({ rate: null, paused: true, batchRequests: 3 });
    await store.changeWanted({ rate: 0, paused: false });
    expect(await store.readWanted()).toEqual({ rate: 0, paused: false, batchRequests: 3 });
  });

  fact('has the last report of each service', async ({ store }) => {
    expect(await store.readReports()).toEqual([]);
    await store.report({
      service: 'archive',
      atMs: 5,
      report: { files: 1, bytes: { read: [1, null] }, says: '\u00e9"' },
    });
    await store.report({ service: 'views', atMs: 6, report: {} });
    const last = { service: 'archive', atMs: 7, report: { files: 2, says: 'ready' } };
    await store.report(last);
    const reports = [...(await store.readReports())].sort((a, b) => (a.service < b.service ? -1 : 1));
    expect(reports).toEqual([last, { service: 'views', atMs: 6, report: {} }]);
  });
}
