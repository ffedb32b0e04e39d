/**
 * Heads and the live pointer in Cassandra: one partition an architecture, so that one SELECT reads all of them and one
 * conditional batch may demand something of several. Nothing but conditional writes ever touches a row of it, deletes
 * included (protocol rules 10 and 16).
 */
import { LabError } from '../../errors.js';
import { formatPosition } from '../../positions/position.js';
import type { Head } from '../../serving/head.js';
import type { HeadColumns, LiveSwitch, ServingStore } from '../ports.js';
import { headsOfRows, storedColumns } from './cassandra-rows.js';
import type { CassandraSession, Statement } from './cassandra-session.js';
import { cql, table } from './cql.js';
import { keyspace } from './schema.js';

type HeadMethods = Pick<
  ServingStore,
  'readHeads' | 'changeHead' | 'addHead' | 'switchLive' | 'dropHead' | 'removeHead'
>;

export function headsOn(session: CassandraSession, architecture: string): HeadMethods {
  return {
    async readHeads() {
      const rows = await session.read(cql`SELECT * FROM ${table('heads')} WHERE architecture = ${architecture}`, {
        serial: true,
      });
      return headsOfRows(rows, architecture);
    },
    changeHead: (pipeline, expected, change) => session.change([changeHead(architecture, pipeline, expected, change)]),
    addHead: (head) =>
      session.change([
        cql`UPDATE ${table('heads')} SET next_incarnation = ${head.incarnation + 1}
          WHERE architecture = ${architecture} IF next_incarnation = ${head.incarnation}`,
        insertHead(architecture, head),
      ]),
    switchLive: (step) => session.change(switchStatements(architecture, step)),
    dropHead: ({ pipeline, incarnation }, { live, generation }) =>
      session.change([
        // Written as it is: a batch can only demand something of a row that it writes.
        cql`UPDATE ${table('heads')} SET live = ${live} WHERE architecture = ${architecture}
          IF live = ${live} AND generation = ${BigInt(generation)}`,
        changeHead(architecture, pipeline, { status: 'ready', incarnation }, { status: 'dropping' }),
      ]),
    removeHead: ({ pipeline, incarnation }) =>
      session.change([
        cql`DELETE FROM ${table('heads')} WHERE architecture = ${architecture} AND pipeline = ${pipeline}
          IF status = ${'dropping'} AND incarnation = ${incarnation}`,
      ]),
  };
}

/** The statement that makes a head's row, if nobody has its name. */
export function insertHead(architecture: string, head: Head): Statement {
  const { pipeline, origin, questions, ...others } = head;
  const columns = [
    ['architecture', architecture],
    ['pipeline', pipeline],
    ['origin', formatPosition(origin)],
    ['questions', JSON.stringify(questions)],
    ...storedColumns(others),
  ];
  const names = columns.map(([name]) => name).join(', ');
  return {
    query: `INSERT INTO ${keyspace}.heads (${names}) VALUES (${columns.map(() => '?').join(', ')}) IF NOT EXISTS`,
    params: columns.map(([, value]) => value),
  };
}

function switchStatements(
  architecture: string,
  { from, to, generation, forced, back }: LiveSwitch,
): readonly Statement[] {
  const stands: HeadColumns = back
    ? { incarnation: from.incarnation }
    : { incarnation: from.incarnation, position: from.position };
  return [
    cql`UPDATE ${table('heads')} SET live = ${to.pipeline}, previous = ${from.pipeline},
      generation = ${BigInt(generation + 1)}, forced = ${BigInt(forced + (back ? 1 : 0))}
      WHERE architecture = ${architecture} IF live = ${from.pipeline} AND generation = ${BigInt(generation)}`,
    changeHead(architecture, from.pipeline, stands, { incarnation: from.incarnation }),
    changeHead(
      architecture,
      to.pipeline,
      { status: 'ready', incarnation: to.incarnation },
      { incarnation: to.incarnation },
    ),
  ];
}

function changeHead(architecture: string, pipeline: string, expected: HeadColumns, change: HeadColumns): Statement {
  const set = storedColumns(change);
  const conditions = storedColumns(expected);
  if (set.length === 0 || conditions.length === 0) {
    throw new LabError(`a change of the head of ${pipeline} needs at least one condition and one column to change`);
  }
  return {
    query:
      `UPDATE ${keyspace}.heads SET ${set.map(([column]) => `${column} = ?`).join(', ')} ` +
      `WHERE architecture = ? AND pipeline = ? IF ${conditions.map(([column]) => `${column} = ?`).join(' AND ')}`,
    params: [...set.map(([, value]) => value), architecture, pipeline, ...conditions.map(([, value]) => value)],
  };
}
