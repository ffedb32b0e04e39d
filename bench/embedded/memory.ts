/** The most memory that one process has in use while ten million events go through it, its generator included. */
import { join } from 'node:path';
import { generator } from '../../src/cli/embedded/lab-services.js';
import { messagesBelow } from '../../src/positions/position.js';
import type { Row } from '../row.js';
import { clock, freshLab, startServices, untilCounted } from './fresh.js';
import { isExact } from './throughput.js';

const events = 10_000_000;
const settings = {
  rate: 10_000_000,
  seed: 1,
  late: 0,
  duplicate: 0,
  malformed: 0,
  events,
  startTimeMs: undefined,
  dayMs: null,
};

export async function memoryAtRow(): Promise<Row> {
  await using lab = await freshLab();
  const { data, store } = lab;
  const services = startServices(lab, 30_000, ['stream', 'archive', 'coordinator', 'views']);
  const startedMs = performance.now();
  const stop = new AbortController();
  const openProducer = async () => data.log.openProducer();
  const ledgerFolder = join(data.dir, 'ledger');
  const plan = { settings, openProducer, ledgerFolder, store, clock };
  const making = generator(plan).run({ stop: stop.signal, clock, say: () => {} });
  while (messagesBelow(await data.log.ends()) < events) await clock.sleep(50);
  stop.abort();
  await making;
  await untilCounted(store, await data.log.ends());
  const seconds = (performance.now() - startedMs) / 1000;
  const bytes = process.resourceUsage().maxRSS * 1024;
  await services.stop();
  const { heads, live } = await store.readHeads();
  const exact = await isExact(lab, await data.log.ends());
  return {
    name: 'memory',
    title: 'Memory at ten million events',
    figures: [
      { what: 'peak', value: exact ? bytes / 2 ** 30 : Number.NaN, unit: 'GiB', atMost: 1 },
      { what: 'events a second, generator included', value: events / seconds, unit: '/s' },
    ],
    conditions: [
      `as fast as it goes, ${heads.get(live)!.baseId} bases meanwhile; resident memory of the whole process at its highest`,
      exact ? "the last answer equals the checker's own count of the log" : 'THE LAST ANSWER IS WRONG',
    ],
  };
}
