/**
 * The tasks of the batch job, run by Hadoop Streaming: `batch-task map` folds archive lines below the cut,
 * `batch-task reduce` adds up what the map tasks found and closes the output with a manifest.
 * A map task folds as it reads, so that what goes through the shuffle grows with keys and not with events.
 */
import { createInterface } from 'node:readline';
import { decodeLine } from '../src/archive/lines.js';
import { describeError } from '../src/errors.js';
import { judge } from '../src/events/parse.js';
import { createFold } from '../src/sums/fold.js';
import { decodeOrder, orderVariable, outputLines, PartialSums, partialLines, type TaskOrder } from './job-lines.js';

const lineFeed = 0x0a;

async function map(order: TaskOrder): Promise<void> {
  const folds = order.questions.map(createFold);
  let messages = 0;
  let rejected = 0;
  const take = (line: Buffer) => {
    const message = decodeLine(line);
    // Files are whole, the cut lies within them: what is beyond it belongs to the slices (protocol rule 9).
    if (message === undefined || message.offset >= order.cut[message.partition]!) return;
    messages++;
    const judged = judge(message.value);
    if ('reason' in judged) rejected++;
    else for (const fold of folds) fold.add(judged.event);
  };
  await forEachLine(process.stdin, take);
  const tables = new Map(order.questions.map((question, i) => [question.name, folds[i]!.table()]));
  await write(partialLines(tables, messages, rejected));
}

async function reduce(order: TaskOrder): Promise<void> {
  const sums = new PartialSums(order.questions);
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }))
    sums.add(line);
  await write(outputLines(sums, order));
}

/** Calls `take` with each line, without its line feed. Faster than readline, and bytes stay bytes. */
async function forEachLine(input: NodeJS.ReadStream, take: (line: Buffer) => void): Promise<void> {
  let rest: Buffer | undefined;
  for await (const chunk of input as AsyncIterable<Buffer>) {
    const data = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = data.indexOf(lineFeed); end !== -1; end = data.indexOf(lineFeed, start)) {
      take(data.subarray(start, end));
      start = end + 1;
    }
    rest = start < data.length ? data.subarray(start) : undefined;
  }
  if (rest !== undefined) take(rest);
}

async function write(lines: Iterable<string>): Promise<void> {
  const text = [...lines].join('');
  await new Promise<void>((resolve, reject) =>
    process.stdout.write(text, (error) => (error ? reject(error) : resolve())),
  );
}

const tasks: Readonly<Record<string, (order: TaskOrder) => Promise<void>>> = { map, reduce };

const task = tasks[process.argv[2] ?? ''];
if (task === undefined) {
  console.error('usage: batch-task map | reduce   (run by Hadoop Streaming)');
  process.exitCode = 64;
} else {
  task(decodeOrder(process.env[orderVariable])).catch((error: unknown) => {
    // A task that fails must say so: Streaming then fails the attempt, and no output is taken for whole.
    console.error(`batch-task ${process.argv[2]}: ${describeError(error)}`);
    process.exitCode = 70;
  });
}
