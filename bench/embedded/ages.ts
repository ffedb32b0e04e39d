/** The age of an event when its answer can be read, in one process with all of Lambda's services. */
import { join } from 'node:path';
import { readAges } from '../../src/checker/ages.js';
import { type Looks, look } from '../../src/cli/demo/watched.js';
import { generator } from '../../src/cli/embedded/lab-services.js';
import { checkerLogOf } from '../../src/runtimes/embedded/checker-log.js';
import type { Row } from '../row.js';
import { clock, freshLab, startServices } from './fresh.js';

const seconds = 60;
const settings = {
  rate: 1000,
  seed: 1,
  late: 0,
  duplicate: 0,
  malformed: 0,
  events: undefined,
  startTimeMs: undefined,
  dayMs: null,
};

export async function embeddedAgeRow(): Promise<Row> {
  await using lab = await freshLab();
  const { data, store } = lab;
  const services = startServices(lab, 10_000);
  const stop = AbortSignal.timeout(seconds * 1000);
  const openProducer = async () => data.log.openProducer();
  const ledgerFolder = join(data.dir, 'ledger');
  const making = generator({ settings, openProducer, ledgerFolder, store, clock }).run({ stop, clock, say: () => {} });
  const looks: Looks = { sightings: [], counted: 0 };
  await look(store, looks, stop, clock);
  await making;
  await services.stop();
  const { between } = await readAges(
    checkerLogOf(data.log, () => store.deadLetterKeys()),
    looks.sightings,
  );
  const { heads, live } = await store.readHeads();
  return {
    name: 'ages',
    title: 'Age of an event when its answer can be read, at 1,000 events/s',
    figures: [
      { what: 'p50', value: between.p50Ms, unit: 'ms', atMost: 50 },
      { what: 'p99', value: between.p99Ms, unit: 'ms', atMost: 200 },
      { what: 'greatest', value: between.greatestMs, unit: 'ms' },
      { what: 'events', value: between.events, unit: 'events' },
    ],
    conditions: [
      `${seconds} s, all services of Lambda in one process, ${heads.get(live)!.baseId} bases; one reader of items-sold every 10 ms`,
      'per event: first answer read that covers it, less the time that the generator gave it',
    ],
  };
}
