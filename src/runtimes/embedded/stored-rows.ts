/** Slices, bases and truths in DuckDB: what a pipeline stores, by incarnation and question. */
import { DuckDBBlobValue, type DuckDBValue } from '@duckdb/node-api';
import { pack, unpack } from '../../serving/packed.js';
import type { SumTable } from '../../sums/table.js';
import type { Base, ServingStore, Slice, StoredPart, Truth } from '../ports.js';
import type { Database, Row } from './database.js';

type Stored = Slice | Base | Truth;

const partTables = ['slices', 'bases', 'truths'] as const;

export function storedOn(database: Database, schema: string) {
  const table = (name: (typeof partTables)[number]) => `${schema}.${name}`;
  const read = async <T extends Stored>(
    name: (typeof partTables)[number],
    rest: string,
    values: readonly DuckDBValue[],
  ) => {
    const rows = await database.read(`SELECT body, sums FROM ${table(name)} WHERE ${rest}`, values);
    return rows.map((row) => stored<T>(row));
  };
  /** A key is never written with other content (protocol rule 1): what is there already stays as it is. */
  const write = (name: (typeof partTables)[number], key: Readonly<Record<string, DuckDBValue>>, value: Stored) =>
    database.transaction(({ run }) => {
      const { sums, ...body } = value;
      const columns = [...Object.keys(key), 'body', 'sums'];
      const isThere = Object.keys(key).map((column, i) => `${column} = $${i + 1}`);
      return run(
        `INSERT INTO ${table(name)} (${columns.join(', ')}) SELECT ${columns.map((_, i) => `$${i + 1}`).join(', ')}
          WHERE NOT EXISTS (SELECT 1 FROM ${table(name)} WHERE ${isThere.join(' AND ')})`,
        [...Object.values(key), JSON.stringify(body), new DuckDBBlobValue(pack(sums))],
      );
    });
  const remove = (name: (typeof partTables)[number], rest: string, values: readonly DuckDBValue[]) =>
    database.transaction(({ run }) => run(`DELETE FROM ${table(name)} WHERE ${rest}`, values));
  const mine = 'incarnation = $1 AND question = $2';
  const of = (incarnation: number, question: string) => [BigInt(incarnation), question] as const;

  return {
    writeSlice: (slice) =>
      write('slices', { ...keyOf(slice), number: BigInt(slice.number), epoch: BigInt(slice.epoch) }, slice),
    readSlices: (incarnation, question, after, upTo) =>
      read<Slice>('slices', `${mine} AND number > $3 AND number <= $4 ORDER BY number, epoch`, [
        ...of(incarnation, question),
        BigInt(after),
        BigInt(upTo),
      ]),
    deleteSlices: (incarnation, question, upTo) =>
      remove('slices', `${mine} AND number <= $3`, [...of(incarnation, question), BigInt(upTo)]),

    writeBase: (base) => write('bases', { ...keyOf(base), kind: base.kind, id: BigInt(base.id) }, base),
    readBase: async (kind, incarnation, id, question) =>
      (
        await read<Base>('bases', `${mine} AND kind = $3 AND id = $4`, [...of(incarnation, question), kind, BigInt(id)])
      )[0],
    deleteBases: (kind, incarnation, question, below) =>
      remove('bases', `${mine} AND kind = $3 AND id < $4`, [...of(incarnation, question), kind, BigInt(below)]),

    writeTruth: (truth) => write('truths', { ...keyOf(truth), number: BigInt(truth.number) }, truth),
    readTruth: async (incarnation, number, question) =>
      (await read<Truth>('truths', `${mine} AND number = $3`, [...of(incarnation, question), BigInt(number)]))[0],
    readNewestTruth: async (incarnation, question) =>
      (await read<Truth>('truths', `${mine} ORDER BY number DESC LIMIT 1`, of(incarnation, question)))[0],
    deleteTruths: (incarnation, question, below) =>
      remove('truths', `${mine} AND number < $3`, [...of(incarnation, question), BigInt(below)]),

    listStored: async () => {
      const selects = partTables.map((name) => `SELECT incarnation, question FROM ${table(name)}`);
      const rows = await database.read(`SELECT DISTINCT * FROM (${selects.join(' UNION ALL ')}) ORDER BY ALL`);
      return rows.map((row) => ({ incarnation: Number(row.incarnation), question: String(row.question) }));
    },
    storedBytes: async (part) => {
      const selects = partTables.map((name) => `SELECT octet_length(sums) AS n FROM ${table(name)} WHERE ${mine}`);
      const [row] = await database.read(
        `SELECT coalesce(sum(n), 0)::BIGINT AS bytes FROM (${selects.join(' UNION ALL ')})`,
        of(part.incarnation, part.question),
      );
      return Number(row!.bytes);
    },
    deleteStored: (part) =>
      database.transaction(async ({ run }) => {
        for (const name of partTables) {
          await run(`DELETE FROM ${table(name)} WHERE ${mine}`, of(part.incarnation, part.question));
        }
      }),
  } satisfies Partial<ServingStore>;
}

function keyOf({ incarnation, question }: StoredPart): Readonly<Record<string, DuckDBValue>> {
  return { incarnation: BigInt(incarnation), question };
}

function stored<T extends Stored>(row: Row): T {
  const sums: SumTable = unpack((row.sums as DuckDBBlobValue).bytes);
  return { ...JSON.parse(String(row.body)), sums } as T;
}
