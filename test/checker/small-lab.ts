/** A lab in a few lines: a log of two partitions, and the answers that a right lab would have given while it grew. */

import type { Experiment, History, SeenAnswer } from '../../src/checker/history.js';
import type { CheckedLog } from '../../src/checker/verify.js';
import type { EventFields } from '../../src/events/event.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import type { Question } from '../../src/questions/question.js';
import { foldEvents } from '../../src/sums/fold.js';

const items = ['apple', 'banana', 'orange', 'blueberries', 'snickers', 'mars', 'twix', 'milkyway'];

/** A valid event, different for each number. */
export function sale(number: number, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    event_id: `e-${number}`,
    kind: 'sale',
    purchase_id: `p-${Math.floor(number / 3)}`,
    purchase_index: (number % 8) + 1,
    snack_automat_id: `SNACK--${number % 5}`,
    item: items[(number * 7) % 8],
    slot: (number % 8) + 1,
    customer_id: number % 201,
    healthy: number % 2 === 0,
    price_cents: 50 + ((number * 37) % 400),
    cost_cents: 20,
    timestamp: 1_700_000_000_000 + number * 1000,
    ...change,
  };
}

export const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

/** One message of the small log: the event, or null where the message is none. */
interface SmallMessage {
  readonly value: Uint8Array | null;
  readonly event: EventFields | null;
}

const partitions = 2;
const messagesPerPartition = 90;
/** Every tenth message is none of an event. */
const smallLog: readonly (readonly SmallMessage[])[] = Array.from({ length: partitions }, (_, partition) =>
  Array.from({ length: messagesPerPartition }, (_, offset): SmallMessage => {
    if (offset % 10 === 9) return { value: bytes('{"kind":"sale"'), event: null };
    const event = sale(partition * messagesPerPartition + offset);
    return { value: bytes(event), event: event as EventFields };
  }),
);

/** The answer of a right lab at slice `number`: each slice has three messages of one partition and two of the other. */
export function rightAnswer(question: Question, number: number, baseNumber: number): SeenAnswer {
  const at = (slice: number) => [slice * 3, slice * 2];
  const events = (from: readonly number[], until: readonly number[]) =>
    smallLog
      .flatMap((messages, p) => messages.slice(from[p], until[p]))
      .flatMap(({ event }) => (event === null ? [] : [event]));
  const [origin, cut, position] = [at(0), at(baseNumber), at(number)];
  const messages = position[0]! + position[1]!;
  return {
    question: question.name,
    declared: question,
    reader: 0,
    askedMs: number * 150,
    seenMs: number * 150 + 10,
    pipeline: 'lambda-1',
    incarnation: 1,
    generation: 1,
    forced: 0,
    origin,
    position,
    number,
    baseId: baseNumber === 0 ? 0 : 1 + Math.floor(baseNumber / 10),
    baseCut: cut,
    slices: number - baseNumber,
    messages,
    rejected: messages - events(origin, position).length,
    base: foldEvents(question, events(origin, cut)),
    realTime: foldEvents(question, events(cut, position)),
    merged: foldEvents(question, events(origin, position)),
  };
}

export const smallExperiment: Experiment = {
  lab: 'lambda',
  questions: builtinQuestions.map(({ name }) => name),
  seconds: 5,
  secondsAtMost: 5,
  afterKill: false,
};

/** 30 slices, a base after every tenth, each slice read once for each question. */
export function rightHistory(change: Partial<History> = {}): History {
  const numbers = Array.from({ length: 30 }, (_, i) => i + 1);
  return {
    experiment: smallExperiment,
    startedMs: 100,
    endedMs: 30 * 150 + 50,
    logAtStart: { starts: [0, 0], ends: [6, 4] },
    logAtEnd: { starts: [0, 0], ends: [messagesPerPartition, messagesPerPartition] },
    seen: numbers.flatMap((number) =>
      builtinQuestions.map((question) => rightAnswer(question, number, Math.floor((number - 1) / 10) * 10)),
    ),
    ...change,
  };
}

/** The small log as the checker reads it, with the dead letters that a right lab would have kept. */
export function smallCheckedLog(
  change: { deadLetters?: readonly string[]; starts?: readonly number[] } = {},
): CheckedLog {
  const right = smallLog.flatMap((messages, partition) =>
    messages.flatMap(({ event }, offset) => (event === null ? [`${partition}:${offset}`] : [])),
  );
  return {
    extent: async () => ({
      starts: change.starts ?? [0, 0],
      ends: [messagesPerPartition, messagesPerPartition],
    }),
    readMessages: async (from, ends, add) => {
      smallLog.forEach((messages, partition) => {
        for (let offset = from[partition]!; offset < ends[partition]!; offset++) {
          add(partition, offset, messages[offset]!.value, 0);
        }
      });
    },
    deadLetterKeys: async () => change.deadLetters ?? right,
  };
}
