/**
 * Whether a log still reaches as far as what was made of it. One whose end is missing must be refused before anything is
 * appended: new messages would take the offsets of those that heads and archive have counted.
 */
import { LabError } from '../../errors.js';
import { formatPosition, type Position } from '../../positions/position.js';
import type { ArchiveFile } from '../ports.js';
import type { Database } from './database.js';
import { parseHeads } from './heads-text.js';
import { quoted } from './sql-names.js';

/** Throws `fail` where a head or a file of the archive stands beyond the log's end. */
export async function refuseLostLog(
  dir: string,
  ends: Position,
  database: Database,
  archived: readonly ArchiveFile[],
): Promise<void> {
  for (const { what, position } of await headPositions(database)) {
    if (position.length !== ends.length || position.some((offset, i) => offset > ends[i]!)) {
      throw lost(dir, ends, what, formatPosition(position));
    }
  }
  const ahead = archived.find(({ partition, until }) => until > (ends[partition] ?? 0));
  if (ahead !== undefined) throw lost(dir, ends, 'the archive', `${ahead.until} in partition ${ahead.partition}`);
}

interface Reached {
  readonly what: string;
  readonly position: Position;
}

function headPositions(database: Database): Promise<readonly Reached[]> {
  return database.transaction(async ({ all }) => {
    const tables = await all(`SELECT table_schema AS name FROM information_schema.tables WHERE table_name = 'heads'`);
    const found: Reached[] = [];
    for (const { name } of tables) {
      const rows = await all(`SELECT state FROM ${quoted(String(name))}.heads`);
      const heads = rows.flatMap((row) => [...parseHeads(String(row.state)).heads.values()]);
      found.push(...heads.map(({ pipeline, position }) => ({ what: pipeline, position })));
    }
    return found;
  });
}

function lost(dir: string, ends: Position, what: string, reached: string): LabError {
  return new LabError(`the log in ${dir} ends at ${formatPosition(ends)}, but ${what} has reached ${reached}`, {
    kind: 'fail',
    suggestion: 'messages are lost: restore the directory from a copy, or begin a new one; it was not changed',
    detail: { dir, ends, reached },
  });
}
