/**
 * How a batch engine behaves on any runtime: the port's promises as facts. Jobs are dear on some engines, so four are
 * handed over at once, and each fact looks at what became of them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inspect } from '../../src/checker/rule.js';
import type { Question } from '../../src/questions/question.js';
import type {
  ArchiveStore,
  Attempt,
  BatchEngine,
  BatchJob,
  BatchOutput,
  JobState,
  Message,
} from '../../src/runtimes/ports.js';
import { endOf, expected, messages, overflows, questions } from './corpus.js';

/** An engine, and the archive that it reads, which has no file yet. Nobody else's pipelines have names that begin so. */
export interface FreshEngine extends AsyncDisposable {
  readonly engine: BatchEngine;
  readonly archive: ArchiveStore;
  readonly pipeline: string;
}

const endMsMax = 1_200_000;
const end = endOf(messages);

export function batchEngineBehaviour(open: () => Promise<FreshEngine>): void {
  let fresh: FreshEngine;
  let jobs: Jobs;
  /** How the cancelled job was when it had just been cancelled. */
  let atCancel: JobState;
  beforeAll(async () => {
    fresh = await open();
    jobs = await handOver(fresh);
    await fresh.engine.cancel(jobs.cancelled.attempt);
    atCancel = await fresh.engine.state(jobs.cancelled.attempt);
  });
  afterAll(async () => {
    await fresh?.[Symbol.asyncDispose]();
  });

  it('knows nothing of a job that it was not given', async () => {
    const { engine, pipeline } = fresh;
    const nobodys = { pipeline, baseId: 99, id: 'none' };
    expect(await engine.state(nobodys)).toBe('absent');
    expect(await engine.readOutput(nobodys, questions)).toBeUndefined();
    await engine.cancel(nobodys);
    expect(await engine.state(nobodys)).toBe('absent');
  });

  it('counts the corpus, and has no output until that is whole', async () => {
    const { states, outputs } = await follow(fresh.engine, jobs.whole);
    expect(states.at(-1)).toBe('succeeded');
    const output = outputs.at(-1)!;
    expect(output).toMatchObject({ cut: end, messages: messages.length, rejected: expected.rejected.length });
    for (const { name } of questions) expect(output.sums.get(name), name).toEqual(expected.tables.get(name));
    for (const seen of outputs) expect([undefined, output]).toContainEqual(seen);
  });

  it('leaves out what lies beyond the cut, whatever the files hold', async () => {
    const { states, outputs } = await follow(fresh.engine, jobs.clipped);
    const below = messages.filter(({ partition, offset }) => offset < jobs.clipped.cut[partition]!);
    const events = below.map(({ value }) => inspect(value)).filter((event) => typeof event !== 'string');
    expect(states.at(-1)).toBe('succeeded');
    const counts = { cut: jobs.clipped.cut, messages: below.length, rejected: below.length - events.length };
    expect(outputs.at(-1)).toMatchObject(counts);
    const sales = events.filter(({ kind }) => kind === 'sale');
    expect(outputs.at(-1)!.sums.get('by-kind')!.get('["sale"]')![0]).toBe(BigInt(sales.length));
  });

  it('fails a job whose sum leaves 64 bits, and has no output of it', async () => {
    const { states, outputs } = await follow(fresh.engine, jobs.overflowing);
    expect(states.at(-1)).toBe('failed');
    expect(outputs.filter((output) => output !== undefined)).toEqual([]);
  });

  it('ends a job that is cancelled: it has an output only if it was done before', async () => {
    const { states, outputs } = await follow(fresh.engine, jobs.cancelled);
    const last = states.at(-1)!;
    expect(['running', last], 'what has ended stays as it is').toContain(atCancel);
    expect(outputs.at(-1) !== undefined).toBe(last === 'succeeded');
  });

  it('discards the outputs of a pipeline up to a base, and no others', async () => {
    const { engine, pipeline } = fresh;
    const outputs = () =>
      Promise.all([jobs.whole, jobs.clipped].map((job) => engine.readOutput(job.attempt, job.questions)));
    const before = await outputs();
    await engine.discard(pipeline, jobs.whole.attempt.baseId - 1);
    await engine.discard(`${pipeline}-other`, 99);
    expect(await outputs()).toEqual(before);
    await engine.discard(pipeline, jobs.whole.attempt.baseId);
    expect(await outputs()).toEqual([undefined, before[1]]);
    await engine.discard(pipeline, 99);
    expect(await outputs()).toEqual([undefined, undefined]);
  });
}

