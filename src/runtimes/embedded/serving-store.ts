/**
 * The serving store on DuckDB. Each method is one transaction, and transactions come one after the other, so a
 * conditional write is applied or refused and never in doubt: a process that is killed in the midst of one never acts
 * on its outcome.
 */

import { LabError } from '../../errors.js';
import type { Position } from '../../positions/position.js';
import { builtinQuestions } from '../../questions/builtin.js';
import type { Question } from '../../questions/question.js';
import { newHead } from '../../serving/head.js';
import {
  firstRow,
  type HeadsRow,
  withHeadAdded,
  withHeadChanged,
  withHeadDropping,
  withHeadRemoved,
  withLiveSwitched,
} from '../heads-row.js';
import type { Outcome, ServiceReport, ServingStore, Wanted } from '../ports.js';
import type { Database, Row, Statements } from './database.js';
import { deadLettersOn, type KeptDeadLetters } from './dead-letters.js';
import { formatHeads, parseHeads } from './heads-text.js';
import { tablesOf } from './schema.js';
import { quoted } from './sql-names.js';
import { storedOn } from './stored-rows.js';
import { viewsOn } from './views.js';

/** The serving store of one architecture, and where its stream jobs keep what they reject. */
export interface EmbeddedServing extends ServingStore, KeptDeadLetters {
  /** Makes the first pipeline, `lambda-1`, if there is none. */
  createPipeline(questions: readonly Question[], origin: Position): Promise<'created' | 'exists'>;
}

/** Opens the store of one architecture and makes its tables where they are missing. */
export async function openServing(database: Database, architecture: string): Promise<EmbeddedServing> {
  // "lambda" is a word of SQL.
  const schema = quoted(architecture);
  await database.transaction(async ({ run }) => {
    for (const statement of tablesOf(schema)) await run(statement);
  });
  return {
    ...headsOn(database, schema, architecture),
    ...storedOn(database, schema),
    ...statesOn(database, schema),
    ...viewsOn(database, schema),
    ...wantedOn(database, schema),
    ...reportsOn(database, schema),
    ...deadLettersOn(database, schema),
  };
}

/**
 * All heads are one row. Nobody else writes it, so what was last committed is remembered and read from here; a failed
 * transaction is no commit, and the next reader asks the table.
 */
function headsOn(database: Database, schema: string, architecture: string) {
  const table = `${schema}.heads`;
  let committed: HeadsRow | undefined;
  const parsed = ([row]: readonly Row[]) => (row === undefined ? undefined : parseHeads(String(row.state)));
  const write = async <T>(work: (statements: Statements) => Promise<Written<T>>): Promise<T> => {
    try {
      const { outcome, row } = await database.transaction(work);
      committed = row ?? committed;
      return outcome;
    } catch (error) {
      committed = undefined;
      throw error;
    }
  };
  const change = (next: (row: HeadsRow) => HeadsRow | undefined) =>
    write<Outcome>(async ({ all, run }) => {
      const row = next(mustExist(parsed(await all(`SELECT state FROM ${table}`)), architecture));
      if (row === undefined) return { outcome: 'refused' };
      await run(`UPDATE ${table} SET state = $1`, [formatHeads(row)]);
      return { outcome: 'applied', row };
    });
  return {
    readHeads: async () =>
      committed ?? mustExist(parsed(await database.read(`SELECT state FROM ${table}`)), architecture),
    changeHead: (pipeline, expected, columns) => change((row) => withHeadChanged(row, pipeline, expected, columns)),
    addHead: (head) => change((row) => withHeadAdded(row, head)),
    switchLive: (step) => change((row) => withLiveSwitched(row, step)),
    dropHead: (head, live) => change((row) => withHeadDropping(row, head, live)),
    removeHead: (head) => change((row) => withHeadRemoved(row, head)),
    createPipeline: (questions: readonly Question[] = builtinQuestions, origin: Position) =>
      write<'created' | 'exists'>(async ({ all, run }) => {
        if (parsed(await all(`SELECT state FROM ${table}`)) !== undefined) return { outcome: 'exists' };
        const row = firstRow(newHead(`${architecture}-1`, 1, origin, questions));
        await run(`INSERT INTO ${table} VALUES ($1)`, [formatHeads(row)]);
        return { outcome: 'created', row };
      }),
  } satisfies Partial<EmbeddedServing>;
}

