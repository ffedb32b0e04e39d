/** Ingestion on a fresh embedded log, as a process of its own that the benchmark starts, asks for its use, and ends. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIngestion } from '../../src/ingestion/keep-ingestion.js';
import { messagesBelow } from '../../src/positions/position.js';
import { openEmbeddedLog } from '../../src/runtimes/embedded/log.js';

/** What the process says of itself when it is asked. */
export interface Use {
  readonly port: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly messages: number;
}

const partitions = 6;

/** Serves until its parent disconnects; answers each message of its parent's with its use. */
export async function serveEmbedded(): Promise<never> {
  const dir = await mkdtemp(join(tmpdir(), 'snacklab-bench-'));
  {
    await using log = await openEmbeddedLog(dir, partitions);
    const doors = [{ listen: { host: '127.0.0.1', port: 0 }, access: { token: undefined } }];
    await using ingestion = await openIngestion({ producer: log.openProducer(), doors }, Date.now);
    const use = async (): Promise<Use> => {
      const { user, system } = process.cpuUsage();
      return {
        port: ingestion.servers[0]!.port!,
        cpuSeconds: (user + system) / 1e6,
        peakBytes: process.resourceUsage().maxRSS * 1024,
        messages: messagesBelow(await log.ends()),
      };
    };
    process.on('message', () => void use().then((said) => process.send!(said)));
    await new Promise((resolve) => process.once('disconnect', resolve));
  }
  await rm(dir, { recursive: true });
  process.exit(0);
}
