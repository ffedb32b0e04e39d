/**
 * Goal: on the real lab, what ingestion accepts is in Kafka at the place that it said and counted in an answer, and a
 * broker or a service that is killed in the middle loses nothing that was accepted.
 * Method: events of the test's own on the shared Lambda lab, beside the generator's; the log is read from the places that
 * the answers name. The judge of the files that come after folds these events too.
 */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { covers, type Position } from '../../src/positions/position.js';
import { kafkaLog } from '../../src/runtimes/docker/kafka-log.js';
import { runCli } from '../lab/cli.js';
import { docker, waitFor } from '../lab/lab.js';
import { brokerAddress, container, killAndStart, liveHead, waitForSlices } from '../lab/lambda.js';
import { arrayOf, eventTexts, keptConnections, send } from './events.js';

const port = 9022 + 20_000;
const perRequest = 50;

interface State {
  readonly state: string;
  readonly partition: number;
  readonly offset: number | null;
}

/** What was acknowledged, by `partition:offset`; what was acknowledged without a place is looked for by its text. */
interface Acknowledged {
  readonly placed: Map<string, string>;
  readonly unplaced: string[];
  unknown: number;
}

const nothing = (): Acknowledged => ({ placed: new Map(), unplaced: [], unknown: 0 });

function take(into: Acknowledged, texts: readonly string[], states: readonly State[]): void {
  for (const [i, { state, partition, offset }] of states.entries()) {
    if (state === 'unknown') into.unknown++;
    if (state !== 'accepted') continue;
    if (offset === null) into.unplaced.push(texts[i]!);
    else into.placed.set(`${partition}:${offset}`, texts[i]!);
  }
}

/** The messages between two positions. */
async function messagesBetween(from: Position, until: Position): Promise<Map<string, string>> {
  await using reader = await kafkaLog({ broker: brokerAddress }).read(from);
  const left = until.map((end, partition) => end - from[partition]!);
  const texts = new Map<string, string>();
  while (left.some((count) => count > 0)) {
    for (const { partition, offset, value } of await reader.next(10_000)) {
      texts.set(`${partition}:${offset}`, Buffer.from(value ?? []).toString());
      left[partition]!--;
    }
  }
  return texts;
}

async function expectAllInLog(from: Position, { placed, unplaced }: Acknowledged): Promise<void> {
  const texts = await messagesBetween(from, await kafkaLog({ broker: brokerAddress }).ends());
  expect([...placed].filter(([place, text]) => texts.get(place) !== text)).toEqual([]);
  const present = new Set(texts.values());
  expect(unplaced.filter((text) => !present.has(text))).toEqual([]);
}

const ready = () =>
  waitFor('ingestion', async () => (await send({ port, method: 'GET', path: '/health' }, '')).status === 200);

describe.runIf(inject('docker'))('ingestion on the real lab', () => {
  beforeAll(async () => {
    await ready();
  });

  it('stores what it accepts where it says, and an answer counts it', async () => {
    const from = await kafkaLog({ broker: brokerAddress }).ends();
    const acknowledged = nothing();
    for (let n = 0; n < 20; n++) {
      const texts = eventTexts(n * perRequest, (n + 1) * perRequest);
      const { status, body } = await send({ port }, arrayOf(texts));
      expect(status).toBe(200);
      take(acknowledged, texts, body.events);
    }
    expect(acknowledged.placed.size).toBe(20 * perRequest);
    await expectAllInLog(from, acknowledged);
    const ends = await kafkaLog({ broker: brokerAddress }).ends();
    await waitFor('an answer that covers them', async () => covers((await liveHead()).position, ends));
  });

  it('takes a file, and refuses what is no event', async () => {
    const { exitCode, stdout } = await runCli(['lambda', 'ingest', 'package.json', '--json']);
    const document = JSON.parse(stdout);
    expect([exitCode, document.accepted, document.refused > 0]).toEqual([1, 0, true]);
  });

  it.each(['kafka', 'ingestion'])('loses nothing that it accepted when %s is killed in the middle', async (service) => {
    const from = await kafkaLog({ broker: brokerAddress }).ends();
    const acknowledged = nothing();
    const agent = keptConnections(4);
    const base = service === 'kafka' ? 1_000_000 : 2_000_000;
    let requests = 0;
    let isOver = false;
    const lane = async () => {
      while (!isOver) {
        const first = base + requests++ * perRequest;
        const texts = eventTexts(first, first + perRequest);
        try {
          const { body } = await send({ port, agent }, arrayOf(texts));
          take(acknowledged, texts, body.events ?? []);
        } catch {
          // The connection broke: nothing was said of these.
        }
      }
    };
    const lanes = [lane(), lane(), lane(), lane()];
    await waitFor('events before the kill', async () => acknowledged.placed.size > 2_000);
    await killAndStart(service);
    const before = acknowledged.placed.size;
    await ready();
    await waitFor('events after the kill', async () => acknowledged.placed.size > before + 2_000);
    isOver = true;
    await Promise.all(lanes);
    agent.destroy();
    console.log(`${service}: ${acknowledged.placed.size} accepted, ${acknowledged.unknown} unknown`);
    await expectAllInLog(from, acknowledged);
    await waitForSlices();
  });

  it('listens for this machine alone, and within its memory', async () => {
    const published = await docker('port', container('ingestion'));
    expect(published).toBe(`9022/tcp -> 127.0.0.1:${port}`);
    const state = await docker(
      'inspect',
      '--format',
      '{{.State.OOMKilled}} {{.HostConfig.Memory}}',
      container('ingestion'),
    );
    expect(state).toBe(`false ${384 << 20}`);
    const foreign = await send({ port, headers: { host: 'evil.example' } }, arrayOf(eventTexts(0, 1)));
    expect(foreign.status).toBe(403);
  });
});
