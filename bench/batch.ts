/** A batch cycle over a million events, from its cut to its publishing, against the same job submitted by hand. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { streamingArguments } from '../lambda/yarn-engine.js';
import { filesUpTo } from '../src/archive/chain.js';
import { builtinQuestions } from '../src/questions/builtin.js';
import { openHdfsArchive } from '../src/runtimes/docker/hdfs-archive.js';
import { openWebHdfs, type WebHdfs } from '../src/runtimes/docker/webhdfs.js';
import type { BatchJob } from '../src/runtimes/ports.js';
import { type BenchLab, execIn, labWith, liveHead, snacklab, until, untilCaughtUp } from './lab.js';
import { median, type Row } from './row.js';

const events = 1_000_000;
const rounds = 3;
const task = '/usr/local/bin/node /opt/snacklab/batch-task.mjs';

export async function batchRow(): Promise<Row> {
  const flags = ['--rate', '20000', '--batch-every', '86400'];
  const lab = await labWith({ name: 'lambda', flags }, { fresh: true });
  await until('a million events', 300_000, async () => (await messagesInHead(lab)) >= events);
  await snacklab(['lambda', 'generator', 'pause']);
  await untilCaughtUp(lab, 60_000);
  const [cycles, jobs, byHand]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    const { document } = await snacklab(['lambda', 'batch']);
    if (!document.published) throw new Error('no batch was run');
    cycles.push(document.tookMs.total / 1000);
    jobs.push(document.tookMs.job / 1000);
    byHand.push(await submitByHand(lab));
    // The next cycle needs something newer than the base.
    await aFewMore(lab);
  }
  return {
    name: 'batch',
    title: 'A batch cycle over a million events',
    figures: [
      { what: 'cut to published', value: median(cycles), unit: 's', atMost: 25 },
      { what: 'the same job submitted by hand', value: median(byHand), unit: 's' },
      { what: 'cycle / by hand', value: median(cycles) / median(byHand), unit: '', atMost: 1.3 },
      { what: 'of the cycle, the job', value: median(jobs), unit: 's' },
    ],
    conditions: [
      `${rounds} rounds of each in turn, the median; ${await messagesInHead(lab)} messages at the end, the generator paused, all else up`,
      'by hand: the same inputs, questions and settings through the streaming program in the coordinator’s container, waited for',
    ],
  };
}

async function messagesInHead(lab: BenchLab): Promise<number> {
  const { origin, position } = await liveHead(lab);
  return position.reduce((sum, offset, partition) => sum + offset - origin[partition]!, 0);
}

async function aFewMore(lab: BenchLab): Promise<void> {
  const before = await messagesInHead(lab);
  await snacklab(['lambda', 'generator', 'rate', '200']);
  await snacklab(['lambda', 'generator', 'resume']);
  await until('a few more events', 30_000, async () => (await messagesInHead(lab)) > before, 50);
  await snacklab(['lambda', 'generator', 'pause']);
  await untilCaughtUp(lab, 30_000);
}

/** Runs the job of the newest base once more, with its output elsewhere; seconds from the command to its end. */
async function submitByHand(lab: BenchLab): Promise<number> {
  const head = await liveHead(lab);
  const archive = await openHdfsArchive(hdfsFromInside(lab), Date.now());
  const job: BatchJob = {
    attempt: { pipeline: 'by-hand', baseId: head.baseId, id: randomUUID() },
    inputs: filesUpTo(await archive.list(), head.origin, head.baseCut),
    origin: head.origin,
    cut: head.baseCut,
    questions: builtinQuestions,
  };
  const args = streamingArguments(job, task).filter((arg) => arg !== '-background');
  const startedMs = performance.now();
  await execIn(lab, 'coordinator', ['/opt/hadoop/streaming', ...args]);
  return (performance.now() - startedMs) / 1000;
}

/** WebHDFS hands a reader on to the DataNode's own name, which only the lab's network knows: files are read in there. */
function hdfsFromInside(lab: BenchLab): WebHdfs {
  const port = lab.container('namenode').ports.get(9870);
  const script = `const [path, offset, length] = process.argv.slice(1);
    const url = 'http://namenode:9870/webhdfs/v1' + path + '?op=OPEN&user.name=snacklab&offset=' + offset + '&length=' + length;
    process.stdout.write(Buffer.from(await (await fetch(url)).arrayBuffer()));`;
  return {
    ...openWebHdfs(`127.0.0.1:${port}`),
    open: async (path, range) => {
      const place = [path, String(range?.offset ?? 0), String(range?.length ?? 1 << 20)];
      const node = ['node', '--input-type=module', '-e', script, ...place];
      return Readable.from([Buffer.from(await execIn(lab, 'coordinator', node))]);
    },
  };
}
