/**
 * Goal: the serving store on a real Cassandra keeps what the ports promise: conditional writes are applied, refused or
 * in doubt and never repeated, views are replaced whole and in their order, and plain writes outlast a restart.
 * Method: a pipeline of its own beside the lab's; Cassandra is paused, killed and started while a write is on its way.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { builtinQuestions, itemsSold, revenueByMachine } from '../../src/questions/builtin.js';
import { type CassandraSession, openCassandraSession } from '../../src/runtimes/docker/cassandra-session.js';
import { storeOn } from '../../src/runtimes/docker/cassandra-store.js';
import { createPipeline } from '../../src/runtimes/docker/setup.js';
import type { ServedView, ServingStore, Slice } from '../../src/runtimes/ports.js';
import { newHead } from '../../src/serving/head.js';
import { pack } from '../../src/serving/packed.js';
import { viewVersion } from '../../src/serving/served-view.js';
import { docker, waitFor } from '../lab/lab.js';
import { container } from '../lab/lambda.js';

const contactPoint = '127.0.0.1:29042';
const lab = `store-test-${process.pid}`;
const pipeline = `${lab}-1`;
/** Slices and bases are keyed by incarnation, which no other pipeline of the shared store may have. */
const incarnation = 1_000_000 + (process.pid % 1_000_000);
const origin = [3, 0];

