/**
 * One connection to Cassandra and the three ways of using it: read, write (idempotent, so repeated within bounds while
 * the engine is away), and change under a condition (never repeated: protocol rule 3).
 * Knows no table. Addresses that Cassandra announces for itself are not used: the contact point is the way in.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type DseClientOptions, errors, policies, types } from 'cassandra-driver';
import { describeError, LabError } from '../../errors.js';
import type { Outcome } from '../ports.js';

/** One CQL statement with its values, in order. */
export interface Statement {
  readonly query: string;
  readonly params: readonly unknown[];
}

export interface CassandraSession extends AsyncDisposable {
  /** All rows, page by page. `serial` sees every conditional write that was answered, and settles those in doubt. */
  read(statement: Statement, options?: { readonly serial?: boolean; readonly pageRows?: number }): Promise<types.Row[]>;
  /** Writes what may be written twice. Repeats while Cassandra is away, for at most `patienceMs`. */
  write(statement: Statement): Promise<void>;
  /** Several such writes to one partition as one: all of them are seen, or none. */
  writeTogether(statements: readonly Statement[]): Promise<void>;
  /** A conditional write, sent once. Throws only when it is certain that it was not applied. */
  change(statements: readonly Statement[]): Promise<Outcome>;
  /** Changes the schema. Does not wait for agreement between nodes: see `agree`. */
  define(cql: string): Promise<void>;
}

export interface CassandraAddress {
  /** `host:port`, as in `127.0.0.1:9042`. */
  readonly contactPoint: string;
  /** How long reads and plain writes go on trying while Cassandra is away. */
  readonly patienceMs?: number;
}

const patienceDefaultMs = 20_000;
const answerTimeoutMs = 12_000;

/** Connects, or throws `unavailable` at once: waiting for an engine to start is the caller's affair. */
export async function openCassandraSession(address: CassandraAddress): Promise<CassandraSession> {
  const client = new Client(clientOptions(address.contactPoint));
  try {
    await client.connect();
  } catch (cause) {
    await client.shutdown().catch(() => undefined);
    throw unreachable(address.contactPoint, cause);
  }
  return sessionOf(client, address);
}

function clientOptions(contactPoint: string): DseClientOptions {
  return {
    contactPoints: [contactPoint],
    localDataCenter: 'datacenter1',
    // Sums outgrow what JavaScript's numbers keep.
    encoding: { useBigIntAsLong: true, useUndefinedAsUnset: true },
    // The server's clock orders plain writes: clients of several machines share no clock.
    policies: {
      timestampGeneration: null as never,
      retry: new policies.retry.FallthroughRetryPolicy(),
      // The default waits up to ten minutes between two attempts.
      reconnection: new policies.reconnection.ConstantReconnectionPolicy(500),
    },
    pooling: { coreConnectionsPerHost: { [types.distance.local]: 1 }, heartBeatInterval: 5_000 },
    socketOptions: { connectTimeout: 5_000, readTimeout: answerTimeoutMs },
    queryOptions: { prepare: true, consistency: types.consistencies.localQuorum },
    protocolOptions: { maxSchemaAgreementWaitSeconds: 0 },
    // Nothing here asks the driver about tables, and reading them again after each change costs more than the change.
    isMetadataSyncEnabled: false,
  };
}

function sessionOf(client: Client, address: CassandraAddress): CassandraSession {
  const patienceMs = address.patienceMs ?? patienceDefaultMs;
  const patiently = <T>(effect: () => Promise<T>) => repeatWhileAway(effect, address.contactPoint, patienceMs);
  return {
    read: (statement, options) => patiently(() => readAll(client, statement, options)),
    write: (statement) =>
      patiently(async () => {
        await client.execute(statement.query, [...statement.params], { isIdempotent: true });
      }),
    writeTogether: (statements) =>
      patiently(async () => {
        await client.batch(batchOf(statements), { prepare: true, logged: false, isIdempotent: true });
      }),
    change: (statements) => changeOnce(client, statements, address.contactPoint),
    define: (cql) =>
      patiently(async () => {
        await client.execute(cql, [], { prepare: false, isIdempotent: true });
      }),
    [Symbol.asyncDispose]: () => client.shutdown(),
  };
}

