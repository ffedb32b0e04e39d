/**
 * Goal: the stream job's Spark SQL and the TypeScript fold answer every kind of question alike, to the last digit.
 * Method: questions of all kinds of sums, keys and filters over random events, the corpus and malformed messages,
 * through job.py's own query in a local Spark in its image, by both of its ways (one task, and several with a shuffle).
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { EventFields } from '../../src/events/event.js';
import { judge } from '../../src/events/parse.js';
import { items } from '../../src/events/rule.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { count, greatest, least, type Question, total, totalOfProduct } from '../../src/questions/question.js';
import { foldEvents } from '../../src/sums/fold.js';
import { eventText } from '../events/case.js';
import { corpus } from '../events/corpus.js';
import { malformedMessages } from '../events/malformed.js';
import { sparkImage } from './spark-image.js';

const sums = {
  events: count(),
  cents: total('price_cents'),
  margin: totalOfProduct('price_cents', 'cost_cents'),
  first: least('timestamp'),
  last: greatest('timestamp'),
  cheapest: least('price_cents'),
};
const ask = (name: string, key: Question['key'], where: Question['where'] = {}): Question => ({
  name,
  asks: name,
  where,
  key,
  sums,
});

const questions: readonly Question[] = [
  ...builtinQuestions,
  ask('everything', []),
  ask('by-item', ['item']),
  ask('by-hour', [{ hour: 'timestamp' }], { kind: 'sale' }),
  ask('by-health-and-slot', ['healthy', 'slot']),
  ask('by-customer', ['customer_id'], { healthy: true }),
  ask('of-slot-3', ['item', 'snack_automat_id'], { slot: 3, kind: 'sale' }),
  ask('same-field-twice', ['item', 'item', { hour: 'timestamp' }]),
  ask('of-nothing', ['item'], { item: 'pear' }),
  ask('a-text-for-a-number', ['item'], { slot: '3' }),
  ask('a-number-for-a-text', ['item'], { event_id: 3 }),
  ask('a-text-with-quotes', ['event_id'], { purchase_id: `it's \\ "quoted" %_ \u00e9` }),
  ask('by-id', ['event_id'], { price_cents: 150 }),
];

/** A small linear congruential generator: the events only have to differ. */
function randomEvents(howMany: number, seed: number): Uint8Array[] {
  let state = seed;
  const below = (bound: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  return Array.from({ length: howMany }, (_, i) =>
    Buffer.from(
      eventText({
        event_id: `"e-${i % 50}"`,
        purchase_id: i % 10 === 0 ? JSON.stringify(`it's \\ "quoted" %_ \u00e9`) : '"p"',
        item: JSON.stringify(items[below(8)]),
        snack_automat_id: `"SNACK--${below(5)}"`,
        slot: String(1 + below(8)),
        customer_id: below(100) === 0 ? '9007199254740991' : String(below(20)),
        healthy: below(2) === 0 ? 'true' : 'false',
        price_cents: String(below(5) === 0 ? 1_000_000_000 : below(500)),
        cost_cents: String(below(5) === 0 ? 1_000_000 : below(500)),
        timestamp: String(1_763_000_000_000 + below(20_000_000)),
      }),
    ),
  );
}

const seed = 20261120;
const messages: readonly (Uint8Array | null)[] = [
  ...randomEvents(3000, seed),
  ...corpus.map(({ value }) => value),
  ...malformedMessages(seed, 1500),
].filter((value) => value === null || value.length < 100_000);

interface Answer {
  readonly until: readonly number[];
  readonly rejected: number;
  readonly parts: readonly {
    readonly question: string;
    readonly messages: number;
    readonly rejected: number;
    readonly leastEventMs: number;
    readonly greatestEventMs: number;
    readonly sums: readonly (readonly [unknown[], (string | null)[]])[];
  }[];
}

/** Asks the stream job's query over these messages, in a Spark of its own. Returns its exit code and what it printed. */
async function askSpark(
  asked: readonly Question[],
  values: readonly (Uint8Array | null)[],
): Promise<{ readonly code: number | null; readonly lines: readonly string[] }> {
  const program = readFileSync(new URL('./aggregate.py', import.meta.url), 'utf8');
  const python = ['/opt/py/bin/python', '-c', program, '/opt/snacklab', '/opt/snacklab/event-rule.json'];
  const spark = spawn(
    'docker',
    ['run', '--rm', '-i', '--network', 'none', '--hostname', 'localhost', sparkImage(), ...python],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const output: Buffer[] = [];
  spark.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  const ended = new Promise<number | null>((resolve, reject) => spark.on('error', reject).on('close', resolve));
  const encoded = values.map((value) => value && Buffer.from(value).toString('base64'));
  spark.stdin.end(JSON.stringify({ questions: asked, messages: encoded }));
  const code = await ended;
  return { code, lines: Buffer.concat(output).toString('utf8').split('\n') };
}

async function answersOfSpark(): Promise<Answer[]> {
  const { code, lines } = await askSpark(questions, messages);
  expect(code).toBe(0);
  return lines.filter((line) => line.startsWith('ANSWER ')).map((line) => JSON.parse(line.slice(7)) as Answer);
}

describe.runIf(inject('docker'))(`the stream job's query over ${messages.length} messages of seed ${seed}`, () => {
  const events: EventFields[] = [];
  for (const message of messages) {
    const judgement = judge(message);
    if ('event' in judgement) events.push(judgement.event);
  }
  const rejected = messages.length - events.length;
  let answers: Answer[];

  beforeAll(async () => {
    answers = await answersOfSpark();
  });

  it.each([
    ['in one task', 0],
    ['in several, with a shuffle', 1],
    ['in one task again, by the same plan', 2],
  ] as const)('equals the fold %s', (_, way) => {
    const answer = answers[way]!;
    expect(answer.rejected).toBe(rejected);
    expect(answer.until).toEqual([...[0, 1, 2].map((p) => Math.ceil((messages.length - p) / 3)), 0]);
    expect(answer.parts.map(({ question }) => question)).toEqual(questions.map(({ name }) => name));
    for (const [i, part] of answer.parts.entries()) {
      const expected = [...foldEvents(questions[i]!, events)].map(([key, row]) => [
        key,
        row.map((s) => s?.toString() ?? null),
      ]);
      const actual = part.sums.map(([key, row]) => [JSON.stringify(key), row]);
      expect(actual.sort(), part.question).toEqual(expected.sort());
      expect(part).toMatchObject({ messages: messages.length, rejected });
      expect(part.leastEventMs).toBe(Math.min(...events.map((event) => event.timestamp as number)));
      expect(part.greatestEventMs).toBe(Math.max(...events.map((event) => event.timestamp as number)));
    }
  });

  it('names the sum that leaves 64 bits, and gives no answer', async () => {
    const times = { ...ask('of-times', []), sums: { last: greatest('timestamp'), times: total('timestamp') } };
    const late = Array.from({ length: 1_100 }, (_, i) =>
      Buffer.from(eventText({ event_id: `"late-${i}"`, timestamp: String(Number.MAX_SAFE_INTEGER) })),
    );
    const { code, lines } = await askSpark([...builtinQuestions, times], late);
    expect(code).not.toBe(0);
    expect(lines.filter((line) => line.startsWith('ANSWER '))).toEqual([]);
    const [said, ...others] = lines.filter((line) => line.includes('64 bits'));
    expect(said).toMatch(
      /^the sum times of of-times left 64 bits .* start a version whose questions leave that sum out/,
    );
    expect(others).toEqual([]);
  });
});
