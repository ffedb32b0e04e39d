/** The rows of the ingestion benchmark: the highest rate, and the time of an answer at half of what is wanted. */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchOptions } from '../command-line.js';
import type { Row } from '../row.js';
import { eventsPerRequest, type Load, type Loaded } from './load.js';
import type { Use } from './served.js';

const wantedPerSecond = 30_000;
const warmUpSeconds = 4;
const seconds = 20;
// This module is a part of the bundle that is started, and of no other.
const self = process.argv[1] ?? fileURLToPath(import.meta.url);

/** As many batches as are answered. */
export function highestRow({ url }: BenchOptions): Promise<Row> {
  return measured(url, { connections: 16, rate: undefined }, ({ loaded, perSecond }) => ({
    name: 'highest',
    title: 'HTTP ingestion, batches of 100, one process',
    figures: [
      { what: 'events a second', value: perSecond, unit: '/s', atLeast: wantedPerSecond },
      { what: 'answer, p99', value: loaded.p99Ms, unit: 'ms' },
    ],
  }));
}

/** Half of the rate that is wanted. */
export function pacedRow({ url }: BenchOptions): Promise<Row> {
  const rate = wantedPerSecond / 2 / eventsPerRequest;
  return measured(url, { connections: 16, rate }, ({ loaded, perSecond }) => ({
    name: 'paced',
    title: 'HTTP ingestion at half of that rate',
    figures: [
      { what: 'answer, p99', value: loaded.p99Ms, unit: 'ms', atMost: 100 },
      { what: 'answer, p50', value: loaded.p50Ms, unit: 'ms' },
      { what: 'longest', value: loaded.greatestMs, unit: 'ms' },
      { what: 'events a second', value: perSecond, unit: '/s' },
    ],
  }));
}

interface Measured {
  readonly loaded: Loaded;
  readonly perSecond: number;
}

async function measured(
  url: string | undefined,
  load: Pick<Load, 'connections' | 'rate'>,
  rowOf: (measured: Measured) => Omit<Row, 'conditions'>,
): Promise<Row> {
  await using served = url === undefined ? await serve() : elsewhere(url);
  await run({ ...load, url: served.url, seconds: warmUpSeconds });
  const before = await served.use();
  const loaded = await run({ ...load, url: served.url, seconds });
  const after = await served.use();
  const events = loaded.requests * eventsPerRequest;
  const row = rowOf({ loaded, perSecond: loaded.failed > 0 ? Number.NaN : events / loaded.seconds });
  const own = before === undefined || after === undefined ? [] : figuresOf(before, after, events);
  const where = url === undefined ? 'an embedded log in a fresh directory' : url;
  return {
    ...row,
    figures: [...row.figures, ...own],
    conditions: [
      `${loaded.requests} requests of ${eventsPerRequest} events in ${loaded.seconds.toFixed(1)} s after ${warmUpSeconds} s of warming up, ${load.connections} connections; ${loaded.failed} failed`,
      `the service is one process on ${where}; ${load.rate === undefined ? 'autocannon sends' : 'requests are sent at even distances and timed from when they were due,'} from another one on the same machine`,
    ],
  };
}

function figuresOf(before: Use, after: Use, events: number) {
  // Who did not get an answer in time may have been stored: at least what was answered is there.
  const stored = after.messages - before.messages;
  return [
    { what: 'processor time an event', value: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / stored, unit: 'µs' },
    { what: 'memory at its highest', value: after.peakBytes / 2 ** 20, unit: 'MiB' },
    { what: 'in the log for each accepted', value: stored / events, unit: '' },
  ];
}

async function run(load: Load): Promise<Loaded> {
  const { stdout } = await promisify(execFile)(process.execPath, [self, 'load', JSON.stringify(load)]);
  return JSON.parse(stdout) as Loaded;
}

interface Served extends AsyncDisposable {
  readonly url: string;
  use(): Promise<Use | undefined>;
}

async function serve(): Promise<Served> {
  const child = fork(self, ['serve']);
  const use = () => useOf(child);
  const { port } = await use();
  return {
    url: `http://127.0.0.1:${port}`,
    use,
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function useOf(child: ChildProcess): Promise<Use> {
  child.send('use');
  const [use] = await once(child, 'message');
  return use as Use;
}

/** A lab's own service, which is not this process's child. */
function elsewhere(url: string): Served {
  return { url: url.replace(/\/$/, ''), use: async () => undefined, [Symbol.asyncDispose]: async () => {} };
}
