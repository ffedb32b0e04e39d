/** How fast the generator is, and what an event costs: one run into a topic of its own, without the serving store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../src/runtimes/ports.js';
import { evenPace } from './days.js';
import { eventAt } from './events.js';
import { openProducer, producerDefaults } from './kafka/producer.js';
import { openLedger } from './ledger-file.js';
import { newProgress, produceEvents } from './produce-events.js';

export interface MeasureOptions {
  readonly kafka: string;
  readonly topic: string;
  readonly events: number;
  readonly ratePerSecond: number;
  readonly seed: number;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

export interface Measured {
  readonly events: number;
  readonly inDoubt: number;
  readonly forgone: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** User and system time of this process; the broker's is not in it. */
  readonly cpuSecondsPerMillionEvents: number;
  /** Of the values alone: what a producer tool calls the record size. */
  readonly bytesPerEvent: number;
  /** The most memory that this process had in use. */
  readonly memoryMbMax: number;
}

export async function measureGenerator(options: MeasureOptions): Promise<Measured> {
  const { clock, say, seed, events } = options;
  const folder = await mkdtemp(join(tmpdir(), 'snacklab-ledger-'));
  try {
    await using producer = await openProducer({
      ...producerDefaults,
      bootstrap: options.kafka,
      topic: options.topic,
      clientId: 'snacklab-measure',
      say,
    });
    const ledger = await openLedger({ folder, seed });
    const progress = newProgress(ledger.next);
    const wanted = () => ({ ratePerSecond: options.ratePerSecond, paused: false });
    const ports = { producer, ledger, clock, wanted, stop: new AbortController().signal, say };
    const plan = { seed, events, knobs: { late: 0, duplicate: 0, malformed: 0 }, timeline: undefined, pace: evenPace };
    const cpuBefore = process.cpuUsage();
    const startMs = performance.now();
    await produceEvents(plan, ports, progress);
    const seconds = (performance.now() - startMs) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);
    await ledger.close(progress.nextIndex);
    return {
      events: progress.acknowledged,
      inDoubt: progress.inDoubt,
      forgone: progress.forgone,
      seconds,
      eventsPerSecond: progress.acknowledged / seconds,
      cpuSecondsPerMillionEvents: (user + system) / progress.acknowledged,
      bytesPerEvent: meanBytes(seed, events),
      memoryMbMax: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function meanBytes(seed: number, events: number): number {
  const looked = Math.min(events, 10_000);
  let bytes = 0;
  for (let i = 0; i < looked; i++) {
    bytes += JSON.stringify(eventAt(seed, Math.floor((i * events) / looked), 1_800_000_000_000)).length;
  }
  return bytes / looked;
}
