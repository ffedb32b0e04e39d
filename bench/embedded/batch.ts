/** A batch job over the whole archive, against the same sums by a plain DuckDB scan of the same files, in turn. */
import { archiveRest } from '../../src/archive/archive-rest.js';
import { builtinQuestions } from '../../src/questions/builtin.js';
import { runJob } from '../../src/runtimes/embedded/batch-engine.js';
import { parquetFiles } from '../../src/runtimes/embedded/parquet-file.js';
import { questionSql, tableOfRows } from '../../src/runtimes/embedded/question-sql.js';
import { median, type Row } from '../row.js';
import { chunksOf, clock, freshLab } from './fresh.js';

const events = 3_000_000;
const portion = 500_000;
const rounds = 7;

export async function batchRow(): Promise<Row> {
  await using lab = await freshLab();
  const { log, archive, sql } = lab.data;
  const producer = log.openProducer();
  const chunks = chunksOf(portion, log.partitions);
  for (let sent = 0; sent < events; sent += portion) {
    for (const { batches } of chunks) await producer.send(batches);
  }
  const [origin, cut] = [await log.starts(), await log.ends()];
  const inputs = await archiveRest(log, archive, origin, cut, clock);
  const source = parquetFiles(inputs.map(({ path }) => path));
  const attempt = { pipeline: 'lambda-1', baseId: 1, id: 'bench' };
  const times = { job: [] as number[], plain: [] as number[] };
  let counted = 0;
  let rejected = 0;
  for (let round = 0; round < rounds; round++) {
    const jobMs = await timed(async () => {
      const output = await runJob(sql, { attempt, inputs, origin, cut, questions: builtinQuestions });
      counted = output.messages;
      rejected = output.rejected;
    });
    const plainMs = await timed(() =>
      sql.session(async ({ all }) => {
        for (const question of builtinQuestions) tableOfRows(question, await all(questionSql(question, source, [])));
      }),
    );
    times.job.push(jobMs);
    times.plain.push(plainMs);
  }
  const [job, plain] = [median(times.job), median(times.plain)];
  return {
    name: 'batch',
    title: 'Full batch recompute from the archived messages, validity checked',
    figures: [
      { what: 'events a second', value: (events * 1000) / job, unit: '/s', atLeast: 3_000_000 },
      { what: 'of the plain scan', value: plain / job, unit: '', atLeast: 0.7 },
      { what: 'the job', value: job, unit: 'ms' },
      { what: 'the plain scan', value: plain, unit: 'ms' },
    ],
    conditions: [
      `${inputs.length} Parquet files, ${counted} messages counted, ${rejected} of them rejected; median of ${rounds}, in turn`,
      'the job counts messages and rejections and answers both questions of accepted messages; the scan answers both questions',
    ],
  };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await run();
  return performance.now() - startedMs;
}