async function readAll(
  client: Client,
  statement: Statement,
  options: { readonly serial?: boolean; readonly pageRows?: number } = {},
): Promise<types.Row[]> {
  const consistency = options.serial ? types.consistencies.localSerial : types.consistencies.localQuorum;
  const fetchSize = options.pageRows ?? 1_000;
  const rows: types.Row[] = [];
  const result = await client.execute(statement.query, [...statement.params], {
    consistency,
    fetchSize,
    isIdempotent: true,
  });
  for await (const row of result) rows.push(row);
  return rows;
}

async function changeOnce(client: Client, statements: readonly Statement[], contactPoint: string): Promise<Outcome> {
  const options = { prepare: true, isIdempotent: false, serialConsistency: types.consistencies.localSerial };
  const [first] = statements;
  try {
    const result =
      statements.length === 1
        ? await client.execute(first!.query, [...first!.params], options)
        : await client.batch(batchOf(statements), { ...options, logged: true });
    return result.wasApplied() ? 'applied' : 'refused';
  } catch (error) {
    if (wasNotSent(error)) throw unreachable(contactPoint, error);
    if (isFaultOfStatement(error)) throw error;
    return 'in-doubt';
  }
}

function batchOf(statements: readonly Statement[]): { query: string; params: unknown[] }[] {
  return statements.map(({ query, params }) => ({ query, params: [...params] }));
}

/** The driver says so only before anything was written to a connection, since no policy here retries. */
function wasNotSent(error: unknown): boolean {
  return error instanceof errors.NoHostAvailableError;
}

const faultsOfStatement: ReadonlySet<number> = new Set([
  types.responseErrorCodes.syntaxError,
  types.responseErrorCodes.unauthorized,
  types.responseErrorCodes.invalid,
  types.responseErrorCodes.configError,
  types.responseErrorCodes.alreadyExists,
  types.responseErrorCodes.badCredentials,
]);

/** Cassandra refused the statement before doing anything, and would again; or the driver could not encode it. */
function isFaultOfStatement(error: unknown): boolean {
  if (error instanceof errors.ResponseError) return faultsOfStatement.has(error.code);
  return error instanceof TypeError || error instanceof errors.ArgumentError;
}

/** Cassandra answers before `setup` has made the tables: somebody asks a lab that is coming up. */
function isBeforeSetup(error: unknown): boolean {
  const { invalid } = types.responseErrorCodes;
  return error instanceof errors.ResponseError && error.code === invalid && / does not exist$/.test(error.message);
}

function notSetUp(contactPoint: string, cause: unknown): LabError {
  return new LabError(`the lab is not set up yet: ${describeError(cause)}`, {
    kind: 'unavailable',
    suggestion: 'wait for the command that starts it, or give it again: snacklab {lab} up',
    detail: { contactPoint },
  });
}

async function repeatWhileAway<T>(effect: () => Promise<T>, contactPoint: string, patienceMs: number): Promise<T> {
  const startedMs = performance.now();
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 1_000)) {
    try {
      return await effect();
    } catch (error) {
      if (isBeforeSetup(error)) throw notSetUp(contactPoint, error);
      if (isFaultOfStatement(error)) throw error;
      if (performance.now() - startedMs + pauseMs > patienceMs) throw unreachable(contactPoint, error);
    }
    await sleep(pauseMs);
  }
}

function unreachable(contactPoint: string, cause: unknown): LabError {
  return new LabError(`Cassandra at ${contactPoint} did not answer: ${innermost(cause)}`, {
    kind: 'unavailable',
    suggestion: 'See whether it runs: snacklab {lab} status, snacklab {lab} logs cassandra',
    detail: { contactPoint },
    cause,
  });
}

function innermost(error: unknown): string {
  if (!(error instanceof errors.NoHostAvailableError)) return describeError(error);
  // The driver leaves them out when its client was closed.
  const inner = Object.values((error.innerErrors ?? {}) as Record<string, unknown>).filter((one) => one !== null);
  return inner.length === 0 ? error.message : inner.map(describeError).join('; ');
}
