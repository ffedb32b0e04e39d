/**
 * Goal: what ingestion acknowledges is in the log, in the bytes that were sent and at the place that it said, whatever
 * happens to its process; nothing that is sent brings it down or takes more memory than it has.
 * Method: the real server on a real log in a process of its own, flooded and killed from here; then its log is read.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { judge } from '../../src/events/parse.js';
import { splitBody } from '../../src/ingestion/split-body.js';
import { openEmbeddedLog } from '../../src/runtimes/embedded/log.js';
import { bundled, type Program, type Running, start } from '../embedded/child-process.js';
import type { IngestChild } from '../embedded/ingest-child.js';
import { malformedMessages } from '../events/malformed.js';
import { arrayOf, each, eventText, eventTexts, keptConnections, send } from './events.js';

const mib = 1 << 20;
/** Node, the server and its libraries, its budget three times over, and what the collector leaves lying for a while. */
const peakBytesMax = 320 * mib;

let program: Program;
let dir: string;
let running: Running | undefined;
beforeAll(async () => {
  program = await bundled('ingest-child');
});
afterAll(() => program[Symbol.asyncDispose]());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'snacklab-ingest-'));
});
afterEach(async () => {
  running?.process.kill('SIGKILL');
  await running?.ended;
  await rm(dir, { recursive: true });
});

/** Starts the service, and answers with its port. */
async function begin(limits: IngestChild['limits'] = {}): Promise<number> {
  running = start([process.execPath, program.path, JSON.stringify({ dir, limits } satisfies IngestChild)]);
  const port = () => running!.lines.find((line) => line.startsWith('port '))?.slice(5);
  await expect.poll(() => port() ?? running!.said, { timeout: 30_000 }).toMatch(/^\d+$/);
  return Number(port());
}

/** Ends it orderly. Answers with the most memory that it had, bytes. */
async function end(): Promise<number> {
  running!.process.kill('SIGTERM');
  expect({ ...(await running!.ended), said: running!.said }).toEqual({ code: 0, signal: null, said: [] });
  return Number(running!.lines.at(-1)!.slice('peak '.length));
}

/** The log's messages by `partition:offset`, read when no process has it. */
async function stored(): Promise<ReadonlyMap<string, string>> {
  await using log = await openEmbeddedLog(join(dir, 'log'), 3);
  await using reader = await log.read(await log.starts());
  const texts = new Map<string, string>();
  for (let messages = await reader.next(0); messages.length > 0; messages = await reader.next(0)) {
    for (const { partition, offset, value } of messages)
      texts.set(`${partition}:${offset}`, Buffer.from(value!).toString());
  }
  return texts;
}

/** The seed's messages are what a log may hold: some are events after all, one is so as an array or as a line of two. */
function hasNoEvent(body: Uint8Array | null): boolean {
  const kinds = ['json', 'lines'] as const;
  const split = kinds.map((kind) => splitBody(body ?? new Uint8Array(0), kind, 10_000));
  return split.every((one) => !('events' in one) || one.events.every((event) => 'reason' in judge(event)));
}

type State = { readonly state: string; readonly partition: number; readonly offset: number };
const placeOf = ({ partition, offset }: State) => `${partition}:${offset}`;

