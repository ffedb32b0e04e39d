/** The baseline's process: reads which files and questions on stdin, scans, and prints what it found and what it took. */
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Question } from '../../questions/question.js';
import { parquetFiles } from '../../runtimes/embedded/parquet-file.js';
import { questionSql, tableOfRows } from '../../runtimes/embedded/question-sql.js';
import { openSqlEngine } from '../../runtimes/embedded/sql-engine.js';
import type { BaselineResult } from './baseline.js';

const order = z.object({ files: z.array(z.string()).min(1), questions: z.array(z.custom<Question>()) });

const { files, questions } = order.parse(JSON.parse(await text(process.stdin)));
await using sql = await openSqlEngine();
const source = parquetFiles(files);
const startedMs = performance.now();
const tables = await sql.session(async ({ all }) => {
  const found: [string, Record<string, (string | null)[]>][] = [];
  for (const question of questions) {
    const table = tableOfRows(question, await all(questionSql(question, source, [])));
    const rows = [...table].map(([key, sums]) => [key, sums.map((sum) => sum?.toString() ?? null)] as const);
    found.push([question.name, Object.fromEntries(rows)]);
  }
  return found;
});
const tookMs = performance.now() - startedMs;
const [row] = await sql.session(({ all }) => all(`SELECT count(*) AS messages FROM ${source}`));
const result: BaselineResult = {
  messages: Number(row!.messages),
  tookMs,
  memoryBytes: process.resourceUsage().maxRSS * 1024,
  rows: Object.fromEntries(tables),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
