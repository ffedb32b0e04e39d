/**
 * The serving store in Cassandra: slices, bases, truths, states, wanted state and served views of one architecture;
 * heads are ./cassandra-heads.ts's. Heads and states change by conditional writes only (protocol rule 16); all else is
 * written under a key that has one content, so it may be written twice. It makes no tables: `setup` does.
 */
import { formatPosition } from '../../positions/position.js';
import { pack, type Unpack, unpack } from '../../serving/packed.js';
import type { Base, ServingStore, Slice, Truth, Wanted } from '../ports.js';
import { headsOn } from './cassandra-heads.js';
import { baseOfRow, integer, reportOfRow, sliceOfRow, truthOfRow } from './cassandra-rows.js';
import {
  type CassandraAddress,
  type CassandraSession,
  openCassandraSession,
  type Statement,
} from './cassandra-session.js';
import { storedOn } from './cassandra-stored.js';
import { viewsOn } from './cassandra-views.js';
import { cql, table } from './cql.js';

export interface CassandraStoreOptions extends CassandraAddress {
  /** `lambda` or `kappa`: the partition of its heads, wanted state and reports. */
  readonly architecture: string;
  /** For who reads all slices again and again: what remembers more of them than a service does. */
  readonly unpackSums?: Unpack;
}

/** Slices are a few KB each: so many fit into one answer of Cassandra without straining either side. */
const slicesPerPage = 500;
/** What a service said longer ago says nothing of now, and a dropped version's job says nothing any more. */
const reportSeconds = 900;

