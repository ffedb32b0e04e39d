/**
 * The batch job without Hadoop: the archive's lines through `batch-task map`, as several tasks would read them, what
 * they say sorted as the shuffle sorts it, and that through `batch-task reduce`. Each task is a process of its own.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { encodeOrder, orderVariable, parseOutput, type TaskOrder } from '../../lambda/job-lines.js';
import { encodeLines, headerLine } from '../../src/archive/lines.js';
import type { Position } from '../../src/positions/position.js';
import type { BatchOutput, Message } from '../../src/runtimes/ports.js';
import { type CorpusLayer, endOf } from './corpus.js';

/** Bundles the task afresh, so that a test never runs one that was built before the last change: alone in a folder. */
export async function buildTask(): Promise<string> {
  const outfile = join(mkdtempSync(join(tmpdir(), 'batch-task-')), 'batch-task.mjs');
  const entryPoints = [join(import.meta.dirname, '..', '..', 'lambda', 'batch-task.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', target: 'node20', format: 'esm' });
  return outfile;
}

/** The job's output over these messages, those below the cut. Rejects with what a task said when it failed. */
export async function runJob(
  task: string,
  messages: readonly Message[],
  order: TaskOrder,
): Promise<BatchOutput | undefined> {
  const found = await Promise.all(filesOf(messages).map((file) => runTask(task, 'map', order, file)));
  const lines = found.flatMap((part) => part.split('\n').slice(0, -1)).map((line) => Buffer.from(line));
  const shuffled = lines.sort(Buffer.compare).map((line) => `${line}\n`);
  return parseOutput(await runTask(task, 'reduce', order, Buffer.from(shuffled.join(''))), order.questions);
}

/** The layer that a task's program is. */
export function mapReduceLayer(task: string): CorpusLayer {
  return async (messages, questions) => {
    const cut: Position = endOf(messages);
    const output = await runJob(task, messages, { origin: cut.map(() => 0), cut, questions });
    if (output === undefined) throw new Error('the output is not whole');
    if (output.messages !== messages.length) throw new Error(`it counted ${output.messages} messages`);
    return { tables: output.sums, rejected: output.rejected };
  };
}

/** Two files of each partition. */
function filesOf(messages: readonly Message[]): readonly Buffer[] {
  return endOf(messages).flatMap((end, partition) => {
    const half = Math.ceil(end / 2);
    return [
      { level: 0, partition, from: 0, until: half },
      { level: 0, partition, from: half, until: end },
    ].map((range) => {
      const { from, until } = range;
      const held = messages.filter((one) => one.partition === partition && one.offset >= from && one.offset < until);
      return Buffer.concat([Buffer.from(headerLine(range)), encodeLines(held)]);
    });
  });
}

async function runTask(task: string, name: 'map' | 'reduce', order: TaskOrder, input: Buffer): Promise<string> {
  const env = { ...process.env, [orderVariable]: encodeOrder(order) };
  const child = spawn(process.execPath, [task, name], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  // A task that fails closes its input; what it said tells more than the failed write.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const [output, errors] = await said;
  if (code !== 0) throw new Error(`batch-task ${name} ended with ${code}: ${errors}`);
  return output;
}