describe('ingestion', () => {
  it('answers for each event, and keeps the accepted ones as they were sent', async () => {
    const port = await begin();
    const spaced = eventText(1).replaceAll(',', ' ,\t').replace('}', ', "note": "ä \\u00e4" }');
    const body = `[\n ${spaced} , ${eventText(2).replace('"slot":', '"slot":1')}, 7 ,${eventText(3)}]`;
    const { status, body: answer } = await send({ port }, body);
    expect(status).toBe(207);
    expect(answer).toMatchObject({ accepted: 2, refused: 2, unsent: 0, unknown: 0 });
    const [first, second, third, fourth] = answer.events;
    expect([second, third]).toEqual([
      { state: 'refused', reason: 'slot: out of range' },
      { state: 'refused', reason: 'not an object' },
    ]);
    const lines = `${eventText(4)}\r\n\n${eventText(5)}\n`;
    const asLines = await send({ port, headers: { 'content-type': 'application/x-ndjson' } }, lines);
    expect(asLines).toMatchObject({ status: 200, body: { accepted: 2 } });
    await end();
    const texts = await stored();
    expect(texts.size).toBe(4);
    expect([texts.get(placeOf(first)), texts.get(placeOf(fourth))]).toEqual([spaced, eventText(3)]);
    expect(asLines.body.events.map((state: State) => texts.get(placeOf(state)))).toEqual([eventText(4), eventText(5)]);
  });

  it('has lost nothing that it acknowledged when it is killed in the middle', async () => {
    const rounds = 4;
    const perRequest = 20;
    const acknowledged = new Map<string, string>();
    for (let round = 0; round < rounds; round++) {
      const port = await begin();
      const agent = keptConnections(8);
      let answers = 0;
      let isOver = false;
      await each(100_000, 8, async (i) => {
        if (isOver) return;
        const texts = eventTexts((round * 100_000 + i) * perRequest, (round * 100_000 + i + 1) * perRequest);
        try {
          const { body } = await send({ port, agent }, arrayOf(texts));
          for (const [at, state] of (body.events as State[]).entries()) {
            if (state.state === 'accepted') acknowledged.set(placeOf(state), texts[at]!);
          }
          // With others under way, some of which are in the log without an answer.
          if (++answers === 40 + 25 * round) running!.process.kill('SIGKILL');
        } catch {
          isOver = true;
        }
      });
      agent.destroy();
      expect(await running!.ended).toMatchObject({ signal: 'SIGKILL' });
    }
    const texts = await stored();
    const lost = [...acknowledged].filter(([place, text]) => texts.get(place) !== text);
    expect(lost).toEqual([]);
    expect(acknowledged.size).toBeGreaterThanOrEqual(rounds * 40 * perRequest);
    expect(new Set(texts.values()).size).toBe(texts.size);
    console.log(`${rounds} kills: ${acknowledged.size} events acknowledged, ${texts.size} in the log, 0 lost`);
  });

  it('loses nothing in a flood of 20,000 requests and 10,000 malformed bodies, in bounded memory', async () => {
    const port = await begin();
    const agent = keptConnections(64);
    const seed = 20_261_121;
    const malformed = malformedMessages(seed, 14_000).filter(hasNoEvent);
    expect(malformed.length).toBeGreaterThanOrEqual(10_000);
    const types = ['application/json', 'application/x-ndjson'];
    const statuses = new Map<number, number>();
    const unexpected: unknown[] = [];
    const places = new Map<string, string>();
    await each(30_000, 64, async (i) => {
      const bad = i % 3 === 2 ? malformed[(i - 2) / 3] : undefined;
      const isGood = i % 3 !== 2;
      const headers = { 'content-type': isGood ? types[0]! : types[((i - 2) / 3) % 2]! };
      const { status, body } = await send({ port, agent, headers }, isGood ? eventText(i) : (bad ?? ''));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (isGood && status === 200) places.set(placeOf(body.events[0]), eventText(i));
      else if (isGood || ![200, 400, 413, 422].includes(status) || (status === 200 && body.events.length > 0))
        unexpected.push({ i, status, body });
    });
    agent.destroy();
    const peak = await end();
    console.log(`seed ${seed}: ${JSON.stringify([...statuses])}, at most ${Math.round(peak / mib)} MiB`);
    expect(unexpected.slice(0, 5)).toEqual([]);
    expect(places.size).toBe(20_000);
    expect(await stored()).toEqual(places);
    expect(peak).toBeLessThan(peakBytesMax);
  });

  it('tells who comes with more than it may hold to come again, and stays within its memory', async () => {
    // What is turned away is sent to its end all the same, on a machine that may be busy.
    const port = await begin({ requestTimeoutMs: 120_000, idleTimeoutMs: 120_000 });
    const agent = keptConnections(40);
    const filler = 'x'.repeat(200_000);
    const event = eventText(1).replace('}', `,"filler":"${filler}"}`);
    const body = arrayOf(new Array(19).fill(event));
    const counts = { stored: 0, busy: 0, other: 0 };
    await each(80, 40, async () => {
      const { status, headers } = await send({ port, agent }, body);
      if (status === 200) counts.stored++;
      else if (status === 503 && headers['retry-after'] === '1') counts.busy++;
      else counts.other++;
    });
    agent.destroy();
    expect(await send({ port, method: 'GET', path: '/health' }, '')).toMatchObject({ body: { bytesInFlight: 0 } });
    const peak = await end();
    console.log(
      `bodies of ${(body.length / mib).toFixed(1)} MiB: ${JSON.stringify(counts)}, at most ${Math.round(peak / mib)} MiB`,
    );
    expect(counts.other).toBe(0);
    expect(counts.busy).toBeGreaterThan(0);
    expect((await stored()).size).toBe(counts.stored * 19);
    expect(peak).toBeLessThan(peakBytesMax);
  });
});
