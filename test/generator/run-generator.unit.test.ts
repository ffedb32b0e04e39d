// Goal: a generator that is killed or stopped at any point goes on without repeating an event, its ledger agrees with the
// log, and operators see and steer it. Method: a real process, a real SIGKILL, and a broker of the test's own.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLedgerFile } from '../../generator/ledger-file.js';
import { printedLines } from '../../generator/printed-ledger.js';
import { producerAt, runGenerator } from '../../generator/run-generator.js';
import { LedgerSearch } from '../../src/checker/ledger.js';
import type { GeneratorSettings } from '../../src/config/service.js';
import type { Wanted } from '../../src/runtimes/ports.js';
import { realClock } from '../../src/runtimes/service-scope.js';
import { eventTopic } from '../../src/runtimes/topics.js';
import { type FakeBroker, startFakeBroker } from './fake-broker.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snacklab-test-'));
  await build({
    entryPoints: [join(import.meta.dirname, 'generator-process.ts')],
    outfile: join(folder, 'generator.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
  });
});
afterAll(() => rm(folder, { recursive: true }));

/** The ledger looked for in the broker's log, by the checker. */
async function search(broker: FakeBroker, ledgerFolder: string) {
  const lines = [...printedLines(await readLedgerFile(ledgerFolder))].map((line) => JSON.stringify(line));
  const search = new LedgerSearch(lines);
  for (const { value } of broker.log.flat()) search.add(value);
  return search.finish();
}

const messages = (broker: FakeBroker) => broker.log.reduce((sum, partition) => sum + partition.length, 0);