interface Jobs {
  readonly whole: BatchJob;
  readonly clipped: BatchJob;
  readonly overflowing: BatchJob;
  readonly cancelled: BatchJob;
}

/** Archives the corpus and what overflows, and submits all jobs. */
async function handOver({ engine, archive, pipeline }: FreshEngine): Promise<Jobs> {
  const [overflow] = overflows;
  // Partitions of its own in the same archive: a job reads the files that it is given.
  const beside = overflow.messages.map((message) => ({ ...message, partition: message.partition + end.length }));
  await archiveAll(archive, messages, end);
  await archiveAll(archive, beside, [...end.map(() => 0), ...endOf(overflow.messages)]);
  const files = await archive.list();
  const inputs = files.filter(({ partition }) => partition < end.length);
  const job = (baseId: number, id: string, asked: readonly Question[], change: Partial<BatchJob>): BatchJob => {
    const attempt: Attempt = { pipeline, baseId, id };
    return { attempt, inputs, origin: end.map(() => 0), cut: end, questions: asked, ...change };
  };
  const cut = end.map((offset, partition) => Math.floor(offset / (2 + partition)));
  const jobs: Jobs = {
    whole: job(3, 'whole', questions, {}),
    clipped: job(4, 'clipped', questions.slice(0, 3), { cut }),
    overflowing: job(5, 'overflow', [overflow.question], {
      inputs: files.filter(({ partition }) => partition >= end.length),
      origin: new Array<number>(2 * end.length).fill(0),
      cut: [...end.map(() => 0), ...endOf(overflow.messages)],
    }),
    cancelled: job(6, 'cancelled', questions, {}),
  };
  for (const one of Object.values(jobs)) await engine.submit(one);
  return jobs;
}

/** Each partition in three files, the last one of a higher level. */
async function archiveAll(archive: ArchiveStore, list: readonly Message[], ends: readonly number[]): Promise<void> {
  for (const [partition, until] of ends.entries()) {
    const bounds = [0, Math.floor(until / 3), Math.floor(until / 2), until];
    for (const [i, from] of bounds.slice(0, -1).entries()) {
      const range = { partition, level: i === 2 ? 1 : 0, from, until: bounds[i + 1]! };
      if (range.until === from) continue;
      const held = list.filter((one) => one.partition === partition && one.offset >= from && one.offset < range.until);
      const temporary = await archive.createTemporary(range);
      await archive.append(temporary, held);
      await archive.finish(temporary, range);
    }
  }
}

/** Looks at a job until it has ended: the states it was in, and what was read of its output after each look. */
async function follow(engine: BatchEngine, { attempt, questions: asked }: BatchJob) {
  const states: JobState[] = [];
  const outputs: (BatchOutput | undefined)[] = [];
  const untilMs = Date.now() + endMsMax;
  for (let pauseMs = 1; Date.now() < untilMs; pauseMs = Math.min(2 * pauseMs, 500)) {
    const state = await engine.state(attempt);
    states.push(state);
    outputs.push(await engine.readOutput(attempt, asked));
    if (state === 'succeeded' || state === 'failed') return { states, outputs };
    await sleep(pauseMs);
  }
  throw new Error(`attempt ${attempt.id} has not ended after ${endMsMax} ms: ${states.at(-1)}`);
}
