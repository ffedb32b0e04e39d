/**
 * Goal: what only a real Cassandra can get into: conditional writes are in doubt and never repeated, a view is seen whole
 * while it is replaced, and plain writes outlast a restart. What any store does is for test/conformance.
 * Method: a pipeline of its own beside the lab's; Cassandra is paused, killed and started while a write is on its way.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { builtinQuestions, itemsSold } from '../../src/questions/builtin.js';
import { type CassandraSession, openCassandraSession } from '../../src/runtimes/docker/cassandra-session.js';
import { storeOn } from '../../src/runtimes/docker/cassandra-store.js';
import { createPipeline } from '../../src/runtimes/docker/setup.js';
import type { ServedView, ServingStore, Slice } from '../../src/runtimes/ports.js';
import { newHead } from '../../src/serving/head.js';
import { pack } from '../../src/serving/packed.js';
import { viewVersion } from '../../src/serving/served-view.js';
import { hangMs } from '../lab/cli.js';
import { docker, pause, waitFor } from '../lab/lab.js';
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
    session = await openCassandraSession({ contactPoint, patienceMs: hangMs });
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

  it.each(['snacklab.not_made_yet', 'nowhere.heads'])(
    'says that the lab is coming up, where %s is not there yet',
    async (table) => {
      const reading = session.read({ query: `SELECT * FROM ${table}`, params: [] });
      const message = expect.stringMatching(/^the lab is not set up yet: .* does not exist$/);
      await expect(reading).rejects.toMatchObject({ kind: 'unavailable', message });
    },
  );

  it('reads slices in order over several pages', async () => {
    const numbers = Array.from({ length: 1_203 }, (_, i) => i + 1);
    await Promise.all(numbers.map((number) => store.writeSlice(slice(number))));
    const slices = await store.readSlices(incarnation, itemsSold.name, 5, 1_203);
    expect(slices.map(({ number }) => number)).toEqual(numbers.slice(5));
  });

  it('adds up what it stores of a pipeline and question as it is stored', async () => {
    const part = { incarnation: incarnation + 1, question: itemsSold.name };
    const { leastEventMs: _least, greatestEventMs: _greatest, epoch: _epoch, ...rest } = { ...slice(4), ...part };
    const { from: _from, until: position, ...counts } = rest;
    for (const number of [1, 2]) await store.writeSlice({ ...slice(number), ...part });
    await store.writeBase({ ...rest, kind: 'base', id: 1 });
    await store.writeTruth({ ...counts, position, repeats: 0 });
    const lengths = [slice(1), slice(2), rest, rest].map(({ sums }) => pack(sums).length);
    expect(await store.storedBytes(part)).toBe(lengths.reduce((a, b) => a + b));
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
    await pause(container('cassandra'));
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
    await pause(container('cassandra'));
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

function slice(number: number): Slice {
  return {
    ...{ incarnation, epoch: 1, number, question: itemsSold.name, from: [number, 0], until: [number + 1, 0] },
    ...{ messages: 1, rejected: 0, leastEventMs: 1_700_000_000_000, greatestEventMs: 1_700_000_000_000 },
    sums: new Map([['["apple"]', [BigInt(number), -1n]]]),
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