async function until(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 120_000;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`not within 120 s: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a generator that is killed', () => {
  const start = (broker: FakeBroker, ledgerFolder: string) =>
    spawn(process.execPath, [join(folder, 'generator.mjs'), broker.address, ledgerFolder, '20000'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));

  it('five times with SIGKILL never repeats an event, and has each acknowledged one in the log once', async () => {
    await using broker = await startFakeBroker(eventTopic, 4);
    const ledgerFolder = join(folder, 'killed');
    for (let life = 1; life <= 5; life++) {
      const before = messages(broker);
      const child = start(broker, ledgerFolder);
      const end = ended(child);
      // Somewhere in its second second: after some flushes, and with sends in flight.
      await until(() => messages(broker) > before + 20_000 + life * 1111);
      child.kill('SIGKILL');
      expect(await end).toBeNull();
    }
    const last = start(broker, ledgerFolder);
    const before = messages(broker);
    await until(() => messages(broker) > before + 5000);
    last.kill('SIGTERM');
    expect(await ended(last)).toBe(0);
    const found = await search(broker, ledgerFolder);
    expect(found).toMatchObject({ verdict: 'pass', findings: [], foreign: 0 });
    expect(found.acknowledged).toBeGreaterThan(5000);
    // Sent before a kill and not yet in the ledger: there, and listed as in doubt.
    expect(found.inFlight).toBeGreaterThan(0);
  });

  it('with SIGTERM leaves a ledger that accounts for every message, and skips nothing', async () => {
    await using broker = await startFakeBroker(eventTopic, 4);
    const ledgerFolder = join(folder, 'stopped');
    for (let life = 1; life <= 3; life++) {
      const before = messages(broker);
      const child = start(broker, ledgerFolder);
      const end = ended(child);
      await until(() => messages(broker) > before + 5000);
      child.kill('SIGTERM');
      expect(await end).toBe(0);
    }
    const ledger = await readLedgerFile(ledgerFolder);
    expect(ledger.entries).toHaveLength(1);
    expect(ledger.entries[0]).toMatchObject({ from: 0, until: ledger.reservedUntil, messages: messages(broker) });
    const found = await search(broker, ledgerFolder);
    expect(found).toMatchObject({ verdict: 'pass', inFlight: 0, acknowledged: ledger.reservedUntil });
  });
});

/** A generator in this process, with a serving store by hand. */
function setUp(broker: FakeBroker, name: string, changes: Partial<GeneratorSettings> = {}) {
  const settings: GeneratorSettings = {
    rate: 2000,
    seed: 7,
    events: undefined,
    startTimeMs: undefined,
    dayMs: null,
    late: 0,
    duplicate: 0,
    malformed: 0,
    ...changes,
  };
  const store = { wanted: { rate: null, paused: false, batchRequests: 0 } as Wanted, away: false };
  const reports: Record<string, unknown>[] = [];
  const said: string[] = [];
  const stop = new AbortController();
  const answer = async <T>(value: T): Promise<T> => {
    if (store.away) throw new Error('no host available');
    return value;
  };
  const running = runGenerator({
    settings,
    openProducer: (scope) => producerAt(broker.address, scope),
    ledgerFolder: join(folder, name),
    openStore: () =>
      answer({
        readWanted: () => answer(store.wanted),
        report: async ({ report }) => void reports.push(await answer(report)),
        [Symbol.asyncDispose]: async () => {},
      }),
    clock: realClock(),
    stop: stop.signal,
    finishWithinMs: 500,
    say: (line) => void said.push(line),
  });
  running.catch(() => {});
  return { running, store, reports, said, stop };
}

describe('the generator', () => {
  it('does not start while it is wanted paused, and follows the wanted rate and pause', async () => {
    await using broker = await startFakeBroker(eventTopic, 4);
    const { running, store, reports, stop } = setUp(broker, 'steered');
    store.wanted = { rate: 500, paused: true, batchRequests: 0 };
    await until(() => reports.length >= 2);
    expect(messages(broker)).toBe(0);
    expect(reports.at(-1)).toMatchObject({ state: 'paused', paused: true, sent: 0, acknowledged: 0 });
    store.wanted = { rate: 500, paused: false, batchRequests: 0 };
    await until(() => messages(broker) > 500);
    const report = reports.at(-1)!;
    expect(report).toMatchObject({ state: 'running', paused: false, wantedRatePerSecond: 500, inDoubt: 0 });
    stop.abort();
    await running;
    expect(reports.at(-1)).toMatchObject({ state: 'stopped', acknowledged: messages(broker) });
  });

  it('waits for the serving store before it starts, and goes on without it afterwards', async () => {
    await using broker = await startFakeBroker(eventTopic, 4);
    const { running, store, said, stop } = setUp(broker, 'alone');
    store.away = true;
    await until(() => said.some((line) => line.includes('the serving store does not answer')));
    expect(messages(broker)).toBe(0);
    store.away = false;
    await until(() => messages(broker) > 100);
    store.away = true;
    const before = messages(broker);
    await until(() => messages(broker) > before + 5000);
    expect(said.filter((line) => line.includes('does not answer'))).toHaveLength(2);
    stop.abort();
    await running;
  });

  it('idles when its events are all there, also after a start again', async () => {
    await using broker = await startFakeBroker(eventTopic, 4);
    for (const life of [1, 2]) {
      const { running, reports, stop } = setUp(broker, 'finite', { events: 777 });
      await until(() => reports.at(-1)?.state === 'finished');
      expect(messages(broker), `life ${life}`).toBe(777);
      stop.abort();
      await running;
    }
  });

  it('says in its report why it cannot start', async () => {
    await using broker = await startFakeBroker(eventTopic, 4);
    const first = setUp(broker, 'seeds', { events: 10 });
    await until(() => messages(broker) === 10);
    first.stop.abort();
    await first.running;
    const second = setUp(broker, 'seeds', { seed: 8 });
    await expect(second.running).rejects.toThrow("the generator's ledger is of seed 7, but the seed is 8 now");
    expect(second.reports.at(-1)).toMatchObject({ state: 'failed', error: expect.stringContaining('seed 7') });
  });

  it('gives up on what is in flight when it is told to end while the broker is silent', async () => {
    await using broker = await startFakeBroker(eventTopic, 4);
    const { running, reports, stop } = setUp(broker, 'silent');
    await until(() => messages(broker) > 500);
    broker.faults.push(...new Array<'silence'>(100).fill('silence'));
    await until(() => Number(reports.at(-1)?.inFlight) > 0);
    const startMs = performance.now();
    stop.abort();
    await running;
    expect(performance.now() - startMs).toBeLessThan(8_000);
    const found = await search(broker, join(folder, 'silent'));
    expect(found).toMatchObject({ verdict: 'pass' });
    expect(found.inFlight).toBeGreaterThan(0);
  });

  it('makes the same messages again from the same seed and start time', async () => {
    const values = async (name: string) => {
      await using broker = await startFakeBroker(eventTopic, 4);
      const knobs = { late: 0.1, duplicate: 0.1, malformed: 0.1 };
      const { running, reports, stop } = setUp(broker, name, { ...knobs, events: 600, startTimeMs: 1_700_000_000_000 });
      await until(() => reports.at(-1)?.state === 'finished');
      stop.abort();
      await running;
      return broker.log;
    };
    expect(await values('again-1')).toEqual(await values('again-2'));
  });

  it('gives timestamps the shape of a day, from a start time and a length of days', async () => {
    await using broker = await startFakeBroker(eventTopic, 4);
    const startTimeMs = Date.UTC(2026, 0, 1);
    const times = { rate: 600, startTimeMs, dayMs: 60_000 };
    const { running, reports, stop } = setUp(broker, 'days', { ...times, events: 1200 });
    await until(() => reports.at(-1)?.state === 'finished');
    stop.abort();
    await running;
    const stamps = broker.log.flatMap((messages) =>
      messages.map(({ value }) => (JSON.parse(Buffer.from(value!).toString()) as { timestamp: number }).timestamp),
    );
    // Events arrive evenly then, whatever the hour.
    expect(reports.at(-1)).toMatchObject({ dayMs: 60_000, wantedRatePerSecond: 600, wantedThisHourPerSecond: 600 });
    // Of 36,000 events a day, 1 part of 240 is an hour of 2.5 s: the first three hours have six parts, so 900.
    expect(stamps.filter((ms) => ms < startTimeMs + 3 * 2500)).toHaveLength(900);
  });
});
