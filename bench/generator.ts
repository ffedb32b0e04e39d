/** How fast the generator is, against Kafka's own producer tool in the same run, at the same record size. */
import { type BenchLab, execIn, labWith, snacklab, type WantedLab } from './lab.js';
import { median, type Row } from './row.js';

const events = 2_000_000;
const rounds = 3;
const topics = ['bench-generator', 'bench-kafka'] as const;

export async function generatorRow(wanted: WantedLab): Promise<Row> {
  const lab = await labWith(wanted);
  await snacklab([lab.name, 'generator', 'pause']);
  for (const topic of topics) await makeTopic(lab, topic);
  const [ours, theirs, cpu]: [number[], number[], number[]] = [[], [], []];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const measured = await measureGenerator(lab);
    bytes = Math.round(measured.bytesPerEvent);
    ours.push(measured.eventsPerSecond);
    cpu.push(measured.cpuSecondsPerMillionEvents);
    theirs.push(await measureKafkasTool(lab, bytes));
  }
  for (const topic of topics) await topicCommand(lab, '--delete', '--topic', topic);
  await snacklab([lab.name, 'generator', 'resume']);
  return {
    name: 'generator',
    title: "Generator, one command, against Kafka's own producer tool",
    figures: [
      { what: 'generator', value: median(ours), unit: 'events/s' },
      { what: "Kafka's producer tool", value: median(theirs), unit: 'events/s' },
      { what: 'generator / tool', value: median(ours) / median(theirs), unit: '', atLeast: 0.4 },
      { what: 'generator, processor time', value: median(cpu), unit: 's/million' },
    ],
    conditions: [
      `${rounds} rounds of each in turn, the median; ${events.toLocaleString('en')} records of ${bytes} bytes, 4 partitions, acks=all, idempotent`,
      'the tool: batch.size=131072, linger.ms=5, one random payload; the whole lab is up, its own generator paused',
    ],
  };
}

async function makeTopic(lab: BenchLab, topic: string): Promise<void> {
  await topicCommand(lab, '--create', '--if-not-exists', '--topic', topic, '--partitions', '4');
}

function topicCommand(lab: BenchLab, ...args: string[]): Promise<string> {
  const server = ['--bootstrap-server', 'kafka:29092'];
  return execIn(lab, 'kafka', ['kafka-run', 'org.apache.kafka.tools.TopicCommand', ...server, ...args]);
}

interface Measured {
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly cpuSecondsPerMillionEvents: number;
  readonly bytesPerEvent: number;
}

async function measureGenerator(lab: BenchLab): Promise<Measured> {
  const flags = ['--kafka', 'kafka:29092', '--topic', topics[0], '--events', String(events)];
  const printed = await execIn(lab, 'generator', ['node', '/opt/snacklab/generator.mjs', 'measure', ...flags]);
  const measured = JSON.parse(printed) as Measured;
  if (measured.events !== events)
    throw new Error(`the generator had ${measured.events} of ${events} events acknowledged`);
  return measured;
}

async function measureKafkasTool(lab: BenchLab, recordBytes: number): Promise<number> {
  const printed = await execIn(lab, 'kafka', [
    ...['kafka-run', 'org.apache.kafka.tools.ProducerPerformance', '--topic', topics[1]],
    ...['--num-records', String(events), '--record-size', String(recordBytes), '--throughput', '-1'],
    ...['--producer-props', 'bootstrap.servers=kafka:29092', 'acks=all', 'batch.size=131072', 'linger.ms=5'],
  ]);
  // "2000000 records sent, 372000.1 records/sec (…) …": the last such line is the whole run's.
  const rates = [...printed.matchAll(/records sent, ([\d.]+) records\/sec/g)];
  const rate = Number(rates.at(-1)?.[1]);
  if (!(rate > 0)) throw new Error(`the producer tool printed no rate: ${printed.slice(-500)}`);
  return rate;
}
