// Goal: the oracle is right by someone else's arithmetic. Method: the same 6,000 messages into DuckDB as raw texts,
// judged and summed there by SQL with nothing of this project, compared at several positions. The seed is fixed.
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogFold } from '../../src/checker/fold.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import type { Sum } from '../../src/questions/question.js';
import { bytes, sale } from './small-lab.js';

const partitions = 3;
const perPartition = 2000;
const positions = [
  [0, 0, 0],
  [1, 0, 0],
  [100, 700, 3],
  [1999, 1234, 2000],
  [2000, 2000, 2000],
];

/** A small generator of numbers, so that the events are the same in each run. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function someText(number: number, random: () => number): string {
  const items = ['apple', 'banana', 'orange', 'blueberries', 'snickers', 'mars', 'twix', 'milkyway'];
  const event = sale(number, {
    item: items[Math.floor(random() * 8)],
    snack_automat_id: `SNACK--${Math.floor(random() * 126)}`,
    price_cents: Math.floor(random() * 1_000_000_000),
  });
  const kind = Math.floor(random() * 40);
  if (kind === 0) return JSON.stringify({ ...event, item: 'stone' });
  if (kind === 1) return JSON.stringify({ ...event, price_cents: -5 });
  if (kind === 2) return JSON.stringify({ ...event, slot: 'two' });
  if (kind === 3) return JSON.stringify(event).slice(0, 40);
  if (kind === 4) return JSON.stringify({ ...event, timestamp: undefined });
  if (kind === 5) return JSON.stringify([event]);
  return JSON.stringify(event);
}

const random = numbersFrom(20_261_120);
const log = Array.from({ length: partitions }, (_, partition) =>
  Array.from({ length: perPartition }, (_, offset) => someText(partition * perPartition + offset, random)),
);

/** The rule as SQL says it, for the kinds of mistakes that are in this log. */
const validEvents = `
  SELECT part, off, item, snack_automat_id, price::HUGEINT AS price_cents, cost::HUGEINT AS cost_cents,
    time::HUGEINT AS timestamp
  FROM (
    SELECT part, off, json_type(j) AS shape, (j->>'kind') AS kind, (j->>'item') AS item,
      (j->>'snack_automat_id') AS snack_automat_id, (j->>'slot') AS slot, (j->>'price_cents') AS price,
      (j->>'cost_cents') AS cost, (j->>'timestamp') AS time,
      json_type(j, '$.slot') AS slot_type, json_type(j, '$.timestamp') AS timestamp_type
    FROM (SELECT part, off, body::JSON AS j FROM messages WHERE json_valid(body)))
  WHERE shape = 'OBJECT' AND kind = 'sale'
    AND item IN ('apple','banana','orange','blueberries','snickers','mars','twix','milkyway')
    AND slot_type = 'UBIGINT' AND slot::INT BETWEEN 1 AND 8
    AND price::BIGINT BETWEEN 0 AND 1000000000 AND timestamp_type = 'UBIGINT'`;

async function openSql() {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run('CREATE TABLE messages (part INTEGER, off INTEGER, body VARCHAR)');
  const appender = await connection.createAppender('messages');
  log.forEach((texts, partition) => {
    texts.forEach((text, offset) => {
      appender.appendInteger(partition);
      appender.appendInteger(offset);
      appender.appendVarchar(text);
      appender.endRow();
    });
  });
  appender.closeSync();
  await connection.run(`CREATE TABLE sales AS ${validEvents}`);
  return connection;
}

function sqlOf(sum: Sum): string {
  if (sum.sum === 'count') return 'count(*)';
  if (sum.sum === 'total-of-product') return `sum(${sum.fields.join(' * ')})`;
  return `${{ total: 'sum', least: 'min', greatest: 'max' }[sum.sum]}(${sum.field})`;
}

const below = (position: readonly number[]) =>
  position.map((until, partition) => `(part = ${partition} AND off < ${until})`).join(' OR ');

describe('the count of the log and SQL over the same messages', () => {
  let sql: Awaited<ReturnType<typeof openSql>>;
  const fold = new LogFold([0, 0, 0], builtinQuestions, positions);
  beforeAll(async () => {
    sql = await openSql();
    log.forEach((texts, partition) => {
      texts.forEach((text, offset) => {
        fold.add(partition, offset, bytes(text));
      });
    });
    fold.finish([perPartition, perPartition, perPartition]);
  });
  afterAll(() => sql.closeSync());

  const rows = async (query: string) => (await sql.runAndReadAll(query)).getRows();

  it.each(positions)('agree on the sums at %i, %i, %i', async (...position) => {
    for (const question of builtinQuestions) {
      const key = question.key[0] as string;
      const sums = Object.values(question.sums).map((sum) => `${sqlOf(sum)}::HUGEINT`);
      const found = await rows(`SELECT ${key}, ${sums.join(', ')} FROM sales WHERE ${below(position)} GROUP BY ${key}`);
      const expected = new Map(found.map(([text, ...values]) => [JSON.stringify([text]), values]));
      expect(new Map(fold.prefix(position)!.totals(question))).toEqual(expected);
    }
  });

  it.each(positions)('agree on what is rejected at %i, %i, %i', async (...position) => {
    const [[all], [valid]] = [
      (await rows(`SELECT count(*)::INT FROM messages WHERE ${below(position)}`))[0]!,
      (await rows(`SELECT count(*)::INT FROM sales WHERE ${below(position)}`))[0]!,
    ];
    const prefix = fold.prefix(position)!;
    expect([prefix.messages, prefix.rejected]).toEqual([all, (all as number) - (valid as number)]);
  });

  it('are compared on a log that has both kinds', async () => {
    expect(fold.prefix([2000, 2000, 2000])!.rejected).toBeGreaterThan(500);
    expect(await rows('SELECT count(*)::INT FROM sales')).not.toEqual([[6000]]);
  });
});
