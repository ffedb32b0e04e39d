/**
 * Goal: the serving database goes on after what DuckDB does not go on from, and stays as large as what is in it.
 * Method: a limit on the size of this process's files stands for a full disk; slices are written and deleted.
 */
import { execFileSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/runtimes/embedded/database.js';
import { freshFolder } from './fresh-directory.js';

const text = 'x'.repeat(2_000);

async function openTable(path: string): Promise<Database> {
  const database = await openDatabase(path);
  await database.transaction(({ run }) => run('CREATE TABLE IF NOT EXISTS notes (n BIGINT, body VARCHAR)'));
  return database;
}

const insert = (database: Database, n: number) =>
  database.transaction(({ run }) => run('INSERT INTO notes VALUES ($1, $2)', [BigInt(n), `${text}${n}`]));

async function count(database: Database): Promise<number> {
  const [row] = await database.read('SELECT count(*) AS notes FROM notes');
  return Number(row!.notes);
}

/** What a full disk does to writes: they fail for as long as `work` lasts. */
async function withoutRoom<T>(work: () => Promise<T>): Promise<T> {
  const limit = (bytes: string) => execFileSync('prlimit', ['--pid', `${process.pid}`, `--fsize=${bytes}:unlimited`]);
  const survive = () => {};
  process.on('SIGXFSZ', survive);
  limit('4096');
  try {
    return await work();
  } finally {
    limit('unlimited');
    process.off('SIGXFSZ', survive);
  }
}

describe('the database', () => {
  it('says what to do where a commit finds no room, and leaves no trace of it', async () => {
    await using folder = await freshFolder();
    await using database = await openTable(join(folder.path, 'a.duckdb'));
    await insert(database, 1);
    const failed = { kind: 'unavailable', suggestion: expect.stringContaining('make room') };
    await withoutRoom(() => expect(insert(database, 2)).rejects.toMatchObject(failed));
    expect(await count(database)).toBe(1);
    await insert(database, 3);
    expect(await count(database)).toBe(2);
  });

  it('goes on after a checkpoint that found no room, which invalidates all of DuckDB', async () => {
    await using folder = await freshFolder();
    const path = join(folder.path, 'a.duckdb');
    {
      await using database = await openTable(path);
      await Promise.all(Array.from({ length: 20 }, (_, n) => insert(database, n)));
      await withoutRoom(async () => {
        await expect(database.read('CHECKPOINT')).rejects.toMatchObject({ kind: 'unavailable' });
        await expect(insert(database, 20)).rejects.toMatchObject({ kind: 'unavailable' });
      });
      expect(await count(database)).toBe(20);
      await insert(database, 21);
    }
    await using again = await openTable(path);
    expect(await count(again)).toBe(21);
  });

  it('stays as large as what is in it, however often that is replaced', async () => {
    await using folder = await freshFolder();
    const path = join(folder.path, 'a.duckdb');
    await using database = await openTable(path);
    for (let n = 0; n < 10_000; n += 50) {
      const group = Array.from({ length: 50 }, (_, i) => insert(database, n + i));
      const removed = database.transaction(({ run }) => run('DELETE FROM notes WHERE n < $1', [BigInt(n)]));
      await Promise.all([...group, removed]);
    }
    expect(await count(database)).toBe(50);
    const bytes = (await stat(path)).size + (await stat(`${path}.wal`)).size;
    // Twenty megabytes were written; between two checkpoints there are four.
    expect(bytes).toBeLessThan(8 << 20);
  });
});
