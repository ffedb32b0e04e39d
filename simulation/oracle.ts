/**
 * The truth of a simulated run: what was produced, and what an answer at a position has to say of it.
 * Plain loops over what the generator knows; it shares no code with the fold, the merge or the event rule. Pure.
 */
import type { DeadLetters } from '../src/checker/dead-letters.js';
import type { Position } from '../src/positions/position.js';
import type { Question, Sum } from '../src/questions/question.js';
import type { Truth } from '../src/runtimes/ports.js';
import type { SumTable } from '../src/sums/table.js';

/** A message as the truth knows it; the fold sees only its text. */
export interface KnownEvent {
  readonly valid: boolean;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

/** What has been produced, by partition and offset. */
export type KnownLog = readonly (readonly KnownEvent[])[];

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

/** What somebody says of the messages from `origin` up to `position`. */
export interface Statement {
  readonly question: Question;
  readonly origin: Position;
  readonly position: Position;
  readonly sums: SumTable;
}

/** What is wrong with sums that are said to be those of a part of the log. */
export function flawOfSums(known: KnownLog, { question, origin, position, sums }: Statement): string | undefined {
  const said = [...sums].map(([key, values]) => `${key}=${values}`).sort();
  const truth = [...sumsOf(question, between(known, origin, position))]
    .map(([key, values]) => `${key}=${values}`)
    .sort();
  if (said.join() === truth.join()) return undefined;
  return `PREFIX: at ${position} ${question.name} is said to be ${said.join(' ')}, and is ${truth.join(' ')}`;
}

/** What is wrong with the counts of messages and of those that were rejected. */
export function flawOfCounts(
  known: KnownLog,
  { origin, position, messages, rejected }: Pick<Truth, 'position' | 'messages' | 'rejected'> & { origin: Position },
): string | undefined {
  const counted = between(known, origin, position);
  const broken = counted.filter(({ valid }) => !valid).length;
  if (messages === counted.length && rejected === broken) return undefined;
  return `SILENT: ${messages} messages and ${rejected} rejected up to ${position}, of ${counted.length} and ${broken}`;
}

/** Valid messages whose event was in their partition before. */
export function repeatsOf(known: KnownLog, origin: Position, position: Position): number {
  const valid = between(known, origin, position).filter((event) => event.valid);
  return valid.length - new Set(valid.map(({ fields }) => fields.event_id)).size;
}

function between(known: KnownLog, origin: Position, position: Position): readonly KnownEvent[] {
  return known.flatMap((events, partition) => events.slice(origin[partition], position[partition]));
}

function sumsOf(question: Question, events: readonly KnownEvent[]): Map<string, bigint[]> {
  const where = Object.entries(question.where);
  const sums = Object.values(question.sums);
  const table = new Map<string, bigint[]>();
  for (const { valid, fields } of events) {
    if (!valid || where.some(([field, value]) => fields[field] !== value)) continue;
    const key = JSON.stringify(question.key.map((part) => fields[part as string]));
    const row = table.get(key);
    table.set(
      key,
      sums.map((sum, i) => afterEvent(sum, row?.[i], fields)),
    );
  }
  return table;
}

/** `before` is undefined for a key's first event. */
function afterEvent(sum: Sum, before: bigint | undefined, fields: KnownEvent['fields']): bigint {
  if (sum.sum === 'count') return (before ?? 0n) + 1n;
  if (sum.sum === 'total-of-product') throw new Error('the oracle of the simulation knows no products');
  const value = BigInt(fields[sum.field] as number);
  if (before === undefined) return value;
  if (sum.sum === 'total') return before + value;
  return sum.sum === 'least' ? smaller(before, value) : -smaller(-before, -value);
}

const smaller = (a: bigint, b: bigint) => (a < b ? a : b);

/** What is wrong with the dead letters once everything is counted: each broken message is kept, and nothing else. */
export function flawOfDeadLetters(known: KnownLog, letters: DeadLetters): string | undefined {
  const broken = known.map((events) => events.flatMap(({ valid }, offset) => (valid ? [] : [offset])));
  if (JSON.stringify(letters) === JSON.stringify(broken)) return undefined;
  return `SILENT: dead letters ${JSON.stringify(letters)}, rejected ${JSON.stringify(broken)}`;
}
