/** Asks the stream job's own query, in a local Spark in its image: one process for several rounds, since its start is long. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Question } from '../../src/questions/question.js';
import type { Message } from '../../src/runtimes/ports.js';
import type { Sums, SumTable } from '../../src/sums/table.js';
import { sparkImage } from './spark-image.js';

/** Questions, and the messages of a log that they are asked of. */
export interface SparkRound {
  readonly questions: readonly Question[];
  readonly messages: readonly Pick<Message, 'partition' | 'offset' | 'value'>[];
}

/** What one of the query's ways gave: the next slice, as it would be committed. */
export interface SparkAnswer {
  readonly until: readonly number[];
  readonly rejected: number;
  readonly parts: readonly {
    readonly question: string;
    readonly messages: number;
    readonly rejected: number;
    readonly leastEventMs: number;
    readonly greatestEventMs: number;
    readonly sums: readonly (readonly [unknown[], (string | null)[]])[];
  }[];
}

/** The query's ways: a micro-batch in one task, in several with a shuffle, and in one again by the same plan. */
export const sparkWays = ['in one task', 'in several, with a shuffle', 'in one task again, by the same plan'] as const;

/** Of a round: an answer for each way, or what was said where a sum left 64 bits; and each rejected message. */
export interface SparkResult {
  readonly answers: readonly SparkAnswer[];
  /** In how many of Spark's stages each was found, with the one that spreads the batch over partitions. */
  readonly stages: readonly number[];
  readonly overflow: string | null;
  /** Whether many messages are first summed by all keys together. */
  readonly hasTwoSteps: boolean;
  readonly rejections: readonly { readonly partition: number; readonly offset: number; readonly reason: string }[];
}

/** Asks all rounds in turn. Rejects when Spark ended badly. */
export async function askSpark(rounds: readonly SparkRound[]): Promise<readonly SparkResult[]> {
  const program = readFileSync(new URL('./aggregate.py', import.meta.url), 'utf8');
  const data = ['event-rule', 'machine-places'].map((name) => `/opt/snacklab/${name}.json`);
  const python = ['/opt/py/bin/python', '-c', program, '/opt/snacklab', ...data];
  const container = ['run', '--rm', '-i', '--network', 'none', '--hostname', 'localhost', sparkImage()];
  const spark = spawn('docker', [...container, ...python], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => spark.on('error', reject).on('close', resolve));
  // A Spark that ends early closes its input; its exit code below says more than the failed write.
  spark.stdin.on('error', () => {});
  spark.stdin.end(
    JSON.stringify(rounds.map(({ questions, messages }) => ({ questions, messages: messages.map(row) }))),
  );
  const [said, code] = await Promise.all([text(spark.stdout), ended]);
  if (code !== 0) throw new Error(`Spark ended with ${code}: ${said.slice(-2_000)}`);
  const lines = said.split('\n').filter((line) => line.startsWith('RESULT '));
  return lines.map((line) => JSON.parse(line.slice('RESULT '.length)) as SparkResult);
}

/** A part's sums as every other layer has them. */
export function tableOf(part: SparkAnswer['parts'][number]): SumTable {
  const sumsOf = (sums: readonly (string | null)[]): Sums => sums.map((sum) => (sum === null ? null : BigInt(sum)));
  return new Map(part.sums.map(([key, sums]) => [JSON.stringify(key), sumsOf(sums)]));
}

function row({ partition, offset, value }: SparkRound['messages'][number]) {
  return [partition, offset, value === null ? null : Buffer.from(value).toString('base64')];
}