describe.runIf(inject('docker'))('the serving store on Cassandra', () => {
  let session: CassandraSession;
  let store: ServingStore;

  beforeAll(async () => {
    // A busy machine takes its time to start Cassandra again.
    session = await openCassandraSession({ contactPoint, patienceMs: 150_000 });
    store = storeOn(session, lab);
    await createPipeline(session, { architecture: lab, pipeline, questions: builtinQuestions, origin });
  });
  afterAll(async () => {
    await session[Symbol.asyncDispose]();
  });

  const headNow = async () => (await store.readHeads()).heads.get(pipeline)!;

  it('makes a pipeline once', async () => {
    const again = { architecture: lab, pipeline, questions: builtinQuestions, origin: [9, 9] };
    expect(await createPipeline(session, again)).toBe('exists');
    const heads = await store.readHeads();
    expect(heads).toMatchObject({ live: pipeline, generation: 1, forced: 0 });
    expect(heads.heads.get(pipeline)).toEqual(newHead(pipeline, 1, origin, builtinQuestions));
  });

  it('says that there is no pipeline, instead of an empty answer, where setup has not run', async () => {
    await expect(storeOn(session, 'nobody').readHeads()).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('changes a head when all that is expected holds, and refuses when any part does not', async () => {
    const segments = [{ epoch: 1, after: 0 }];
    expect(await store.changeHead(pipeline, { epoch: 0, number: 0 }, { epoch: 1, segments })).toBe('applied');
    expect(await store.changeHead(pipeline, { epoch: 0, number: 0 }, { epoch: 2 })).toBe('refused');
    expect(await store.changeHead(pipeline, { epoch: 1, number: 7 }, { epoch: 2 })).toBe('refused');
    expect(await store.changeHead(pipeline, { epoch: 1, position: [3, 1] }, { epoch: 2 })).toBe('refused');
    const expected = { epoch: 1, position: origin, segments, status: 'ready' } as const;
    expect(await store.changeHead(pipeline, expected, { number: 1, position: [9, 4] })).toBe('applied');
    expect(await headNow()).toEqual({
      ...newHead(pipeline, 1, origin, builtinQuestions),
      ...{ epoch: 1, segments, number: 1, position: [9, 4] },
    });
  });

  it('lets one of many who change the same version through', async () => {
    expect(await store.readCycle(pipeline)).toBeUndefined();
    const version = 7;
    expect(await store.putCycle(pipeline, { version, state: 'first' })).toBe('applied');
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store.changeCycle(pipeline, version, `state ${i}`)),
    );
    expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1);
    const winner = outcomes.indexOf('applied');
    expect(await store.readCycle(pipeline)).toEqual({ version: version + 1, state: `state ${winner}` });
  });

  it('makes a cycle anew above all that an earlier pipeline of its name reached, and only then', async () => {
    const { version } = (await store.readCycle(pipeline))!;
    expect(await store.putCycle(pipeline, { version, state: 'late' })).toBe('refused');
    expect(await store.putCycle(pipeline, { version: version + 100, state: 'new' })).toBe('applied');
    expect(await store.changeCycle(pipeline, version, 'a zombie')).toBe('refused');
    expect(await store.readCycle(pipeline)).toEqual({ version: version + 100, state: 'new' });
  });

  it('reads slices in order over several pages, of all epochs, with sums that no double holds', async () => {
    const numbers = Array.from({ length: 1_203 }, (_, i) => i + 1);
    await Promise.all(numbers.map((number) => store.writeSlice(slice(number, 1))));
    await store.writeSlice(slice(7, 2));
    const slices = await store.readSlices(incarnation, itemsSold.name, 5, 1_203);
    expect(slices.map(({ number }) => number)).toEqual([6, 7, 7, ...numbers.slice(7)]);
    expect(slices.filter(({ number }) => number === 7)).toEqual([slice(7, 1), slice(7, 2)]);
    await store.deleteSlices(incarnation, itemsSold.name, 1_200);
    const left = await store.readSlices(incarnation, itemsSold.name, 0, 1_203);
    expect(left.map(({ number }) => number)).toEqual([1_201, 1_202, 1_203]);
  });

  it('keeps bases, folds and truths apart, and deletes those below', async () => {
    const { leastEventMs: _least, greatestEventMs: _greatest, epoch: _epoch, ...part } = slice(4, 1);
    for (const kind of ['base', 'fold'] as const) {
      for (const id of [1, 2]) await store.writeBase({ ...part, kind, id });
    }
    await store.deleteBases('base', incarnation, itemsSold.name, 2);
    expect(await store.readBase('base', incarnation, 1, itemsSold.name)).toBeUndefined();
    expect(await store.readBase('base', incarnation, 2, itemsSold.name)).toEqual({ ...part, kind: 'base', id: 2 });
    expect(await store.readBase('fold', incarnation, 1, itemsSold.name)).toEqual({ ...part, kind: 'fold', id: 1 });
    const { from: _from, until: position, ...rest } = part;
    for (const number of [8, 9, 10]) await store.writeTruth({ ...rest, number, position, repeats: 1 });
    await store.deleteTruths(incarnation, itemsSold.name, 9);
    expect(await store.readTruth(incarnation, 8, itemsSold.name)).toBeUndefined();
    expect(await store.readNewestTruth(incarnation, itemsSold.name)).toMatchObject({ number: 10, repeats: 1 });
  });

  it('adds up what it stores of a pipeline and question, and removes all of it', async () => {
    const part = { incarnation: incarnation + 1, question: itemsSold.name };
    const { leastEventMs: _least, greatestEventMs: _greatest, epoch: _epoch, ...rest } = { ...slice(4, 1), ...part };
    const { from: _from, until: position, ...counts } = rest;
    expect(await store.storedBytes(part)).toBe(0);
    for (const number of [1, 2]) await store.writeSlice({ ...slice(number, 1), ...part });
    await store.writeBase({ ...rest, kind: 'base', id: 1 });
    await store.writeTruth({ ...counts, position, repeats: 0 });
    const lengths = [slice(1, 1), slice(2, 1), rest, rest].map(({ sums }) => pack(sums).length);
    expect(await store.storedBytes(part)).toBe(lengths.reduce((a, b) => a + b));
    await store.deleteStored(part);
    expect(await store.storedBytes(part)).toBe(0);
  });

  it('keeps wanted state and reports per lab', async () => {
    expect(await store.readWanted()).toEqual({ rate: null, paused: false, batchRequests: 0 });
    await store.changeWanted({ rate: 12.5, paused: true });
    await store.changeWanted({ batchRequests: 3 });
    expect(await store.readWanted()).toEqual({ rate: 12.5, paused: true, batchRequests: 3 });
    await store.changeWanted({ rate: null });
    expect(await store.readWanted()).toMatchObject({ rate: null, paused: true });
    await store.report({ service: 'archive', atMs: 5, report: { files: 2 } });
    expect(await store.readReports()).toEqual([{ service: 'archive', atMs: 5, report: { files: 2 } }]);
  });

  it('replaces a view whole, and lets no older one come back', async () => {
    await store.replaceView(view(20, { apple: 1n, mars: 2n }));
    await store.replaceView(view(22, { apple: 5n }));
    await store.replaceView(view(21, { apple: 3n, twix: 9n }));
    expect(await viewRows(session)).toEqual([{ item: 'apple', number: 22n, merged: 5n }]);
    await store.replaceView(view(22, { apple: 5n }));
    expect(await viewRows(session)).toEqual([{ item: 'apple', number: 22n, merged: 5n }]);
  });

  it('empties the views of all questions but those that are kept, and nothing of a later version', async () => {
    await store.replaceView(view(23, { apple: 5n }));
    await store.emptyOtherViews([itemsSold], viewVersion(0, 24, 0));
    expect(await viewRows(session)).toHaveLength(1);
    await store.emptyOtherViews([revenueByMachine], viewVersion(0, 22, 0));
    expect(await viewRows(session)).toHaveLength(1);
    await store.emptyOtherViews([revenueByMachine], viewVersion(0, 24, 0));
    expect(await viewRows(session)).toEqual([]);
  });

  it('never shows a mixture of two views', async () => {
    const items = Array.from({ length: 60 }, (_, i) => `item-${i}`);
    let last = 100;
    const writing = (async () => {
      while (last < 160) {
        const number = last + 1;
        // Each view has other keys as well, so that one that was not cleared would show.
        const shown = items.filter((_, i) => i % 7 !== number % 7).map((item) => [item, BigInt(number)] as const);
        await store.replaceView(view(number, Object.fromEntries(shown)));
        last = number;
      }
    })();
    const seen = new Set<bigint>();
    while (last < 160) {
      const rows = await viewRows(session);
      const numbers = new Set(rows.flatMap(({ number, merged }) => [number, merged]));
      if (seen.size === 0 && (rows.length === 0 || rows[0]!.number < 101n)) continue;
      expect(numbers.size).toBe(1);
      expect(rows).toHaveLength(items.filter((_, i) => BigInt(i % 7) !== rows[0]!.number % 7n).length);
      seen.add(rows[0]!.number);
    }
    await writing;
    expect(seen.size).toBeGreaterThan(5);
  });

  it('calls a change in doubt when Cassandra is killed while it is on its way', async () => {
    const number = await refusedOnce();
    await docker('pause', container('cassandra'));
    let outcome: unknown;
    try {
      const change = store.changeHead(pipeline, { number }, { number: number + 1 });
      change.catch(() => undefined);
      // A paused Cassandra answers nothing: whatever became of the change, nobody can know.
      await docker('kill', '--signal', 'KILL', container('cassandra'));
      outcome = await change;
    } finally {
      await docker('start', container('cassandra'));
    }
    expect(outcome).toBe('in-doubt');
    const after = await waitFor('Cassandra', headNow);
    expect([number, number + 1]).toContain(after.number);
    const next = { number: after.number + 1 };
    expect(await store.changeHead(pipeline, { number: after.number }, next)).toBe('applied');
  });

  it('calls a change in doubt when no answer came in time, and does not send it again', async () => {
    const number = await refusedOnce();
    await docker('pause', container('cassandra'));
    let outcome: unknown;
    try {
      outcome = await store.changeHead(pipeline, { number }, { number: number + 1 });
    } finally {
      await docker('unpause', container('cassandra'));
    }
    expect(outcome).toBe('in-doubt');
    const after = await waitFor('Cassandra', headNow);
    expect([number, number + 1]).toContain(after.number);
  });

  /** Sends a change that is refused, so that the next one needs no preparing: only its own sending can fail. */
  async function refusedOnce(): Promise<number> {
    const { number } = await headNow();
    expect(await store.changeHead(pipeline, { number: number + 99 }, { number })).toBe('refused');
    return number;
  }

  it('throws where a change was certainly not sent, and writes what may be repeated once Cassandra is back', async () => {
    await docker('kill', '--signal', 'KILL', container('cassandra'));
    const report = { service: 'patient', atMs: 1, report: {} };
    const write = store.report(report);
    write.catch(() => undefined);
    try {
      const error = await waitFor('the driver to see it', async () => {
        const outcome = await store.changeHead(pipeline, { number: -1 }, { number: 0 }).catch((cause) => cause);
        return outcome instanceof Error && outcome;
      });
      expect(error).toMatchObject({ kind: 'unavailable' });
    } finally {
      await docker('start', container('cassandra'));
    }
    await write;
    expect(await store.readReports()).toContainEqual(report);
  });
});

