/** Goal: a YARN that is away is told from a mistake: the coordinator asks it again, and goes on with the rest. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { openYarnEngine } from '../../lambda/yarn-engine.js';
import type { WebHdfs } from '../../src/runtimes/docker/webhdfs.js';

const attempt = { pipeline: 'lambda-2', baseId: 1, id: 'a' };

it('is asked for nothing when it is opened, and is unavailable when nobody answers at its address', async () => {
  const made: string[] = [];
  const hdfs = { exists: async () => false, makeDirectory: async (path: string) => void made.push(path) };
  const yarn = await addressOfNobody();
  const engine = openYarnEngine({ hdfs: hdfs as unknown as WebHdfs, yarn, streaming: 'none', task: 'none' });
  expect(made).toEqual([]);
  for (const call of [engine.state, engine.cancel]) {
    await expect(call(attempt)).rejects.toMatchObject({ kind: 'unavailable', message: 'YARN did not answer' });
  }
});

async function addressOfNobody(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return `127.0.0.1:${port}`;
}
