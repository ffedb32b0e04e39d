/**
 * The generator's process. Without an argument it is the lab's generator; `ledger` prints what the ledger says, for a
 * checker; `measure` shows how fast it is. Exits 0 after SIGTERM once what was in flight is acknowledged and noted.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { generatorConfig } from '../src/config/service.js';
import { exitCodes, LabError } from '../src/errors.js';
import { openCassandraStore } from '../src/runtimes/docker/cassandra-store.js';
import type { Clock } from '../src/runtimes/ports.js';
import { readLedgerFile } from './ledger-file.js';
import { measureGenerator } from './measure.js';
import { printedLines } from './printed-ledger.js';
import { runGenerator, topic } from './run-generator.js';

const ledgerFolder = '/data/ledger';

const clock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

const say = (line: string) => console.error(line);

/** What the process can do, by its first argument. */
const commands: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  serve: async () => {
    const config = generatorConfig();
    const openStore = () => openCassandraStore({ contactPoint: config.cassandra, architecture: config.lab, patienceMs: 2000 });
    await runGenerator({ config, ledgerFolder, openStore, clock, stop: stopSignal(), say });
  },
  ledger: async () => {
    for (const line of printedLines(await readLedgerFile(ledgerFolder))) await print(line);
  },
  measure: async (args) => print(await measureGenerator({ ...measureOptions(args), clock, say })),
};

try {
  const [name = 'serve', ...args] = process.argv.slice(2);
  const command = commands[name];
  if (command === undefined) {
    throw new LabError(`the generator knows no command "${name}"`, {
      kind: 'usage',
      suggestion: 'serve, ledger or measure',
    });
  }
  await command(args);
  process.exitCode = exitCodes.pass;
} catch (error) {
  const failure = error instanceof LabError ? error : new LabError('the generator failed', { cause: error });
  say(failure.kind === 'internal' && error instanceof Error ? (error.stack ?? failure.message) : failure.message);
  if (failure.suggestion !== undefined) say(`try: ${failure.suggestion}`);
  process.exitCode = exitCodes[failure.kind];
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

/** One JSON value a line; waits until it is taken, for a ledger may be long. */
function print(value: unknown): Promise<void> {
  return new Promise((resolve, reject) =>
    process.stdout.write(`${JSON.stringify(value)}\n`, (error) => (error ? reject(error) : resolve())),
  );
}

function measureOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      kafka: { type: 'string' },
      topic: { type: 'string' },
      events: { type: 'string', default: '1000000' },
      rate: { type: 'string', default: '10000000' },
      seed: { type: 'string', default: '1' },
    },
  });
  const whole = z.coerce.number().int().min(0);
  const schema = z.object({
    kafka: z.string().min(1),
    topic: z.string().refine((name) => name !== topic, 'the lab counts what is in its own topic: use another'),
    events: whole,
    rate: z.coerce.number().positive(),
    seed: whole,
  });
  const parsed = schema.safeParse(values);
  if (parsed.success) return { ...parsed.data, ratePerSecond: parsed.data.rate };
  const issue = parsed.error.issues[0]!;
  throw new LabError(`--${String(issue.path[0])}: ${issue.message}`, {
    kind: 'usage',
    suggestion: 'measure --kafka kafka:29092 --topic measured --events 1000000 --rate 10000000 --seed 1',
  });
}
