/**
 * Goal: the stream job's Spark SQL and the TypeScript fold answer every kind of question alike, to the last digit, and it
 * counts the one corpus as all other layers do (test/conformance).
 * Method: questions of all kinds of sums, keys and filters over random events, the corpus and malformed messages,
 * through job.py's own query in a local Spark in its image, by both of its ways (one task, and several with a shuffle).
 */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { EventFields } from '../../src/events/event.js';
import { judge } from '../../src/events/parse.js';
import { items } from '../../src/events/rule.js';
import { beatsByMachine, builtinQuestions, customersByPlace, stockBySlot } from '../../src/questions/builtin.js';
import { count, greatest, least, type Question, total, totalOfProduct } from '../../src/questions/question.js';
import { foldEvents } from '../../src/sums/fold.js';
import {
  type CorpusLayer,
  expected as corpusExpected,
  messages as corpusMessages,
  questions as corpusQuestions,
  overflows,
} from '../conformance/corpus.js';
import { corpusBehaviour, overflowBehaviour } from '../conformance/corpus-behaviour.js';
import { eventText } from '../events/case.js';
import { corpus } from '../events/corpus.js';
import { malformedMessages } from '../events/malformed.js';
import { askSpark, type SparkAnswer, type SparkResult, type SparkRound, sparkWays, tableOf } from './ask-spark.js';

const sums = {
  events: count(),
  cents: total('price_cents'),
  margin: totalOfProduct('price_cents', 'cost_cents'),
  first: least('timestamp'),
  last: greatest('timestamp'),
  cheapest: least('price_cents'),
};
/** Of sales, which alone have what these sums add up. */
const ask = (name: string, key: Question['key'], where: Question['where'] = {}): Question => ({
  ...{ name, asks: name, where: { kind: 'sale', ...where }, key, sums },
});

const questions: readonly Question[] = [
  ...builtinQuestions,
  ask('everything', []),
  ask('by-item', ['item']),
  ask('by-hour', [{ hour: 'timestamp' }], { kind: 'sale' }),
  ask('by-minute', [{ minute: 'timestamp' }], { kind: 'sale' }),
  ask('by-health-and-slot', ['healthy', 'slot']),
  ask('by-customer', ['customer_id'], { healthy: true }),
  ask('of-slot-3', ['item', 'snack_automat_id'], { slot: 3, kind: 'sale' }),
  ask('same-field-twice', ['item', 'item', { hour: 'timestamp' }]),
  ask('of-nothing', ['item'], { item: 'pear' }),
  ask('a-text-for-a-number', ['item'], { slot: '3' }),
  ask('a-number-for-a-text', ['item'], { event_id: 3 }),
  ask('any-of-a-list', ['item', 'slot'], { item: ['apple', 'mars', 'pear'], slot: [1, '2', 3] }),
  ask('none-of-a-list', ['item'], { slot: ['1', '2'] }),
  ask('a-text-with-quotes', ['event_id'], { purchase_id: `it's \\ "quoted" %_ \u00e9` }),
  ask('by-id', ['event_id'], { price_cents: 150 }),
  { name: 'by-kind', asks: 'by-kind', where: {}, key: ['kind'], sums: { events: count(), first: least('timestamp') } },
  stockBySlot,
  beatsByMachine,
  customersByPlace,
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

/** So few combinations that many messages are first summed by all keys together. */
const ofFewKeys = corpusQuestions.filter(({ name }) =>
  ['stock-by-slot', 'beats-by-machine', 'of-all-kinds'].includes(name),
);

const placed = messages.map((value, i) => ({ partition: i % 3, offset: Math.floor(i / 3), value }));
const rounds: readonly SparkRound[] = [
  { questions, messages: placed },
  { questions: corpusQuestions, messages: corpusMessages },
  { questions: ofFewKeys, messages: [...corpusMessages] },
  ...overflows.map((overflow) => ({ questions: [overflow.question], messages: overflow.messages })),
];

describe.runIf(inject('docker'))('the stream job', () => {
  let results: readonly SparkResult[];
  beforeAll(async () => {
    results = await askSpark(rounds);
  });

  itEqualsTheFold(() => results[0]!.answers);

  const layerOf =
    (way: number): CorpusLayer =>
    async (asked) => {
      const { answers, overflow, rejections } = results[rounds.findIndex((round) => round.messages === asked)]!;
      if (overflow !== null) throw new Error(overflow);
      return {
        tables: new Map(answers[way]!.parts.map((part) => [part.question, tableOf(part)])),
        rejected: rejections,
      };
    };
  describe.each(sparkWays.map((name, way) => [name, way] as const))('%s', (_, way) => {
    corpusBehaviour(layerOf(way));
  });
  overflowBehaviour(layerOf(0));

  it('needs no second stage in one task', () => {
    for (const { stages, overflow, hasTwoSteps } of results) {
      if (overflow === null) expect(stages).toEqual([2, hasTwoSteps ? 4 : 3, 2]);
    }
  });

  it.each(sparkWays)('has the same sums of the corpus by few keys, which are summed in two steps, %s', (way) => {
    const { answers, hasTwoSteps } = results[2]!;
    expect([results[1]!.hasTwoSteps, hasTwoSteps]).toEqual([false, true]);
    const tables = answers[sparkWays.indexOf(way)]!.parts.map((part) => [part.question, tableOf(part)] as const);
    expect(tables.map(([name]) => name)).toHaveLength(3);
    for (const [name, table] of tables) expect(table, name).toEqual(corpusExpected.tables.get(name));
  });
});

function itEqualsTheFold(answers: () => readonly SparkAnswer[]): void {
  const events: EventFields[] = [];
  for (const message of messages) {
    const judgement = judge(message);
    if ('event' in judgement) events.push(judgement.event);
  }
  const rejected = messages.length - events.length;
  it.each(sparkWays)(`equals the fold over ${messages.length} messages of seed ${seed}, %s`, (way) => {
    const answer = answers()[sparkWays.indexOf(way)]!;
    expect(answer.rejected).toBe(rejected);
    expect(answer.until).toEqual([...[0, 1, 2].map((p) => Math.ceil((messages.length - p) / 3)), 0]);
    expect(answer.parts.map(({ question }) => question)).toEqual(questions.map(({ name }) => name));
    for (const [i, part] of answer.parts.entries()) {
      expect(tableOf(part), part.question).toEqual(foldEvents(questions[i]!, events));
      expect(part).toMatchObject({ messages: messages.length, rejected });
      expect(part.leastEventMs).toBe(Math.min(...events.map((event) => event.timestamp as number)));
      expect(part.greatestEventMs).toBe(Math.max(...events.map((event) => event.timestamp as number)));
    }
  });
}
