/**
 * Requests at an even rate whether or not the ones before are answered, each timed from when it was due: a pause of the
 * service is in the time of all that it held up. autocannon sends the requests of a second all at its beginning, and
 * fills up its latencies as if one were due each millisecond, so at a given rate its figures are of something else.
 */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Loaded } from './load.js';

export interface Paced {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
  /** Requests a second. */
  readonly rate: number;
}

export async function sendPaced(
  { url, seconds, connections, rate }: Paced,
  bodies: readonly string[],
): Promise<Loaded> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latenciesMs: number[] = [];
  let failed = 0;
  const startedMs = performance.now();
  const sending: Promise<void>[] = [];
  for (let i = 0; i < seconds * rate; i++) {
    const dueMs = startedMs + (i * 1000) / rate;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    sending.push(
      post(url, agent, bodies[i % bodies.length]!).then((status) => {
        if (status === 200) latenciesMs.push(performance.now() - dueMs);
        else failed++;
      }),
    );
  }
  await Promise.all(sending);
  agent.destroy();
  const sorted = latenciesMs.sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN;
  const tookSeconds = (performance.now() - startedMs) / 1000;
  return { requests: sorted.length, seconds: tookSeconds, failed, p50Ms: at(0.5), p99Ms: at(0.99), greatestMs: at(1) };
}

/** The status once the answer was read; 0 where there was none. */
function post(url: string, agent: Agent, body: string): Promise<number> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const asking = request(`${url}/events`, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    asking.on('error', () => resolve(0)).end(body);
  });
}
