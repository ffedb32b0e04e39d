/**
 * The generator's process. Without an argument it is the lab's generator; `ledger` prints what the ledger says, for a
 * checker; `measure` shows how fast it is. Exits 0 after SIGTERM once what was in flight is acknowledged and noted.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { generatorConfig } from '../src/config/service.js';
import { describeError, exitCodes, LabError } from '../src/errors.js';
import { openCassandraStore } from '../src/runtimes/docker/cassandra-store.js';
import { runService } from '../src/runtimes/docker/service-runtime.js';
import { realClock, type ServiceScope } from '../src/runtimes/service-scope.js';
import { eventTopic } from '../src/runtimes/topics.js';
import { readLedgerFile } from './ledger-file.js';
import { type MeasureOptions, measureGenerator } from './measure.js';
import { printedLines } from './printed-ledger.js';
import { producerAt, runGenerator } from './run-generator.js';

const ledgerFolder = '/data/ledger';

const [command = 'serve', ...args] = process.argv.slice(2);
if (command === 'serve') await runService('generator', serve);
else await runOnce();

async function serve({ stop, say }: ServiceScope): Promise<void> {
  const config = generatorConfig();
  // A report waits for no longer than this: the next one is newer anyway.
  const address = { contactPoint: config.cassandra, architecture: config.lab, patienceMs: 2000 };
  // The clock goes on after the wish to end: what is in flight is still waited for.
  const clock = realClock();
  await runGenerator({
    settings: config,
    openProducer: (scope) => producerAt(config.kafka, scope),
    ledgerFolder,
    openStore: () => openCassandraStore(address),
    clock,
    stop,
    say,
  });
}

/** A command that ends by itself: its result on stdout, everything else on stderr. */
async function runOnce(): Promise<void> {
  try {
    if (command === 'ledger') for (const line of printedLines(await readLedgerFile(ledgerFolder))) await print(line);
    else if (command === 'measure') await print(await measureGenerator(measureOptions()));
    else throw misused(`the generator knows no command "${command}"`, 'serve, ledger or measure');
  } catch (error) {
    console.error(describeError(error));
    if (error instanceof LabError && error.suggestion !== undefined) console.error(`try: ${error.suggestion}`);
    process.exitCode = exitCodes[error instanceof LabError ? error.kind : 'internal'];
  }
}

function misused(message: string, suggestion: string): LabError {
  return new LabError(message, { kind: 'usage', suggestion });
}

/** One JSON value a line; waits until it is taken, for a ledger may be long. */
function print(value: unknown): Promise<void> {
  return new Promise((resolve, reject) =>
    process.stdout.write(`${JSON.stringify(value)}\n`, (error) => (error ? reject(error) : resolve())),
  );
}

function measureOptions(): MeasureOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args, options: { kafka: text, topic: text, events: text, rate: text, seed: text } });
  const whole = z.coerce.number().int().min(0);
  const schema = z.object({
    kafka: z.string().min(1),
    topic: z.string().refine((name) => name !== eventTopic, 'the lab counts what is in its own topic: use another'),
    events: whole.default(1_000_000),
    rate: z.coerce.number().positive().default(10_000_000),
    seed: whole.default(1),
  });
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw misused(
      `--${String(issue.path[0])}: ${issue.message}`,
      'measure --kafka kafka:29092 --topic measured --events 1000000 --rate 10000000 --seed 1',
    );
  }
  const { rate, ...others } = parsed.data;
  return { ...others, ratePerSecond: rate, clock: realClock(), say: (line) => console.error(line) };
}
