/**
 * Ingestion on an embedded log as a process of its own, for tests that kill it. Its one argument is an IngestChild as JSON.
 * It prints `port N` once it listens; after SIGTERM it ends orderly and prints `peak N`, the most memory it had, in bytes.
 */
import { join } from 'node:path';
import { openIngestion } from '../../src/ingestion/keep-ingestion.js';
import type { IngestionLimits } from '../../src/ingestion/limits.js';
import { openEmbeddedLog } from '../../src/runtimes/embedded/log.js';

/** What the child is told. */
export interface IngestChild {
  readonly dir: string;
  readonly limits?: Partial<IngestionLimits>;
}

const partitions = 3;
const { dir, limits = {} } = JSON.parse(process.argv[2]!) as IngestChild;
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());

{
  await using log = await openEmbeddedLog(join(dir, 'log'), partitions);
  const doors = [{ listen: { host: '127.0.0.1', port: 0 }, access: { token: undefined } }];
  await using ingestion = await openIngestion({ producer: log.openProducer(), doors, limits }, Date.now);
  process.stdout.write(`port ${ingestion.servers[0]!.port}\n`);
  if (!stopping.signal.aborted) await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
}
process.stdout.write(`peak ${process.resourceUsage().maxRSS * 1024}\n`);