/** What a transaction on the heads came to; `row` is what they are now, where it changed them. */
interface Written<T> {
  readonly outcome: T;
  readonly row?: HeadsRow;
}

function mustExist(row: HeadsRow | undefined, architecture: string): HeadsRow {
  if (row !== undefined) return row;
  throw new LabError(`the serving store has no pipelines of ${architecture}`, {
    kind: 'unavailable',
    suggestion: `snacklab ${architecture} up --runtime embedded`,
    detail: { architecture },
  });
}

function statesOn(database: Database, schema: string) {
  const table = `${schema}.states`;
  const read = async (all: Statements['all'], name: string) => {
    const [row] = await all(`SELECT version, state FROM ${table} WHERE name = $1`, [name]);
    return row === undefined ? undefined : { version: Number(row.version), state: String(row.state) };
  };
  const replace = async ({ run }: Statements, name: string, version: number, state: string) => {
    await run(`DELETE FROM ${table} WHERE name = $1`, [name]);
    await run(`INSERT INTO ${table} VALUES ($1, $2, $3)`, [name, BigInt(version), state]);
    return 'applied' as const;
  };
  return {
    readState: (name) => read(database.read, name),
    putState: (name, { version, state }) =>
      database.transaction(async (statements) => {
        const there = await read(statements.all, name);
        if (there !== undefined && there.version >= version) return 'refused';
        return replace(statements, name, version, state);
      }),
    changeState: (name, expectedVersion, state) =>
      database.transaction(async (statements) => {
        const there = await read(statements.all, name);
        if (there?.version !== expectedVersion) return 'refused';
        return replace(statements, name, expectedVersion + 1, state);
      }),
  } satisfies Partial<ServingStore>;
}

const nothingWanted: Wanted = { rate: null, paused: false, batchRequests: 0 };

function wantedOn(database: Database, schema: string) {
  const table = `${schema}.wanted`;
  const read = async (all: Statements['all']): Promise<Wanted> => {
    const [row] = await all(`SELECT state FROM ${table}`);
    return row === undefined ? nothingWanted : (JSON.parse(String(row.state)) as Wanted);
  };
  return {
    readWanted: () => read(database.read),
    changeWanted: (change) =>
      database.transaction(async (statements) => {
        const state = JSON.stringify({ ...(await read(statements.all)), ...change });
        await statements.run(`DELETE FROM ${table}`);
        await statements.run(`INSERT INTO ${table} VALUES ($1)`, [state]);
      }),
  } satisfies Partial<ServingStore>;
}

/** A service that has said nothing for so long has ended: what it said is shown no more. */
const reportMs = 10 * 60_000;

function reportsOn(database: Database, schema: string) {
  const table = `${schema}.reports`;
  return {
    report: ({ service, atMs, report }) =>
      database.transaction(async ({ run }) => {
        await run(`DELETE FROM ${table} WHERE service = $1 OR at_ms < $2`, [service, BigInt(atMs - reportMs)]);
        await run(`INSERT INTO ${table} VALUES ($1, $2, $3)`, [service, BigInt(atMs), JSON.stringify(report)]);
      }),
    readReports: async () =>
      (await database.read(`SELECT * FROM ${table} ORDER BY service`)).map(
        (row): ServiceReport => ({
          service: String(row.service),
          atMs: Number(row.at_ms),
          report: JSON.parse(String(row.report)),
        }),
      ),
  } satisfies Partial<ServingStore>;
}
