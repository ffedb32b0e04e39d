/** One run of requests against an ingestion service, in the process that calls it; its figures go to stdout as JSON. */
import autocannon from 'autocannon';
import { saleAt } from '../../generator/purchases.js';
import { sendPaced } from './paced.js';

export interface Load {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
  /** Requests a second; undefined: as many as are answered. */
  readonly rate: number | undefined;
}

export interface Loaded {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly greatestMs: number;
  /** Answers other than 200, errors and time-outs. */
  readonly failed: number;
}

export const eventsPerRequest = 100;
/** So many bodies are sent in turn: all other events differ. */
const bodies = 200;

/** As many as are answered is autocannon's work; an even rate is ./paced.ts's. */
export async function loadOnce({ rate, ...load }: Load): Promise<never> {
  const sent = Array.from({ length: bodies }, (_, i) => bodyOf(i));
  const loaded = rate === undefined ? await sendAll(load, sent) : await sendPaced({ ...load, rate }, sent);
  process.stdout.write(JSON.stringify(loaded));
  process.exit(0);
}

async function sendAll({ url, seconds, connections }: Omit<Load, 'rate'>, sent: readonly string[]): Promise<Loaded> {
  const result = await autocannon({
    url: `${url}/events`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...{ connections, duration: seconds, requests: sent.map((body) => ({ body })) },
  });
  const { latency, non2xx, errors, timeouts } = result;
  return {
    ...{ requests: result['2xx'], seconds: result.duration, failed: non2xx + errors + timeouts },
    ...{ p50Ms: latency.p50, p99Ms: latency.p99, greatestMs: latency.max },
  };
}

function bodyOf(i: number): string {
  const events = Array.from({ length: eventsPerRequest }, (_, n) => saleAt(1, i * eventsPerRequest + n, Date.now()));
  return JSON.stringify(events);
}
