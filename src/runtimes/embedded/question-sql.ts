/**
 * A question as SQL over the archive's columns, from the same declaration that the fold interprets. Sums are added up
 * in 128 bits and must end within 64, as everywhere: what does not is an error. Pure.
 */
import { DuckDBBlobValue, type DuckDBValue } from '@duckdb/node-api';
import { eventRule } from '../../events/rule.js';
import { elsewhere, machinesByPlace } from '../../machines/catalogue.js';
import {
  type Filter,
  type KeyExpression,
  type Question,
  type Sum,
  timeUnits,
  wayAndField,
} from '../../questions/question.js';
import { type SumTable, within64Bits } from '../../sums/table.js';
import type { Row } from './database.js';
import { quoted, sqlText } from './sql-names.js';

/**
 * Of all rows only those that the rule accepted. A rejected message has no fields, so a filter on any of them leaves it out
 * already.
 */
const acceptedBy = ({ where }: Question): readonly string[] =>
  Object.keys(where).length === 0 ? ['reason IS NULL'] : [];

/**
 * The statement that answers a question from `source`, a table of judged messages. Another `validity` is for who measures
 * what looking at it costs.
 */
export function questionSql(
  question: Question,
  source: string,
  validity: readonly string[] = acceptedBy(question),
): string {
  const keys = question.key.map((part, i) => `${keySql(part)} AS k${i}`);
  const sums = Object.values(question.sums).map((sum, i) => `${sumSql(sum)} AS s${i}`);
  const conditions = [...validity, ...Object.entries(question.where).map(conditionSql), 'true'];
  const grouping = question.key.length === 0 ? 'HAVING count(*) > 0' : 'GROUP BY ALL';
  return `SELECT ${[...keys, ...sums].join(', ')} FROM ${source} WHERE ${conditions.join(' AND ')} ${grouping}`;
}

/** The sums that such a statement found. Throws `unknown` when one has left 64 bits. */
export function tableOfRows(question: Question, rows: readonly Row[]): SumTable {
  const names = Object.keys(question.sums);
  return new Map(
    rows.map((row) => [
      JSON.stringify(question.key.map((_, i) => keyPart(row[`k${i}`]!))),
      names.map((sum, i) => sumValue(row[`s${i}`]!, { question: question.name, sum })),
    ]),
  );
}

/** Texts as bytes: the client's own decoder drops a byte-order mark. */
function keySql(part: KeyExpression): string {
  if (typeof part === 'string') return typeOf(part) === 'text' ? `encode(${quoted(part)})` : quoted(part);
  const [way, field] = wayAndField(part);
  if (way === 'place') return `encode(${placeSql(field)})`;
  return `${quoted(field)} - ${quoted(field)} % ${timeUnits[way]}`;
}

function placeSql(field: string): string {
  const ways = machinesByPlace.map(([place, ids]) => {
    return `WHEN ${quoted(field)} IN (${ids.map(sqlText).join(', ')}) THEN ${sqlText(place)}`;
  });
  return `CASE ${ways.join(' ')} ELSE ${sqlText(elsewhere)} END`;
}

/** A total of no event is 0, and null to SQL. */
function sumSql(sum: Sum): string {
  if (sum.where === undefined) return aggregateSql(sum);
  const own = `${aggregateSql(sum)} FILTER (WHERE ${[...Object.entries(sum.where).map(conditionSql), 'true'].join(' AND ')})`;
  return sum.sum === 'least' || sum.sum === 'greatest' ? own : `coalesce(${own}, 0)`;
}

function aggregateSql(sum: Sum): string {
  switch (sum.sum) {
    case 'count':
      return 'count(*)';
    case 'total':
      return `sum(${quoted(sum.field)})`;
    case 'total-of-product':
      return `sum(${quoted(sum.fields[0])}::HUGEINT * ${quoted(sum.fields[1])})`;
    case 'least':
      return `min(${quoted(sum.field)})`;
    case 'greatest':
      return `max(${quoted(sum.field)})`;
  }
}

/** A value of another type than the field's is equal to none of it, as is each value of an empty list. */
function conditionSql([name, wanted]: readonly [string, Filter[string]]): string {
  const type = typeOf(name);
  const types = { text: 'string', integer: 'number', boolean: 'boolean' } as const;
  const values = [wanted].flat().filter((value) => type !== undefined && typeof value === types[type]);
  if (values.length === 0) return 'false';
  const texts = values.map((value) => (typeof value === 'string' ? sqlText(value) : String(value)));
  return texts.length === 1 ? `${quoted(name)} = ${texts[0]}` : `${quoted(name)} IN (${texts.join(', ')})`;
}

function typeOf(field: string) {
  return eventRule.find(({ name }) => name === field)?.type;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function keyPart(value: DuckDBValue): unknown {
  if (value instanceof DuckDBBlobValue) return decoder.decode(value.bytes);
  return typeof value === 'bigint' ? Number(value) : value;
}

function sumValue(value: DuckDBValue, name: { readonly question: string; readonly sum: string }): bigint | null {
  return value === null ? null : within64Bits(BigInt(value as bigint | number), name);
}
