/**
 * The batch engine of the embedded runtime: a job is SQL over the archive's files. It ends with its process, and is then
 * absent, so that the coordinator starts another attempt; an output is whole when it is there at all (protocol rule 8).
 */
import { describeError, LabError } from '../../errors.js';
import type { Question } from '../../questions/question.js';
import type { ArchiveFile, Attempt, BatchEngine, BatchJob, BatchOutput, JobState } from '../ports.js';
import type { ArchiveSeals } from './archive-seals.js';
import { parquetFiles } from './parquet-file.js';
import { questionSql, tableOfRows } from './question-sql.js';
import type { Sql, SqlEngine } from './sql-engine.js';

interface Running {
  state: JobState;
  output?: BatchOutput;
  readonly abort: AbortController;
}

export function openBatchEngine(sql: SqlEngine, seals: ArchiveSeals, say: (line: string) => void): BatchEngine {
  const jobs = new Map<string, Running>();
  return {
    async submit(job) {
      const running: Running = { state: 'running', abort: new AbortController() };
      jobs.set(nameOf(job.attempt), running);
      const checked = seals.check(job.inputs.map(({ path }) => path));
      const counted = checked.then(() => runJob(sql, job, running.abort.signal));
      counted.then(
        (output) => {
          running.output = output;
          running.state = 'succeeded';
        },
        (error: unknown) => {
          running.state = 'failed';
          if (!running.abort.signal.aborted) say(`batch job ${nameOf(job.attempt)} failed: ${describeError(error)}`);
        },
      );
    },
    state: async (attempt) => jobs.get(nameOf(attempt))?.state ?? 'absent',
    readOutput: async (attempt) => jobs.get(nameOf(attempt))?.output,
    async cancel(attempt) {
      const job = jobs.get(nameOf(attempt));
      if (job?.state !== 'running') return;
      job.state = 'failed';
      job.abort.abort();
    },
    async discard(pipeline, baseId) {
      for (const [name, job] of jobs) {
        const [owner, base] = name.split('/');
        if (owner !== pipeline || Number(base) > baseId) continue;
        job.abort.abort();
        jobs.delete(name);
      }
    },
  };
}

/** Counts a job's files up to its cut. Throws where a file lacks what its name says. */
export function runJob(sql: SqlEngine, job: BatchJob, aborted?: AbortSignal): Promise<BatchOutput> {
  return sql.session(async (session) => {
    const source = sourceOf(job);
    const counts = source === undefined ? { messages: 0, rejected: 0 } : await countMessages(session, source);
    const sums = new Map<string, BatchOutput['sums'] extends ReadonlyMap<string, infer Table> ? Table : never>();
    for (const question of job.questions) {
      sums.set(question.name, source === undefined ? new Map() : await answer(session, question, source));
      aborted?.throwIfAborted();
    }
    return { cut: job.cut, ...counts, sums };
  }, aborted);
}

async function countMessages({ all }: Sql, source: string) {
  const [row] = await all(`SELECT count(*) AS messages, count(reason) AS rejected FROM ${source}`);
  return { messages: Number(row!.messages), rejected: Number(row!.rejected) };
}

async function answer({ all }: Sql, question: Question, source: string) {
  return tableOfRows(question, await all(questionSql(question, source)));
}

/** The files as one table, those that go beyond the cut clipped at it; undefined where there are none. */
function sourceOf({ inputs, cut }: Pick<BatchJob, 'inputs' | 'cut'>): string | undefined {
  const isWhole = (file: ArchiveFile) => file.until <= cut[file.partition]!;
  const whole = inputs.filter(isWhole);
  const clipped = inputs.filter((file) => !isWhole(file) && file.from < cut[file.partition]!);
  const parts = [
    ...(whole.length === 0 ? [] : [`SELECT * FROM ${parquetFiles(whole.map(({ path }) => path))}`]),
    ...clipped.map((file) => `SELECT * FROM ${parquetFiles([file.path])} WHERE "offset" < ${cut[file.partition]}`),
  ];
  return parts.length === 0 ? undefined : `(${parts.join(' UNION ALL ')})`;
}

function nameOf({ pipeline, baseId, id }: Attempt): string {
  if (pipeline.includes('/')) throw new LabError(`not a pipeline's name: ${pipeline}`);
  return `${pipeline}/${baseId}/${id}`;
}
