/**
 * The truth of a simulated run: what was produced, and what an answer at a position has to say of it.
 * Plain loops over what the generator knows; it shares no code with the fold, the merge or the event rule. Pure.
 */
import { covers, type Position } from '../../src/positions/position.js';
import type { Question, Sum } from '../../src/questions/question.js';
import type { DeadLetter } from '../../src/runtimes/ports.js';
import type { ReadAnswer } from '../../src/serving/read-answer.js';

/** A message as the truth knows it; the fold sees only its text. */
export interface KnownEvent {
  readonly valid: boolean;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

/** What has been produced, by partition and offset. */
export type KnownLog = readonly (readonly KnownEvent[])[];

/** Where readers are known to have been: no answer may lie before it, unless a switch was forced since. */
export interface Floor {
  readonly position: Position;
  readonly forced: number;
}

/** A sale; about one in seven is a broken message. `integer` draws from the seed. */
export function createEvent(random: () => number, index: number): KnownEvent {
  const integer = (below: number) => Math.floor(random() * below);
  const valid = random() > 0.15;
  const item = ['apple', 'mars'][integer(2)]!;
  const machine = `SNACK--${integer(2)}`;
  const cents = 1 + integer(5);
  const fields = {
    event_id: `e${index}`,
    kind: 'sale',
    purchase_id: `p${index}`,
    purchase_index: 1,
    snack_automat_id: machine,
    item,
    slot: 1,
    customer_id: 1,
    healthy: cents % 2 === 0,
    price_cents: cents,
    cost_cents: 1,
    timestamp: 1_700_000_000_000 + index,
  };
  return { valid, fields };
}

/** The bytes that are produced. */
export function messageOf({ valid, fields }: KnownEvent): Uint8Array {
  return Buffer.from(valid ? JSON.stringify(fields) : `{"broken": "${fields.event_id}"`);
}

/** What is wrong with an answer, judged by the question that it says it answers. `floor` was known before it was read. */
export function flawOfAnswer(known: KnownLog, answer: ReadAnswer, floor: Floor): string | undefined {
  const { question, position } = answer;
  const before = known.flatMap((events, partition) => events.slice(0, position[partition]));
  const said = [...answer.merged].map(([key, sums]) => `${key}=${sums}`).sort();
  const truth = [...sumsOf(question, before)].map(([key, sums]) => `${key}=${sums}`).sort();
  if (said.join() !== truth.join()) return `PREFIX at ${position} of ${answer.pipeline}: ${said}, truth ${truth}`;
  const rejected = before.filter(({ valid }) => !valid).length;
  if (answer.messages !== before.length || answer.rejected !== rejected) {
    return `SILENT: ${answer.messages}/${answer.rejected} of ${before.length}/${rejected} at ${position}`;
  }
  const isBehind = answer.forced === floor.forced && !covers(position, floor.position);
  if (isBehind || answer.forced < floor.forced) {
    return `FORWARD: ${position} of ${answer.pipeline} (forced ${answer.forced}) after ${floor.position} (forced ${floor.forced})`;
  }
  return undefined;
}

/** The floor once this answer was read as well. */
export function raised(floor: Floor, { position, forced }: ReadAnswer): Floor {
  const isLater = forced > floor.forced || (forced === floor.forced && covers(position, floor.position));
  return isLater ? { position, forced } : floor;
}

function sumsOf(question: Question, events: readonly KnownEvent[]): Map<string, bigint[]> {
  const where = Object.entries(question.where);
  const sums = Object.values(question.sums);
  const table = new Map<string, bigint[]>();
  for (const { valid, fields } of events) {
    if (!valid || where.some(([field, value]) => fields[field] !== value)) continue;
    const key = JSON.stringify(question.key.map((part) => fields[part as string]));
    const row = table.get(key) ?? sums.map(() => 0n);
    table.set(
      key,
      row.map((sum, i) => sum + term(sums[i]!, fields)),
    );
  }
  return table;
}

function term(sum: Sum, fields: KnownEvent['fields']): bigint {
  if (sum.sum === 'count') return 1n;
  if (sum.sum === 'total') return BigInt(fields[sum.field] as number);
  throw new Error(`the oracle of the simulation knows no ${sum.sum}`);
}

/** What is wrong with the dead letters once everything is counted: each broken message is kept, and nothing else. */
export function flawOfDeadLetters(known: KnownLog, letters: readonly DeadLetter[]): string | undefined {
  const kept = new Set(letters.map(({ partition, offset }) => `${partition}:${offset}`));
  const broken = known.flatMap((events, partition) =>
    events.flatMap(({ valid }, offset) => (valid ? [] : [`${partition}:${offset}`])),
  );
  if (kept.size === broken.length && broken.every((name) => kept.has(name))) return undefined;
  return `SILENT: dead letters ${[...kept]}, rejected ${broken}`;
}