/** Connects, or throws `unavailable` at once. The session closes with the store. */
export async function openCassandraStore(options: CassandraStoreOptions): Promise<ServingStore & AsyncDisposable> {
  const session = await openCassandraSession(options);
  return {
    ...storeOn(session, options.architecture, options.unpackSums),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** The store on a session that is already open and that stays the caller's to close. */
export function storeOn(session: CassandraSession, architecture: string, unpackSums: Unpack = unpack): ServingStore {
  return {
    ...headsOn(session, architecture),
    ...storedOn(session),
    ...slicesOn(session, unpackSums),
    ...basesOn(session, unpackSums),
    ...statesOn(session),
    ...truthsOn(session),
    ...wantedOn(session, architecture),
    ...reportsOn(session, architecture),
    ...viewsOn(session, architecture),
  };
}

type Part<Names extends keyof ServingStore> = Pick<ServingStore, Names>;

function slicesOn(session: CassandraSession, unpackSums: Unpack): Part<'writeSlice' | 'readSlices' | 'deleteSlices'> {
  return {
    writeSlice: (slice) => session.write(insertSlice(slice)),
    async readSlices(incarnation, question, after, upTo) {
      const rows = await session.read(
        cql`SELECT * FROM ${table('slices')} WHERE incarnation = ${incarnation} AND question = ${question}
          AND number > ${BigInt(after)} AND number <= ${BigInt(upTo)}`,
        { pageRows: slicesPerPage },
      );
      return rows.map((row) => sliceOfRow(row, unpackSums));
    },
    deleteSlices: (incarnation, question, upTo) =>
      session.write(
        cql`DELETE FROM ${table('slices')} WHERE incarnation = ${incarnation} AND question = ${question}
          AND number <= ${BigInt(upTo)}`,
      ),
  };
}

function insertSlice(slice: Slice): Statement {
  const sums = pack(slice.sums);
  return cql`INSERT INTO ${table('slices')} (incarnation, question, number, epoch, from_position, until_position,
      messages, rejected, least_event_ms, greatest_event_ms, sums, sums_bytes)
    VALUES (${slice.incarnation}, ${slice.question}, ${BigInt(slice.number)}, ${slice.epoch},
      ${formatPosition(slice.from)}, ${formatPosition(slice.until)}, ${BigInt(slice.messages)},
      ${BigInt(slice.rejected)}, ${bigintOrNull(slice.leastEventMs)}, ${bigintOrNull(slice.greatestEventMs)},
      ${sums}, ${BigInt(sums.length)})`;
}

function basesOn(session: CassandraSession, unpackSums: Unpack): Part<'writeBase' | 'readBase' | 'deleteBases'> {
  return {
    writeBase: (base) => session.write(insertBase(base)),
    async readBase(kind, incarnation, id, question) {
      const [row] = await session.read(
        cql`SELECT * FROM ${table('bases')} WHERE incarnation = ${incarnation} AND question = ${question}
          AND kind = ${kind} AND id = ${BigInt(id)}`,
      );
      return row === undefined ? undefined : baseOfRow(row, unpackSums);
    },
    deleteBases: (kind, incarnation, question, below) =>
      session.write(
        cql`DELETE FROM ${table('bases')} WHERE incarnation = ${incarnation} AND question = ${question}
          AND kind = ${kind} AND id < ${BigInt(below)}`,
      ),
  };
}

function insertBase(base: Base): Statement {
  const sums = pack(base.sums);
  return cql`INSERT INTO ${table('bases')} (incarnation, question, kind, id, number, from_position, until_position,
      messages, rejected, sums, sums_bytes)
    VALUES (${base.incarnation}, ${base.question}, ${base.kind}, ${BigInt(base.id)}, ${BigInt(base.number)},
      ${formatPosition(base.from)}, ${formatPosition(base.until)}, ${BigInt(base.messages)}, ${BigInt(base.rejected)},
      ${sums}, ${BigInt(sums.length)})`;
}

function statesOn(session: CassandraSession): Part<'readState' | 'putState' | 'changeState'> {
  return {
    async readState(name) {
      // Serial, as for heads: a change in doubt must be settled before anybody acts on what is read.
      const [row] = await session.read(cql`SELECT * FROM ${table('states')} WHERE name = ${name}`, {
        serial: true,
      });
      return row === undefined ? undefined : { version: integer(row.version), state: String(row.state) };
    },
    async putState(name, { version, state }) {
      const insert = cql`INSERT INTO ${table('states')} (name, version, state)
        VALUES (${name}, ${BigInt(version)}, ${state}) IF NOT EXISTS`;
      const inserted = await session.change([insert]);
      if (inserted !== 'refused') return inserted;
      return session.change([
        cql`UPDATE ${table('states')} SET version = ${BigInt(version)}, state = ${state}
          WHERE name = ${name} IF version < ${BigInt(version)}`,
      ]);
    },
    changeState: (name, expectedVersion, state) =>
      session.change([
        cql`UPDATE ${table('states')} SET version = ${BigInt(expectedVersion + 1)}, state = ${state}
          WHERE name = ${name} IF version = ${BigInt(expectedVersion)}`,
      ]),
  };
}

function truthsOn(session: CassandraSession): Part<'writeTruth' | 'readTruth' | 'readNewestTruth' | 'deleteTruths'> {
  return {
    writeTruth: (truth) => session.write(insertTruth(truth)),
    async readTruth(incarnation, number, question) {
      const [row] = await session.read(
        cql`SELECT * FROM ${table('truths')} WHERE incarnation = ${incarnation} AND question = ${question}
          AND number = ${BigInt(number)}`,
      );
      return row === undefined ? undefined : truthOfRow(row);
    },
    async readNewestTruth(incarnation, question) {
      const [row] = await session.read(
        cql`SELECT * FROM ${table('truths')} WHERE incarnation = ${incarnation} AND question = ${question} LIMIT 1`,
      );
      return row === undefined ? undefined : truthOfRow(row);
    },
    deleteTruths: (incarnation, question, below) =>
      session.write(
        cql`DELETE FROM ${table('truths')} WHERE incarnation = ${incarnation} AND question = ${question}
          AND number < ${BigInt(below)}`,
      ),
  };
}

function insertTruth(truth: Truth): Statement {
  const sums = pack(truth.sums);
  return cql`INSERT INTO ${table('truths')} (incarnation, question, number, position, messages, rejected, repeats, sums,
      sums_bytes)
    VALUES (${truth.incarnation}, ${truth.question}, ${BigInt(truth.number)}, ${formatPosition(truth.position)},
      ${BigInt(truth.messages)}, ${BigInt(truth.rejected)}, ${BigInt(truth.repeats)}, ${sums},
      ${BigInt(sums.length)})`;
}

function wantedOn(session: CassandraSession, architecture: string): Part<'readWanted' | 'changeWanted'> {
  return {
    async readWanted() {
      const rows = await session.read(cql`SELECT * FROM ${table('wanted')} WHERE architecture = ${architecture}`);
      const values = new Map(rows.map((row) => [String(row.name), String(row.value)]));
      const rate = values.get('rate');
      return {
        rate: rate === undefined ? null : Number(rate),
        paused: values.get('paused') === 'true',
        batchRequests: Number(values.get('batch_requests') ?? 0),
      };
    },
    async changeWanted(change) {
      const statements = wantedRows(change).map(([name, value]) =>
        value === null
          ? cql`DELETE FROM ${table('wanted')} WHERE architecture = ${architecture} AND name = ${name}`
          : cql`INSERT INTO ${table('wanted')} (architecture, name, value) VALUES (${architecture}, ${name}, ${value})`,
      );
      if (statements.length > 0) await session.writeTogether(statements);
    },
  };
}

function wantedRows(change: Partial<Wanted>): readonly (readonly [name: string, value: string | null])[] {
  const rows: [string, string | null][] = [];
  if (change.rate !== undefined) rows.push(['rate', change.rate === null ? null : String(change.rate)]);
  if (change.paused !== undefined) rows.push(['paused', String(change.paused)]);
  if (change.batchRequests !== undefined) rows.push(['batch_requests', String(change.batchRequests)]);
  return rows;
}

function reportsOn(session: CassandraSession, architecture: string): Part<'report' | 'readReports'> {
  return {
    report: ({ service, atMs, report }) =>
      session.write(
        cql`INSERT INTO ${table('reports')} (architecture, service, at_ms, report)
          VALUES (${architecture}, ${service}, ${BigInt(atMs)}, ${JSON.stringify(report)}) USING TTL ${reportSeconds}`,
      ),
    async readReports() {
      const rows = await session.read(cql`SELECT * FROM ${table('reports')} WHERE architecture = ${architecture}`);
      return rows.map(reportOfRow);
    },
  };
}

function bigintOrNull(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}