function slice(number: number, epoch: number): Slice {
  return {
    ...{ incarnation, epoch, number, question: itemsSold.name, from: [number, 0], until: [number + 1, 0] },
    ...{ messages: 1, rejected: 0, leastEventMs: number === 7 ? null : 1_700_000_000_000, greatestEventMs: null },
    sums: new Map([['["apple"]', [2n ** 63n - BigInt(epoch), -1n]]]),
  };
}

function view(number: number, sold: Readonly<Record<string, bigint>>): ServedView {
  const rows = Object.entries(sold).map(([item, merged]) => {
    const faces = { base: merged, realTime: 0n, merged, truth: null };
    return { key: { item }, sums: { sold: faces, revenueCents: faces } };
  });
  return {
    ...{
      question: itemsSold,
      face: 'answer',
      version: viewVersion(0, number, 0),
      number,
      pipeline,
      position: [number],
    },
    ...{ asOfMs: number, rows },
  };
}

async function viewRows(session: CassandraSession) {
  const rows = await session.read({
    query: `SELECT * FROM snacklab.served_items_sold WHERE lab = ? AND face = 'answer'`,
    params: [lab],
  });
  return rows.map((row) => ({
    item: row.item as string,
    number: row.number as bigint,
    merged: row.sold_merged as bigint,
  }));
}
