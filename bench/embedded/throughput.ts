/** Events through log, archive, stream and serving in one process, answers exact at the end; the generator apart. */

import { coverage } from '../../src/archive/chain.js';
import { LogFold } from '../../src/checker/fold.js';
import { covers, type Position } from '../../src/positions/position.js';
import { builtinQuestions, itemsSold } from '../../src/questions/builtin.js';
import { readAnswer } from '../../src/serving/read-answer.js';
import type { Row } from '../row.js';
import { chunksOf, clock, type FreshLab, freshLab, startServices, untilCounted } from './fresh.js';

const events = 1_500_000;
const sendsInFlight = 4;

export async function throughputRow(): Promise<Row> {
  await using lab = await freshLab();
  const { data, store } = lab;
  const chunks = chunksOf(events, data.log.partitions);
  const services = startServices(lab, 3_600_000, ['stream', 'archive', 'coordinator']);
  const startedMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const producer = data.log.openProducer();
  for (let i = 0; i < chunks.length; i += sendsInFlight) {
    await Promise.all(chunks.slice(i, i + sendsInFlight).map(({ batches }) => producer.send(batches)));
  }
  const appendedMs = performance.now() - startedMs;
  const ends = await data.log.ends();
  await untilCounted(store, ends);
  const countedMs = performance.now() - startedMs;
  await untilArchived(lab, ends);
  const seconds = (performance.now() - startedMs) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  await services.stop();
  const exact = await isExact(lab, ends);
  return {
    name: 'throughput',
    title: 'Events through log, archive, stream and serving, one process, the generator apart',
    figures: [
      { what: 'events a second', value: exact ? events / seconds : Number.NaN, unit: '/s', atLeast: 300_000 },
      { what: 'processor time an event', value: (cpu.user + cpu.system) / events, unit: 'µs' },
      { what: 'all appended after', value: appendedMs, unit: 'ms' },
      { what: 'all in an answer after', value: countedMs, unit: 'ms' },
      { what: 'all in the archive after', value: seconds * 1000, unit: 'ms' },
    ],
    conditions: [
      `${events} events of seed 1 as record batches in memory; Lambda's stream, archive and coordinator; no validation view`,
      exact ? "the last answer equals the checker's own count of the log" : 'THE LAST ANSWER IS WRONG',
    ],
  };
}

/** What waits for a file to be full is given its file at the end. */
async function untilArchived({ data }: FreshLab, ends: Position): Promise<void> {
  const origin = await data.log.starts();
  for (;;) {
    if (covers(coverage(await data.archive.list(), origin), ends)) return;
    await clock.sleep(20);
  }
}

export async function isExact({ data, store }: FreshLab, ends: Position): Promise<boolean> {
  const answer = await readAnswer(store, itemsSold.name, clock);
  if ('unknown' in answer) return false;
  const fold = new LogFold(await data.log.starts(), builtinQuestions, [ends]);
  await using reader = await data.log.read(await data.log.starts());
  for (let left = answer.messages; left > 0; ) {
    const messages = await reader.next(1000);
    if (messages.length === 0) return false;
    for (const { partition, offset, value } of messages) fold.add(partition, offset, value);
    left -= messages.length;
  }
  fold.finish(ends);
  const truth = fold.prefix(ends)!.totals(itemsSold);
  const text = (table: ReadonlyMap<string, readonly (bigint | null)[]>) =>
    JSON.stringify([...table].map(String).sort());
  return text(truth) === text(answer.merged);
}
